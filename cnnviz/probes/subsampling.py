"""Another way to pad and to subsample, put in place of a running network's own; its weights stay as they are.

    >>> with observe(model, on_call, around=Instead(blur="Tri-3"), steps=False):
    ...     scores = model(batch)

Source: Zhang 2019, "Making Convolutional Networks Shift-Invariant Again". A maximum or a convolution of stride s is
computed at every place, blurred, and every s-th value of it is kept. An average pooling is left: it blurs already.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import floor
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from cnnviz.errors import ShapeError

Floats = NDArray[np.float32]
Units = int | Fraction

# The paper's names and filters, before they are divided by their sums.
BLURS: dict[str, tuple[int, ...]] = {"Rect-2": (1, 1), "Tri-3": (1, 2, 1), "Bin-5": (1, 4, 6, 4, 1)}


@dataclass(frozen=True, eq=False)
class Pooling1d:
    """A signal in a circle: `dense` are its maxima at every place, `pooled` those that a stride keeps.

    `blurred` are the dense ones after the blur, `mended` those of them that the stride keeps.
    """

    signal: Floats
    dense: Floats
    pooled: Floats
    blurred: Floats
    mended: Floats


@dataclass(frozen=True, eq=False)
class Moved1d:
    """The same of a signal where it was, `still`, and `shifted` to the right.

    `pooled` and `mended` are what `still` has by these names, moved by as many outputs as the signal was moved strides,
    on the line between two where that is no whole number. `pooled_gap` and `mended_gap` are the largest differences
    between those and what `shifted` has.
    """

    still: Pooling1d
    shifted: Pooling1d
    pooled: Floats
    mended: Floats
    pooled_gap: float
    mended_gap: float


class Instead:
    """Runs torch's functions for `observe`: with `circular`, padding continues on the other side; with `blur`, blurred.

    `reach` is how many values beyond its own place the latest call read because of its blur, 0 if it was not blurred.
    """

    def __init__(self, *, circular: bool = False, blur: str | None = None) -> None:
        self.circular = circular
        self.taps = None if blur is None else weights(blur)
        self.reach = 0
        # What `pad` made last, and how large the circle is that it lies in.
        self.padded: tuple[Tensor, tuple[int, ...]] | None = None

    def __call__(self, function: Callable[..., Any], arguments: tuple[Any, ...], keywords: dict[str, Any]) -> Any:
        """Return what the function gives, or what takes its place."""
        replace = _REPLACED.get(getattr(function, "__name__", ""))
        self.reach = 0 if replace else self.reach
        if replace is None or not _is_picture(arguments[0] if arguments else keywords.get("input")):
            return function(*arguments, **keywords)
        return replace(self, function, arguments, keywords)

    def pad(self, function: Callable[..., Any], arguments: tuple[Any, ...], keywords: dict[str, Any]) -> Tensor:
        """Pad the last two axes."""
        given = {**dict(zip(("input", "pad", "mode", "value"), arguments, strict=False)), **keywords}
        amounts = given["pad"]
        if not self.circular or given.get("mode", "constant") != "constant" or len(amounts) > 4 or min(amounts) < 0:
            same: Tensor = function(*arguments, **keywords)
            return same
        left, right, top, bottom = (*amounts, 0, 0)[:4]
        made = wrapped(given["input"], (top, left), (bottom, right))
        self.padded = made, tuple(given["input"].shape[2:])
        return made

    def convolve(self, function: Callable[..., Any], arguments: tuple[Any, ...], keywords: dict[str, Any]) -> Tensor:
        """Convolve in two dimensions."""
        names = ("input", "weight", "bias", "stride", "padding", "dilation", "groups")
        given = {"bias": None, "stride": 1, "padding": 0, "dilation": 1, **_named(names, arguments, keywords)}
        stride, dilation = _pair(given["stride"]), _pair(given["dilation"])
        window = [step * (size - 1) for step, size in zip(dilation, given["weight"].shape[2:], strict=True)]
        before, after = _padding(given["padding"], window)
        inputs = given.pop("input")
        outputs = _outputs(inputs, before, after, window, stride, ceil=False)
        dense = self.taps is not None and max(stride) > 1
        if self.circular:
            inputs, given["padding"] = self.closed(inputs, before, after, window, stride, outputs, dense=dense), 0
        if not dense:
            made: Tensor = function(inputs, **given)
            return made
        return self.keep(function(inputs, **{**given, "stride": 1}), stride, outputs)

    def maximum(self, function: Callable[..., Any], arguments: tuple[Any, ...], keywords: dict[str, Any]) -> Tensor:
        """Take maxima in two dimensions."""
        names = ("input", "kernel_size", "stride", "padding", "dilation", "ceil_mode", "return_indices")
        given = _named(names, arguments, keywords)
        kernel, dilation = _pair(given["kernel_size"]), _pair(given.get("dilation", 1))
        stride = _pair(given.get("stride") or kernel)
        window = [step * (size - 1) for step, size in zip(dilation, kernel, strict=True)]
        before, after = _padding(given.get("padding", 0), window)
        inputs = given["input"]
        if given.get("return_indices") or not (self.circular or (self.taps is not None and max(stride) > 1)):
            same: Tensor = function(*arguments, **keywords)
            return same
        outputs = _outputs(inputs, before, after, window, stride, ceil=bool(given.get("ceil_mode")))
        dense = self.taps is not None and max(stride) > 1
        if self.circular:
            inputs = self.closed(inputs, before, after, window, stride, outputs, dense=dense)
        else:
            # Windows that hang over the end read there what padding reads: nothing.
            spare = _spare(inputs, before, window, stride, outputs)
            after = [max(pair) for pair in zip(after, spare, strict=True)]
            inputs = functional.pad(inputs, (before[1], after[1], before[0], after[0]), value=-torch.inf)
        made = functional.max_pool2d(inputs, kernel, 1 if dense else stride, dilation=dilation)
        return self.keep(made, stride, outputs) if dense else made[..., : outputs[0], : outputs[1]]

    def closed(
        self,
        inputs: Tensor,
        before: list[int],
        after: list[int],
        window: list[int],
        stride: tuple[int, int],
        outputs: list[int],
        *,
        dense: bool,
    ) -> Tensor:
        """Return maps continued in a circle as far as their windows read; `dense` windows at every place of it."""
        period = tuple(inputs.shape[2:])
        if self.padded is not None and self.padded[0] is inputs:
            period = self.padded[1]
        steps = (1, 1) if dense else stride
        count = [number * step for number, step in zip(outputs, stride, strict=True)] if dense else outputs
        spare = _spare(inputs, before, window, steps, count)
        return wrapped(inputs, before, [max(pair) for pair in zip(after, spare, strict=True)], period)

    def keep(self, dense: Tensor, stride: tuple[int, int], outputs: list[int]) -> Tensor:
        """Return maps (N, C, H, W) blurred, of which every `stride`-th value is kept."""
        assert self.taps is not None
        self.reach = len(self.taps) // 2
        axes = tuple(axis for axis in (2, 3) if stride[axis - 2] > 1)
        soft = blurred(dense, self.taps, axes=axes, wrap=self.circular)
        return soft[..., :: stride[0], :: stride[1]][..., : outputs[0], : outputs[1]]


def weights(blur: str) -> Tensor:
    """Return a blur's taps by its name in BLURS, their sum 1."""
    taps = torch.tensor(BLURS[blur], dtype=torch.float32)
    return taps / taps.sum()


