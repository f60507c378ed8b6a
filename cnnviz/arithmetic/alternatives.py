"""What the mapping of a convolution would cost otherwise: with other layers from the same input to the same output."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import prod
from typing import Any

from cnnviz.arithmetic.layers import layer
from cnnviz.arithmetic.record import Layer


@dataclass(frozen=True, slots=True)
class Alternative:
    """One way to the same output size: parameters, MACs, and the layers in order where PyTorch has such layers."""

    name: str
    parameters: int
    macs: int
    layers: tuple[Layer, ...] = ()


def alternatives(kind: str, input_size: Sequence[int], settings: Mapping[str, Any]) -> tuple[Alternative, ...]:
    """Return a convolution (Conv1d, 2d or 3d; settings as of `layer`) and what does the same at another price.

    - "convolution": the layer itself.
    - "fully_connected": every output from every input.
    - "local": the same windows, but each position has weights of its own.
    - "separable": a depthwise convolution, one filter a channel, then a 1x1 convolution (Howard et al. 2017).
    - "stack": as many 3x3 as see what the kernel sees (Simonyan & Zisserman 2015); the first changes the channels,
      the last takes the stride. Only for odd square kernels from 5 without dilation and groups.
    - "bottleneck": 1x1 to a quarter of the output's channels, the kernel, and 1x1 back (He et al. 2016).

    Raises ShapeError where the convolution itself cannot be.
    """
    own = layer(kind, input_size, **settings)
    bias = bool(settings.get("bias", True))
    made = [_of("convolution", (own,))]
    inputs, outputs = prod(own.input_size[1:]), prod(own.output_size[1:])
    made.append(Alternative("fully_connected", inputs * outputs + outputs * bias, own.input_size[0] * inputs * outputs))
    positions = prod(own.output_size[2:])
    made.append(Alternative("local", own.weights * positions + own.biases * positions, own.macs))
    for name, build in (("separable", _separable), ("stack", _stack), ("bottleneck", _bottleneck)):
        layers = build(kind, own, settings)
        if layers:
            made.append(_of(name, layers))
    return tuple(made)


def _of(name: str, layers: tuple[Layer, ...]) -> Alternative:
    return Alternative(name, sum(one.parameters for one in layers), sum(one.macs for one in layers), layers)


def _chain(kind: str, size: Sequence[int], steps: Sequence[Mapping[str, Any]], bias: bool) -> tuple[Layer, ...]:
    made: list[Layer] = []
    for settings in steps:
        made.append(layer(kind, made[-1].output_size if made else size, bias=bias, **settings))
    return tuple(made)


def _separable(kind: str, own: Layer, settings: Mapping[str, Any]) -> tuple[Layer, ...]:
    channels = own.input_size[1]
    depthwise = {**_without(settings), "out_channels": channels, "groups": channels}
    return _chain(kind, own.input_size, [depthwise, _pointwise(own.output_size[1])], settings.get("bias", True))


def _stack(kind: str, own: Layer, settings: Mapping[str, Any]) -> tuple[Layer, ...]:
    window = own.window
    assert window is not None
    k = window.kernel_size[0]
    plain = set(window.kernel_size) == {k} and set(window.dilation) == {1} and settings.get("groups", 1) == 1
    if not plain or k < 5 or k % 2 == 0 or window.before != window.after:
        return ()
    count, out = (k - 1) // 2, own.output_size[1]
    steps = [
        {
            "out_channels": out,
            "kernel_size": 3,
            # Any sharing of the padding gives the same size; it is spread as evenly as it goes.
            "padding": tuple(p // count + (at < p % count) for p in window.before),
            "stride": window.stride if at == count - 1 else 1,
        }
        for at in range(count)
    ]
    return _chain(kind, own.input_size, steps, settings.get("bias", True))


def _bottleneck(kind: str, own: Layer, settings: Mapping[str, Any]) -> tuple[Layer, ...]:
    out = own.output_size[1]
    narrow = max(1, out // 4)
    middle = {**_without(settings), "out_channels": narrow}
    steps = [_pointwise(narrow), middle, _pointwise(out)]
    return _chain(kind, own.input_size, steps, settings.get("bias", True))


def _pointwise(out: int) -> dict[str, Any]:
    return {"out_channels": out, "kernel_size": 1}


def _without(settings: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in settings.items() if name not in ("bias", "groups", "out_channels")}
