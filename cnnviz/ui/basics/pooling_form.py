"""What the screen on pooling asks for, and what follows: the input, the requests, the axes that are drawn."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnviz.arithmetic import Layer, layer
from cnnviz.components.axes import Axis, adaptive, windows
from cnnviz.components.sliding import Operation
from cnnviz.engine.requests import Numbers, Picture, Pool, PoolMoved, PoolShifts, Settings
from cnnviz.images.small_inputs import INPUTS, input_values
from cnnviz.ui.basics.edits import Edits, applied, kept
from cnnviz.ui.controls import Choice, Control, Dial, Switch, value_of

LARGEST, FARTHEST = 16, 8
# By the name on the screen: torch's layer.
OPERATIONS = {
    "max": "MaxPool2d",
    "average": "AvgPool2d",
    "LP": "LPPool2d",
    "global average": "AdaptiveAvgPool2d",
    "adaptive average": "AdaptiveAvgPool2d",
    "adaptive max": "AdaptiveMaxPool2d",
}
OPERATION = Choice("operation", "Pooling", tuple(OPERATIONS), "max")
INPUT = Choice("input", "Input", INPUTS, "digit")
SIZE = Dial("size", "Size", 1, LARGEST, LARGEST, 12)
CHANNELS = Dial("channels", "Channels", 1, 4, 4, 1)
SHIFT = Dial("shift", "Columns to the right", 0, FARTHEST, FARTHEST, 1)
_KERNEL = Dial("kernel_size", "Kernel size", 1, 7, 7, 2)
_STRIDE = Dial("stride", "Stride", 1, 4, 4, 2)
_PADDING = Dial("padding", "Padding", 0, 3, 3, 0)
_DILATION = Dial("dilation", "Dilation", 1, 3, 3, 1)
_NORM = Dial("norm_type", "Norm", 1, 8, 8, 2)
_OUTPUT = Dial("output_size", "Output size", 1, 8, 8, 3)
_CEIL = Switch("ceil_mode", "ceil_mode", False)
_COUNT = Switch("count_include_pad", "count_include_pad", True)
_USUAL = {"padding": 0, "dilation": 1, "ceil_mode": False, "count_include_pad": True}
_CONTROLS: dict[str, tuple[Control, ...]] = {
    "max": (_KERNEL, _STRIDE, _PADDING, _DILATION, _CEIL),
    "average": (_KERNEL, _STRIDE, _PADDING, _CEIL, _COUNT),
    "LP": (_NORM, _KERNEL, _STRIDE, _CEIL),
    "global average": (),
    "adaptive average": (_OUTPUT,),
    "adaptive max": (_OUTPUT,),
}
# Poolings to start from: one for each thing that there is to see.
PRESETS: dict[str, dict[str, Any]] = {
    "2×2 max": {},
    "Overlapping": {"kernel_size": 3, "size": 9},
    "Average": {"operation": "average"},
    "Padding": {"operation": "average", "kernel_size": 3, "padding": 1, "input": "random", "size": 8},
    "ceil_mode": {"kernel_size": 3, "ceil_mode": True, "input": "random", "size": 8},
    "LP": {"operation": "LP", "input": "random", "size": 6},
    "Channels": {"input": "photo", "size": 6, "channels": 3},
    "Global average": {"operation": "global average", "channels": 4, "size": 7},
    "Adaptive": {"operation": "adaptive average", "size": 8, "input": "random"},
    "A long way": {"size": 16, "kernel_size": 4, "stride": 4, "shift": 3},
}


def controls(operation: str) -> tuple[Control, ...]:
    """Return what can be set of an operation, in the order of torch's arguments."""
    return _CONTROLS[operation]


@dataclass(frozen=True, eq=False)
class Experiment:
    """One state of the screen: `inputs` are (C, H, W); `layer` is that of `kind` with `settings`."""

    operation: str
    settings: dict[str, Any]
    inputs: NDArray[np.float32]
    layer: Layer

    @property
    def kind(self) -> str:
        """Return the name of torch's layer."""
        return OPERATIONS[self.operation]

    @property
    def drawn(self) -> Operation:
        """Return what the component computes."""
        if "max" in self.operation:
            return "max"
        return "lp" if self.operation == "LP" else "average"

    def request(self) -> Pool:
        """Return the question for the engine."""
        return Pool(self.kind, Numbers.of(self.inputs), _pairs(self.settings))

    def moved(self, columns: int) -> PoolMoved:
        """Return the same question about the input moved to the right."""
        return PoolMoved(self.kind, Numbers.of(self.inputs), _pairs(self.settings), columns)

    def rivals(self) -> dict[str, PoolShifts]:
        """Return, by their names in the lesson, what to compare on moved digits: none, and this window's poolings."""
        asked = {"line_pixels": PoolShifts(None, longest=FARTHEST)}
        shared = {name: value for name, value in self.settings.items() if name in _SHARED}
        adaptive_too = self.kind.startswith("Adaptive")
        for name, plain, other in (
            ("line_max", "MaxPool2d", "AdaptiveMaxPool2d"),
            ("line_average", "AvgPool2d", "AdaptiveAvgPool2d"),
        ):
            kind = other if adaptive_too else plain
            own = self.settings if kind == self.kind else shared
            asked[name] = PoolShifts(kind, _pairs(own), FARTHEST)
        if self.drawn == "lp":
            asked["line_lp"] = PoolShifts(self.kind, _pairs(self.settings), FARTHEST)
        return asked

    def axes(self) -> tuple[Axis, ...]:
        """Return where the windows lie along each axis."""
        sizes, counts = self.inputs.shape[1:], self.layer.output_size[2:]
        if self.kind.startswith("Adaptive"):
            return tuple(adaptive(size, count) for size, count in zip(sizes, counts, strict=True))
        window = self.layer.window
        assert window is not None
        return tuple(
            windows(
                size,
                window.kernel_size[axis],
                stride=window.stride[axis],
                dilation=window.dilation[axis],
                before=window.before[axis],
                after=window.after[axis],
                count=counts[axis],
            )
            for axis, size in enumerate(sizes)
        )


_SHARED = ("kernel_size", "stride", "padding", "ceil_mode", "output_size")


def _pairs(settings: Mapping[str, Any]) -> Settings:
    return tuple(settings.items())


def experiment(picture: Picture | None) -> Experiment:
    """Return what the controls, the edits and the picture make; raises ShapeError where torch would refuse it."""
    operation = value_of(OPERATION)
    chosen = {control.key: value_of(control) for control in (INPUT, SIZE, CHANNELS, *controls(operation))}
    seen = picture.sha256 if picture is not None and chosen["input"] == "photo" else ""
    edits = kept({"input": ("pooling", chosen["input"], chosen["size"], chosen["channels"], seen)})
    return made(operation, chosen, picture, edits)


def made(operation: str, chosen: Mapping[str, Any], picture: Picture | None, edits: Edits) -> Experiment:
    """Return the experiment of the values that the controls of an operation have, by key; raises ShapeError."""
    names = [control.key for control in controls(operation)]
    settings = {name: chosen[name] for name in names if _USUAL.get(name) != chosen[name]}
    if operation == "global average":
        settings = {"output_size": 1}
    size, channels = chosen["size"], chosen["channels"]
    shape = layer(OPERATIONS[operation], (1, channels, size, size), **settings)
    inputs = input_values(chosen["input"], channels, size, 2, picture)
    return Experiment(operation, settings, applied(edits, "input", inputs), shape)
