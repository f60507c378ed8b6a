"""What the screen on pooling asks for, and what follows: the input, the requests, the axes that are drawn."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from cnnviz.arithmetic import Layer, layer
from cnnviz.components.axes import Axis, of_layer
from cnnviz.components.sliding import Operation
from cnnviz.engine.requests import Numbers, Pool, PoolMoved, PoolShifts
from cnnviz.images.small_inputs import INPUTS, input_values
from cnnviz.ui.cell_edits import Edits, edited
from cnnviz.ui.form import Form, Preset
from cnnviz.ui.form_controls import AnyControl, Choice, Switch
from cnnviz.ui.number_controls import Number
from cnnviz.ui.picture_choice import picture_of
from cnnviz.ui.words import Words

WORDS = Words("pooling")
FORM = Form(WORDS)
FARTHEST = 8
# By the name in a link: torch's layer.
OPERATIONS = {
    "max": "MaxPool2d",
    "average": "AvgPool2d",
    "LP": "LPPool2d",
    "global average": "AdaptiveAvgPool2d",
    "adaptive average": "AdaptiveAvgPool2d",
    "adaptive max": "AdaptiveMaxPool2d",
}
_ANEW = (Edits.of("input").name, "at")
OPERATION = Choice("operation", "max", ("at",), tuple(OPERATIONS))
INPUT = Choice("input", "digit", _ANEW, INPUTS)
SIZE = Number("size", 12, _ANEW, low=1, high=16)
CHANNELS = Number("channels", 1, _ANEW, low=1, high=4)
SHIFT = Number("shift", 1, low=0, high=FARTHEST)
_KERNEL = Number("kernel_size", 2, ("at",), low=1, high=7)
_STRIDE = Number("stride", 2, ("at",), low=1, high=4)
_PADDING = Number("padding", 0, ("at",), low=0, high=3)
_CEIL = Switch("ceil_mode", False, ("at",))
_OUTPUT = Number("output_size", 3, ("at",), low=1, high=8)
_SETTINGS: dict[str, tuple[AnyControl, ...]] = {
    "max": (_KERNEL, _STRIDE, _PADDING, Number("dilation", 1, ("at",), low=1, high=3), _CEIL),
    "average": (_KERNEL, _STRIDE, _PADDING, _CEIL, Switch("count_include_pad", True)),
    "LP": (Number("norm_type", 2, low=1, high=8), _KERNEL, _STRIDE, _CEIL),
    "global average": (),
    "adaptive average": (_OUTPUT,),
    "adaptive max": (_OUTPUT,),
}
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
    """One state of the screen: `inputs` are (C, H, W), and `layer` is what torch makes of them with `settings`."""

    operation: str
    settings: dict[str, int | bool]
    inputs: NDArray[np.float32]
    layer: Layer

    @property
    def kind(self) -> str:
        """The name of torch's layer."""
        return OPERATIONS[self.operation]

    @property
    def is_adaptive(self) -> bool:
        """Whether the output's size is given and the windows follow."""
        return self.kind.startswith("Adaptive")

    @property
    def drawn(self) -> Operation:
        """What the component computes."""
        if "max" in self.operation:
            return "max"
        return "lp" if self.operation == "LP" else "average"

    def request(self) -> Pool:
        """Return the question for the engine."""
        return Pool(self.kind, Numbers.of(self.inputs), tuple(self.settings.items()))

    def shifted(self) -> PoolMoved:
        """Return the same question about the input moved to the right."""
        return PoolMoved(self.kind, Numbers.of(self.inputs), tuple(self.settings.items()), FORM.get(SHIFT))

    def rivals(self) -> dict[str, PoolShifts]:
        """Return, by their names in the lesson, what to compare on moved digits: none, and this window's poolings."""
        asked = {"line_pixels": PoolShifts(None, longest=FARTHEST)}
        shared = tuple((name, value) for name, value in self.settings.items() if name in _SHARED)
        for name, plain in (("line_max", "MaxPool2d"), ("line_average", "AvgPool2d")):
            kind = f"Adaptive{plain}" if self.is_adaptive else plain
            own = tuple(self.settings.items()) if kind == self.kind else shared
            asked[name] = PoolShifts(kind, own, FARTHEST)
        if self.drawn == "lp":
            asked["line_lp"] = PoolShifts(self.kind, tuple(self.settings.items()), FARTHEST)
        return asked

    @cached_property
    def axes(self) -> tuple[Axis, ...]:
        """Where the windows lie along each axis."""
        return of_layer(self.layer)


def settings_of(operation: str) -> tuple[AnyControl, ...]:
    """Return what can be set of an operation, in the order of torch's arguments."""
    return _SETTINGS[operation]


def read() -> State:
    """Return what the form says; raises ShapeError where torch would refuse it."""
    operation, name, size, channels = (FORM.get(OPERATION), FORM.get(INPUT), FORM.get(SIZE), FORM.get(CHANNELS))
    chosen: dict[str, int | bool] = {each.name: FORM.get(each) for each in settings_of(operation)}
    settings = {name: value for name, value in chosen.items() if _USUAL.get(name) != value}
    if operation == "global average":
        settings = {"output_size": 1}
    computed = layer(OPERATIONS[operation], (1, channels, size, size), **settings)
    picture = picture_of(FORM) if name == "photo" else None
    inputs = input_values(name, channels, size, 2, picture)
    return State(operation, settings, edited(FORM, "input", inputs), computed)
