"""What layers have learned: a convolution's filters, a linear layer's templates."""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from cnnviz.calls import Call, Step, function_name, observe
from cnnviz.errors import ModelError, ShapeError
from cnnviz.probes.partial_forward import Enough, catch

# Below this share of colour in a filter's principal axis an eye sees grey; the purest red, green or blue has 0.82.
NEUTRAL = 0.15


@dataclass(frozen=True, eq=False)
class FilterBank:
    """The weights of one layer, (O, I, kh, kw) float32; of a linear layer on an image, a template (C, H, W) an output.

    Filter o of a grouped convolution reads input channels o // (O / groups) * I and on. `stride` is (h, w), None for
    templates, which do not slide.
    """

    layer: str
    weights: NDArray[np.float32]
    bias: NDArray[np.float32] | None
    stride: tuple[int, int] | None
    groups: int = 1

    @property
    def slides(self) -> bool:
        """Return whether these are a convolution's filters, not a linear layer's templates."""
        return self.stride is not None


def first_filters(model: nn.Module, batch: Tensor) -> FilterBank:
    """Return the weights that read the image: those of the first convolution or linear layer to run on `batch`.

    Raises ModelError when there is none, or when the first is a linear layer on something else than the whole image.
    """
    found: list[FilterBank] = []

    def look(call: Call) -> None:
        for step in call.steps:
            name = function_name(step.function)
            if name == "conv2d":
                found.append(_filters(call.name, step))
                raise Enough
            if name == "linear":
                found.append(_templates(call.name, step, batch))
                raise Enough

    try:
        with torch.no_grad(), observe(model, look):
            model(batch[:1])
    except Enough:
        return found[0]
    raise ModelError("This model has no 2-D convolution and no linear layer, so it has no filters to show.")


def filters_of(model: nn.Module, layer: str, batch: Tensor) -> FilterBank:
    """Return the filters that the convolution `layer` runs with; raise ModelError when it is no convolution."""

    def take(call: Call) -> FilterBank:
        for step in call.steps:
            if function_name(step.function) in ("conv1d", "conv2d"):
                return _filters(call.name, step)
        raise ModelError(f"{layer} is a {call.kind} and has no filters; choose a convolution.")

    with torch.no_grad():
        return catch(model, batch[:1], layer, take)


def order(bank: FilterBank, by: Literal["index", "norm", "hue"]) -> NDArray[np.intp]:
    """Return the filters' numbers (O,), sorted by index, by L2 norm (the greatest first), or by hue.

    A filter's colour is its principal axis: the direction in RGB along which its weights vary most around zero,
    pointing to where its strongest weight lies. Its hue is that of HSV, the angle atan2(sqrt(3) (g - b), 2 r - g - b).
    Grey filters, and all filters that do not read three channels, come last, by norm.
    """
    if by == "index":
        return np.arange(len(bank.weights))
    flat = bank.weights.reshape(len(bank.weights), -1).astype(np.float64)
    norms = np.sqrt((flat**2).sum(axis=1))
    if by == "norm":
        return np.argsort(-norms, kind="stable")
    hues = np.array([_hue(each) for each in bank.weights.astype(np.float64)])
    grey = np.isnan(hues)
    return np.lexsort((-norms, np.where(grey, 0.0, hues), grey))


def colour_tiles(bank: FilterBank, *, shared: bool) -> NDArray[np.uint8]:
    """Return the filters as pictures (O, kh, kw, 3): 0 is mid-grey (128), the greatest |weight| is 0 or 255.

    That scale is each filter's own, or `shared` by all. Filters of one channel are grey. Filters of two, or of more
    than three channels have no colours: ShapeError; show their kernels, `bank.weights[o]`, one by one.
    """
    outputs, inputs = bank.weights.shape[:2]
    if inputs not in (1, 3):
        raise ShapeError(
            f"Filters of {inputs} channels have no colours, only those of 1 or 3; show a kernel a channel."
        )
    weights = np.nan_to_num(bank.weights.astype(np.float64))
    greatest = np.abs(weights).reshape(outputs, -1).max(axis=1)
    scale = np.full(outputs, greatest.max(initial=0)) if shared else greatest
    relative = weights / np.where(scale > 0, scale, 1)[:, None, None, None]
    bytes_ = np.floor(127.5 + 127.5 * relative + 0.5).astype(np.uint8)
    return np.repeat(bytes_.transpose(0, 2, 3, 1), 3 // inputs, axis=3)


def _hue(weights: NDArray[np.float64]) -> float:
    """Return the hue of one filter (3, kh, kw) in [0, 2 pi), NaN for grey."""
    if len(weights) != 3:
        return np.nan
    taps = np.nan_to_num(weights.reshape(3, -1))
    axes, strengths, _ = np.linalg.svd(taps, full_matrices=False)
    axis = axes[:, 0]
    if strengths[0] == 0 or np.linalg.norm(axis - axis.mean()) < NEUTRAL:
        return np.nan
    along = axis @ taps
    red, green, blue = axis * np.sign(along[np.abs(along).argmax()])
    return float(np.arctan2(np.sqrt(3) * (green - blue), 2 * red - green - blue) % (2 * np.pi))


def _given(step: Step, *names: str) -> dict[str, Any]:
    return {**dict.fromkeys(names), **dict(zip(names, step.arguments, strict=False)), **step.keywords}


def _filters(layer: str, step: Step) -> FilterBank:
    given = _given(step, "input", "weight", "bias", "stride", "padding", "dilation", "groups")
    weights = _array(given["weight"])
    if weights.ndim == 3:
        weights = weights[:, :, None]
    stride = 1 if given["stride"] is None else given["stride"]
    steps = (stride,) if isinstance(stride, int) else tuple(stride)
    # One number stands for both axes of two; of one axis, which is shown as a row, it is the width.
    height = steps[0] if given["weight"].dim() == 4 else 1
    bias = None if given["bias"] is None else _array(given["bias"])
    return FilterBank(layer, weights, bias, (height, steps[-1]), given["groups"] or 1)


def _templates(layer: str, step: Step, batch: Tensor) -> FilterBank:
    given = _given(step, "input", "weight", "bias")
    outputs, inputs = given["weight"].shape
    channels, height, width = batch.shape[1:]
    if inputs != channels * height * width:
        raise ModelError(
            f"The first layer of this model, {layer}, reads {inputs} numbers and not the image of "
            f"{channels}x{height}x{width}, so it has no templates to show."
        )
    bias = None if given["bias"] is None else _array(given["bias"])
    return FilterBank(layer, _array(given["weight"]).reshape(outputs, channels, height, width), bias, None)


def _array(tensor: Tensor) -> NDArray[np.float32]:
    copied: NDArray[np.float32] = tensor.detach().cpu().float().clone().numpy()
    return copied
