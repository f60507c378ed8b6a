"""Convolutions of a few numbers that are given outright, by torch.nn.functional: what the screen on them shows."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor
from torch.nn import functional

from cnnviz.arithmetic import layer
from cnnviz.probes.arrays import Floats, to_numpy

LONGEST_SIDE = 2048
LEARNING_RATE = 0.1
_CONVOLUTIONS: dict[str, Any] = {
    "Conv1d": functional.conv1d,
    "Conv2d": functional.conv2d,
    "Conv3d": functional.conv3d,
    "ConvTranspose1d": functional.conv_transpose1d,
    "ConvTranspose2d": functional.conv_transpose2d,
    "ConvTranspose3d": functional.conv_transpose3d,
}


@dataclass(frozen=True, eq=False)
class Convolved:
    """`output` (C_out, ...); of a plain 1x1 convolution also `linear`, a linear layer's answer at each pixel."""

    output: Floats
    linear: Floats | None


@dataclass(frozen=True, eq=False)
class ConvolvedPhoto:
    """`before` and `after` are uint8 (H, W, 3); `scale` is 0 where `after` holds the values, cut off at 0 and 1.

    Else the kernel's weights add up to 0 and `after` is grey at 0, white at `scale` and black at -`scale`.
    """

    before: NDArray[np.uint8]
    after: NDArray[np.uint8]
    scale: float


@dataclass(frozen=True, eq=False)
class Learned:
    """Kernels learned by cross-correlation and true convolution, (2, k_h, k_w), and the loss at each step, (2, N)."""

    kernels: Floats
    losses: Floats


def convolve(
    kind: str,
    inputs: Tensor,
    weights: Tensor,
    bias: Tensor | None = None,
    *,
    stride: int = 1,
    padding: int | str = 0,
    padding_mode: str = "zeros",
    dilation: int = 1,
    groups: int = 1,
    output_padding: int = 0,
    flip: bool = False,
) -> Tensor:
    """Return what torch's layer `kind` ("Conv2d", "ConvTranspose1d", ...) makes of a batch (N, C_in, ...).

    `weights` are in the layer's own order: (C_out, C_in / groups, ...), transposed (C_in, C_out / groups, ...). With
    `flip` the kernel is mirrored along every axis first: convolution in the mathematician's sense. Raises ShapeError.
    """
    transposed = kind.startswith("ConvTranspose")
    axes = weights.ndim - 2
    settings: dict[str, Any] = {
        "out_channels": weights.shape[1] * groups if transposed else weights.shape[0],
        "kernel_size": tuple(weights.shape[2:]),
        "stride": stride,
        "padding": padding,
        "dilation": dilation,
        "groups": groups,
        "padding_mode": padding_mode,
    }
    if transposed:
        settings["output_padding"] = output_padding
    window = layer(kind, tuple(inputs.shape), **settings).window
    assert window is not None
    if flip:
        weights = weights.flip(tuple(range(2, weights.ndim)))
    made: Tensor
    if transposed:
        made = _CONVOLUTIONS[kind](inputs, weights, bias, stride, padding, output_padding, groups, dilation)
        return made
    if padding_mode != "zeros":
        # Torch's pad names the last axis first.
        amounts = [rows for axis in reversed(range(axes)) for rows in (window.before[axis], window.after[axis])]
        inputs, padding = functional.pad(inputs, amounts, mode=padding_mode), 0
    made = _CONVOLUTIONS[kind](inputs, weights, bias, stride, padding, dilation, groups)
    return made


def at_each_pixel(inputs: Tensor, weights: Tensor, bias: Tensor | None) -> Tensor:
    """Return a 1x1 convolution of (N, C_in, ...) computed as a linear layer on the channels of each pixel."""
    return functional.linear(inputs.movedim(1, -1), weights.flatten(1), bias).movedim(-1, 1)


def convolved(kind: str, inputs: Tensor, weights: Tensor, bias: Tensor | None, **settings: Any) -> Convolved:
    """Return the convolution of one input (C_in, ...), and beside it the linear layer where the kernel is 1x1."""
    batch = inputs.unsqueeze(0)
    output = convolve(kind, batch, weights, bias, **settings)[0]
    moved = {"stride": 1, "padding": 0, "groups": 1}
    plain = all(settings.get(name, value) == value for name, value in moved.items())
    linear = None
    if not kind.startswith("ConvTranspose") and set(weights.shape[2:]) == {1} and plain:
        linear = to_numpy(at_each_pixel(batch, weights, bias)[0])
    return Convolved(to_numpy(output), linear)


def convolved_photo(pixels: NDArray[np.uint8], kernel: Tensor, **settings: Any) -> ConvolvedPhoto:
    """Return a photo (H, W, 3) before and after one kernel (k_h, k_w) went over each of its colours, from 0 to 1.

    A photo with more than LONGEST_SIDE pixels along a side is made smaller first.
    """
    shrink = LONGEST_SIDE / max(pixels.shape)
    if shrink < 1:
        high, wide = (max(1, round(length * shrink)) for length in pixels.shape[:2])
        pixels = np.asarray(Image.fromarray(pixels).resize((wide, high), Image.Resampling.BOX))
    pixels = np.ascontiguousarray(pixels)
    colours = torch.tensor(pixels, device=kernel.device).permute(2, 0, 1).unsqueeze(1).float() / 255
    values = convolve("Conv2d", colours, kernel[None, None], **settings)[:, 0]
    scale = 0.0
    # A kernel that adds up to 0 answers 0 to an even surface: its values are as often negative.
    if abs(float(kernel.sum())) <= 1e-3 * float(kernel.abs().sum()):
        sample = values.abs().flatten()[:: max(1, values.numel() // 200_000)]
        scale = float(sample.quantile(0.995)) or float(values.abs().max()) or 1.0
        values = 0.5 + values / (2 * scale)
    shown = (255 * values.clamp(0, 1) + 0.5).to(torch.uint8).permute(1, 2, 0).contiguous().cpu().numpy()
    return ConvolvedPhoto(pixels, np.asarray(shown), scale)


def learned(kernel: Tensor, *, steps: int = 40, side: int = 24, seed: int = 0) -> Learned:
    """Return what gradient descent learns from the cross-correlations of noise with a kernel (k_h, k_w).

    One learner computes cross-correlations, as torch's layers do, the other true convolutions; both begin at 0.
    """
    generator = torch.Generator().manual_seed(seed)
    noise = torch.randn(1, 1, side, side, generator=generator).to(kernel.device)
    target = functional.conv2d(noise, kernel[None, None])
    kernels, curves = [], []
    for flip in (False, True):
        weights = torch.zeros_like(kernel)[None, None].requires_grad_()
        losses = []
        for _ in range(steps):
            with torch.enable_grad():
                loss = (convolve("Conv2d", noise, weights, flip=flip) - target).square().mean()
                (gradient,) = torch.autograd.grad(loss, weights)
            with torch.no_grad():
                weights -= LEARNING_RATE * gradient
            losses.append(float(loss.detach()))
        kernels.append(to_numpy(weights.detach()[0, 0]))
        curves.append(losses)
    return Learned(np.stack(kernels), np.asarray(curves, np.float32))
