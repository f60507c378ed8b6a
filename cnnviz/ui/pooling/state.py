"""What the screen on pooling asks for, and what follows: the input, the requests, the axes that are drawn."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cnnviz.arithmetic import Layer, layer
from cnnviz.components.axes import Axis, of_layer
from cnnviz.components.sliding import Operation
from cnnviz.engine.requests import Numbers, Pool, PoolMoved, PoolShifts
from cnnviz.images.small_inputs import INPUTS
from cnnviz.ui.cell_edits import Edits, edited_input
from cnnviz.ui.form import Form, Preset
from cnnviz.ui.form_controls import AnyControl, Choice, Switch
from cnnviz.ui.number_controls import Number
from cnnviz.ui.words import Words

WORDS = Words("pooling")
FORM = Form(WORDS)
FARTHEST = 8
_ANEW = (Edits.of("input").name, "at")
INPUT = Choice("input", "digit", _ANEW, INPUTS)
SIZE = Number("size", 12, _ANEW, low=1, high=16)
CHANNELS = Number("channels", 1, _ANEW, low=1, high=4)
SHIFT = Number("shift", 1, low=0, high=FARTHEST)
_KERNEL = Number("kernel_size", 2, ("at",), low=1, high=7)
_STRIDE = Number("stride", 2, ("at",), low=1, high=4)
_PADDING = Number("padding", 0, ("at",), low=0, high=3)
_CEIL = Switch("ceil_mode", False, ("at",))
_OUTPUT = Number("output_size", 3, ("at",), low=1, high=8)
# By the name in a link: torch's layer, what the component computes, and what can be set in the order of its arguments.
OPERATIONS: dict[str, tuple[str, Operation, tuple[AnyControl, ...]]] = {
    "max": ("MaxPool2d", "max", (_KERNEL, _STRIDE, _PADDING, Number("dilation", 1, ("at",), low=1, high=3), _CEIL)),
    "average": ("AvgPool2d", "average", (_KERNEL, _STRIDE, _PADDING, _CEIL, Switch("count_include_pad", True))),
    "LP": ("LPPool2d", "lp", (Number("norm_type", 2, low=1, high=8), _KERNEL, _STRIDE, _CEIL)),
    "global average": ("AdaptiveAvgPool2d", "average", ()),
    "adaptive average": ("AdaptiveAvgPool2d", "average", (_OUTPUT,)),
    "adaptive max": ("AdaptiveMaxPool2d", "max", (_OUTPUT,)),
}
OPERATION = Choice("operation", "max", ("at",), tuple(OPERATIONS))
# What torch takes anyway is left out of the code and of the request.
_USUAL = {"padding": 0, "dilation": 1, "ceil_mode": False, "count_include_pad": True}
_SHARED = ("kernel_size", "stride", "padding", "ceil_mode", "output_size")
# Poolings to start from: one for each thing that there is to see.
PRESETS: dict[str, Preset] = {
    "max": {},
    "overlapping": {"kernel_size": 3, "size": 9},
    "average": {"operation": "average"},
    "padding": {"operation": "average", "kernel_size": 3, "padding": 1, "input": "random", "size": 8},
    "ceil_mode": {"kernel_size": 3, "ceil_mode": True, "input": "random", "size": 8},
    "lp": {"operation": "LP", "input": "random", "size": 6},
    "channels": {"input": "photo", "size": 6, "channels": 3},
    "global": {"operation": "global average", "channels": 4, "size": 7},
    "adaptive": {"operation": "adaptive average", "size": 8, "input": "random"},
    "far": {"size": 16, "kernel_size": 4, "stride": 4, "shift": 3},
}


@dataclass(frozen=True, eq=False)
class State:
    """One state of the screen: `layer` is torch's `kind` with `settings` on `inputs` (C, H, W), drawn along `axes`."""

    operation: str
    kind: str
    drawn: Operation
    settings: dict[str, int | bool]
    inputs: NDArray[np.float32]
    layer: Layer
    axes: tuple[Axis, ...]

    @property
    def is_adaptive(self) -> bool:
        """Whether the output's size is given and the windows follow."""
        return self.kind.startswith("Adaptive")

    def request(self) -> Pool:
        """Return the question for the engine."""
        return Pool(self.kind, Numbers.of(self.inputs), tuple(self.settings.items()))

    def shifted(self) -> PoolMoved:
        """Return the same question about the input moved to the right."""
        return PoolMoved(self.kind, Numbers.of(self.inputs), tuple(self.settings.items()), FORM.get(SHIFT))

    def rivals(self) -> dict[str, PoolShifts]:
        """Return, by their names in the lesson, what to compare on moved digits: none, and this window's poolings."""
        asked, own = {"line_pixels": PoolShifts(None, longest=FARTHEST)}, tuple(self.settings.items())
        shared = tuple((name, value) for name, value in own if name in _SHARED)
        for name, plain in (("line_max", "MaxPool2d"), ("line_average", "AvgPool2d")):
            kind = f"Adaptive{plain}" if self.is_adaptive else plain
            asked[name] = PoolShifts(kind, own if kind == self.kind else shared, FARTHEST)
        if self.drawn == "lp":
            asked["line_lp"] = PoolShifts(self.kind, own, FARTHEST)
        return asked


def controls() -> tuple[AnyControl, ...]:
    """Return all that can be set of the chosen operation."""
    return OPERATION, INPUT, SIZE, CHANNELS, *OPERATIONS[FORM.get(OPERATION)][-1]


def read() -> State:
    """Return what the form says; raises ShapeError where torch would refuse it."""
    operation, name, size, channels = (FORM.get(OPERATION), FORM.get(INPUT), FORM.get(SIZE), FORM.get(CHANNELS))
    kind, drawn, own = OPERATIONS[operation]
    chosen: dict[str, int | bool] = {each.name: FORM.get(each) for each in own}
    settings = {name: value for name, value in chosen.items() if _USUAL.get(name) != value}
    if operation == "global average":
        settings = {"output_size": 1}
    computed = layer(kind, (1, channels, size, size), **settings)
    inputs = edited_input(FORM, name, channels, size, 2)
    return State(operation, kind, drawn, settings, inputs, computed, of_layer(computed))