def blurred(maps: Tensor, taps: Tensor, *, axes: tuple[int, ...], wrap: bool) -> Tensor:
    """Return maps of the same size, blurred along `axes`; beyond the border they go on in a circle or as in a mirror.

    Of an even number of taps one more lies behind a place than before it.
    """
    count = len(taps)
    for axis in axes:
        size = maps.shape[axis]
        places = torch.arange(size, device=maps.device)
        total = torch.zeros_like(maps)
        for number, tap in enumerate(taps.tolist()):
            there = places + number - (count - 1) // 2
            # Mirrored at the last value, as the paper's code pads; a map too small for it repeats its border.
            there = there % size if wrap else (size - 1 - (size - 1 - there.abs()).abs()).clamp(0, size - 1)
            total = total + tap * maps.index_select(axis, there)
        maps = total
    return maps


def moved(maps: Tensor, units: tuple[Units, Units]) -> Tensor:
    """Return maps (..., H, W) moved in a circle by units down and right; parts of a unit lie between two values."""
    for axis, step in zip((-2, -1), units, strict=True):
        low = floor(step)
        part = float(step - low)
        maps = maps.roll(low, axis) if not part else (1 - part) * maps.roll(low, axis) + part * maps.roll(low + 1, axis)
    return maps


def wrapped(maps: Tensor, before: Sequence[int], after: Sequence[int], period: tuple[int, ...] | None = None) -> Tensor:
    """Return maps (..., H, W) continued in a circle by so many rows and columns, however many.

    They repeat themselves after `period` places (rows, columns), by default their own size.
    """
    for axis, low, high, circle in zip((-2, -1), before, after, period or maps.shape[-2:], strict=True):
        if low or high:
            size = maps.shape[axis]
            there = torch.arange(-low, size + high, device=maps.device)
            there = torch.where((there >= 0) & (there < size), there, there % circle)
            maps = maps.index_select(axis, there)
    return maps


