"""Where the windows of a convolution or a pooling lie along one axis, as a browser component needs it: small tables.

    >>> windows(4, 3, before=1, after=1).taps.tolist()
    [[0, 1, 2], [1, 2, 3], [2, 3, 4], [3, 4, 5]]

What torch does along height it does along width: two of these tables say what every output of an image reads.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cnnviz.arithmetic import Layer

Table = NDArray[np.int32]

_MODES = {"reflect": "reflect", "replicate": "edge", "circular": "wrap"}


@dataclass(frozen=True, eq=False)
class Axis:
    """`source` (P,) is the input that stands at each place of the drawn grid, -1 where a zero was put.

    `taps` (O, K) is the place that tap k of output o reads, -1 where that tap reads nothing.
    """

    source: Table
    taps: Table

    @property
    def inputs(self) -> int:
        """Return how many inputs there are."""
        return int(self.source.max(initial=-1)) + 1

    def flipped(self) -> "Axis":
        """Return the axis with the kernel laid down mirrored, as true convolution wants it."""
        return Axis(self.source, np.ascontiguousarray(self.taps[:, ::-1]))


def of_layer(layer: Layer, *, mode: str = "zeros", painting: bool = False, flip: bool = False) -> tuple[Axis, ...]:
    """Return the axes of a convolution or a pooling; a layer without a window, or an adaptive one, is adaptive.

    `mode` is the padding_mode of a convolution; with `painting` a transposed one is seen as painting; with `flip` the
    kernel is mirrored.
    """
    axes, window = [], layer.window
    for number, (size, count) in enumerate(zip(layer.input_size[2:], layer.output_size[2:], strict=True)):
        if window is None or layer.kind.startswith("Adaptive"):
            axes.append(adaptive(size, count))
            continue
        kernel, stride, dilation = window.kernel_size[number], window.stride[number], window.dilation[number]
        before, after = window.before[number], window.after[number]
        if layer.kind.startswith("ConvTranspose"):
            see = painted if painting else stuffed
            axis = see(size, kernel, stride=stride, padding=before, output=count, dilation=dilation)
        else:
            padded = {"before": before, "after": after, "mode": mode, "count": count}
            axis = windows(size, kernel, stride=stride, dilation=dilation, **padded)  # type: ignore[arg-type]
        axes.append(axis.flipped() if flip else axis)
    return tuple(axes)


def windows(
    size: int,
    kernel_size: int,
    *,
    stride: int = 1,
    dilation: int = 1,
    before: int = 0,
    after: int = 0,
    mode: str = "zeros",
    count: int | None = None,
) -> Axis:
    """Return the axis of a convolution or pooling over `size` inputs with `before` and `after` rows of padding.

    `mode` is torch's padding_mode. `count` is the number of outputs where it is not that of whole windows, as with
    ceil_mode: taps that hang over the end read nothing.
    """
    places = np.arange(size)
    if mode == "zeros":
        source = np.pad(places, (before, after), constant_values=-1)
    else:
        source = np.pad(places, (before, after), mode=_MODES[mode])  # type: ignore[call-overload]
    if count is None:
        count = (len(source) - dilation * (kernel_size - 1) - 1) // stride + 1
    taps = np.arange(count)[:, None] * stride + np.arange(kernel_size) * dilation
    taps[taps >= len(source)] = -1
    return Axis(source.astype(np.int32), taps.astype(np.int32))


def adaptive(size: int, count: int) -> Axis:
    """Return the axis of an adaptive pooling: output i of `count` reads from floor(i·size / count) up to, without,
    ceil((i + 1)·size / count), as torch does.
    """
    first = np.arange(count) * size // count
    last = -(-(np.arange(count) + 1) * size // count)
    taps = first[:, None] + np.arange(int((last - first).max()))
    taps[taps >= last[:, None]] = -1
    return Axis(np.arange(size, dtype=np.int32), taps.astype(np.int32))


def stuffed(size: int, kernel_size: int, *, stride: int, padding: int, output: int, dilation: int = 1) -> Axis:
    """Return the axis of a transposed convolution seen as a plain one: stride - 1 zeros between its inputs.

    The kernel slides one by one, mirrored, over the inputs with zeros between and around them, to `output` outputs.
    """
    reads = np.arange(output)[:, None] + padding - np.arange(kernel_size) * dilation
    first, last = min(0, int(reads.min())), max((size - 1) * stride, int(reads.max()))
    source = np.full(last - first + 1, -1)
    source[np.arange(size) * stride - first] = np.arange(size)
    return Axis(source.astype(np.int32), (reads - first).astype(np.int32))


def painted(size: int, kernel_size: int, *, stride: int, padding: int, output: int, dilation: int = 1) -> Axis:
    """Return the axis of a transposed convolution seen as painting: each input lays the kernel, times itself, down.

    Input i paints output i·stride - padding + dilation·k with tap k.
    """
    reach = np.arange(output)[:, None] + padding - np.arange(kernel_size) * dilation
    inputs, rest = np.divmod(reach, stride)
    inputs[(rest != 0) | (inputs < 0) | (inputs >= size)] = -1
    return Axis(np.arange(size, dtype=np.int32), inputs.astype(np.int32))