def pooling1d(signal: Tensor, *, kernel_size: int = 2, stride: int = 2, blur: str = "Tri-3") -> Pooling1d:
    """Return a signal (L,) after max pooling in a circle, without and with a blur before it is subsampled.

    Raises ShapeError where the stride does not divide the length: the circle would then close elsewhere.
    """
    if len(signal) % stride or not len(signal):
        raise ShapeError(
            f"The signal has {len(signal)} numbers; for a stride of {stride} in a circle their count should be a "
            f"multiple of {stride}."
        )
    dense = torch.stack([signal.roll(-step) for step in range(kernel_size)]).amax(dim=0)
    soft = blurred(dense, weights(blur), axes=(0,), wrap=True)
    return Pooling1d(*(each.float().numpy().copy() for each in (signal, dense, dense[::stride], soft, soft[::stride])))


def moved1d(signal: Tensor, shift: int, *, stride: int = 2, blur: str = "Tri-3") -> Moved1d:
    """Return pooling1d of a signal (L,) and of the signal moved to the right by `shift`."""
    still, there = (pooling1d(each, stride=stride, blur=blur) for each in (signal, signal.roll(shift)))
    units = Fraction(shift, stride)
    pooled, mended = (moved(torch.tensor(each)[None], (0, units))[0].numpy() for each in (still.pooled, still.mended))
    gaps = (np.abs(one - other).max() for one, other in ((there.pooled, pooled), (there.mended, mended)))
    return Moved1d(still, there, pooled, mended, *map(float, gaps))


def _is_picture(value: Any) -> bool:
    return isinstance(value, Tensor) and value.dim() == 4


def _named(names: tuple[str, ...], arguments: tuple[Any, ...], keywords: dict[str, Any]) -> dict[str, Any]:
    return {**dict(zip(names, arguments, strict=False)), **keywords}


def _pair(value: Any) -> tuple[int, int]:
    return (value, value) if isinstance(value, int) else (tuple(value) * 2)[:2]  # type: ignore[return-value]


def _padding(padding: Any, window: list[int]) -> tuple[list[int], list[int]]:
    """Return the padding before and after each axis; torch puts what is left over of `same` after."""
    if padding == "same":
        return [reach // 2 for reach in window], [reach - reach // 2 for reach in window]
    amounts = [0, 0] if padding == "valid" else list(_pair(padding))
    return amounts, list(amounts)


def _spare(
    inputs: Tensor, before: Sequence[int], window: Sequence[int], stride: Sequence[int], outputs: Sequence[int]
) -> list[int]:
    """Return how far behind the input's end the last window of each axis ends."""
    axes = zip(inputs.shape[2:], before, window, stride, outputs, strict=True)
    return [max(0, (count - 1) * step + reach + 1 - size - low) for size, low, reach, step, count in axes]


def _outputs(
    inputs: Tensor, before: list[int], after: list[int], window: list[int], stride: tuple[int, int], *, ceil: bool
) -> list[int]:
    counts = []
    for size, low, high, reach, step in zip(inputs.shape[2:], before, after, window, stride, strict=True):
        room = size + low + high - reach - 1
        count = (-(-room // step) if ceil else room // step) + 1
        # A window that would begin in the padding behind the end is left out, as torch leaves it out.
        counts.append(count - 1 if ceil and (count - 1) * step >= size + low else count)
    return counts


_REPLACED: dict[str, Callable[..., Tensor]] = {
    "pad": Instead.pad,
    "conv2d": Instead.convolve,
    "max_pool2d": Instead.maximum,
}
