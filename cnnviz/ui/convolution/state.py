"""What the screen on convolution asks for, and what follows: the arrays, the request, the axes that are drawn."""

from dataclasses import dataclass
from functools import cached_property
from math import prod

import numpy as np
from numpy.typing import NDArray

from cnnviz.arithmetic import Layer, layer
from cnnviz.components.axes import Axis, of_layer
from cnnviz.engine.requests import Convolve, Numbers
from cnnviz.images.kernels import KERNELS, in_torch_order, kernel_values
from cnnviz.images.small_inputs import INPUTS
from cnnviz.ui.cell_edits import edited, edited_input
from cnnviz.ui.form import Form, Preset
from cnnviz.ui.form_controls import AnyControl, Choice, Switch
from cnnviz.ui.number_controls import Number
from cnnviz.ui.words import Words

WORDS = Words("convolution")
FORM = Form(WORDS)
KINDS = ("Conv2d", "ConvTranspose2d", "Conv1d", "ConvTranspose1d", "Conv3d")
# What begins anew when the numbers of a grid are others, or the grids' sizes.
_INPUT, _KERNEL, _BIAS = ("edited_input", "at"), ("edited_kernel", "at"), ("edited_bias", "at")
KIND = Choice("kind", "Conv2d", ("size", "kernel_size", "edited_input", *_KERNEL), KINDS, technical=True)
INPUT = Choice("input", "digit", _INPUT, INPUTS)
KERNEL = Choice("weights", "Sobel x", _KERNEL, KERNELS)
MODE = Choice("padding_mode", "zeros", (), ("zeros", "reflect", "replicate", "circular"), technical=True)
DRAWN = Choice("drawn", "zeros between", ("at",), ("zeros between", "painting"))
SAME = Switch("same", False, ("at",))
FLIP = Switch("flip", False)
BIAS = Switch("bias", False, _BIAS)
CHANNELS = Number("channels", 1, ("edited_input", *_KERNEL), low=1, high=4)
FILTERS = Number("filters", 1, ("edited_bias", *_KERNEL), low=1, high=6)
GROUPS = Number("groups", 1, _KERNEL, low=1, high=4)
DILATION = Number("dilation", 1, ("at",), low=1, high=3)
OUTPUT_PADDING = Number("output_padding", 0, ("at",), low=0, high=3)
# Settings of torch's layer that its call leaves out where they are what torch takes anyway.
_USUAL = {"stride": 1, "padding": 0, "dilation": 1, "groups": 1, "output_padding": 0, "padding_mode": "zeros"}
_BIASES = (0.5, -0.5, 1.0, -1.0, 1.5, -1.5)
# By rank: the largest input, the end of its slider, the first size, the largest kernel.
_SIZES = {1: (24, 24, 10, 7), 2: (32, 16, 10, 7), 3: (6, 6, 4, 3)}
# Convolutions to start from: one for each thing that there is to see.
_COLOURS: Preset = {"input": "photo", "size": 6, "channels": 3}
PRESETS: dict[str, Preset] = {
    "edges": {},
    "lecture": {"input": "random", "size": 7, "padding": 0},
    "depth": {**_COLOURS, "size": 32, "kernel_size": 5, "padding": 0, "bias": True, "weights": "random"},
    "even": {"input": "edge", "size": 6, "kernel_size": 4, "weights": "box blur", "same": True},
    "stride": {"input": "photo", "size": 9, "stride": 2, "weights": "Gaussian blur"},
    "dilation": {"input": "checkerboard", "size": 9, "dilation": 2, "padding": 2, "weights": "Laplacian"},
    "channels": {**_COLOURS, "bias": True, "weights": "random"},
    "filters": {"size": 8, "filters": 3, "weights": "sharpen"},
    "one": {**_COLOURS, "filters": 2, "kernel_size": 1, "padding": 0, "bias": True, "weights": "random"},
    "depthwise": {**_COLOURS, "filters": 3, "groups": 3},
    "transposed": {"kind": "ConvTranspose2d", "input": "random", "size": 3, "weights": "Gaussian blur"},
    "painting": {
        "kind": "ConvTranspose2d",
        "input": "random",
        "size": 3,
        "padding": 0,
        "weights": "random",
        "drawn": "painting",
    },
    "1d": {"kind": "Conv1d", "input": "edge", "size": 12},
    "3d": {"kind": "Conv3d"},
}


@dataclass(frozen=True, eq=False)
class State:
    """One state of the screen: `weights` are (C_out, C_in / groups, ...) for every kind, `bias` (C_out,) or None."""

    kind: str
    settings: dict[str, int | str]
    flip: bool
    painting: bool
    inputs: NDArray[np.float32]
    weights: NDArray[np.float32]
    bias: NDArray[np.float32] | None
    layer: Layer

    @property
    def transposed(self) -> bool:
        """Whether it is a transposed convolution."""
        return self.kind.startswith("ConvTranspose")

    @property
    def groups(self) -> int:
        """The number of groups."""
        return int(self.settings.get("groups", 1))

    @property
    def function(self) -> str:
        """The name of torch's function."""
        return f"torch.nn.functional.conv{'_transpose' * self.transposed}{rank_of(self.kind)}d"

    @property
    def arguments(self) -> dict[str, int | str]:
        """What torch's layer has as arguments, `bias` aside where it is there."""
        sizes = {"out_channels": len(self.weights), "kernel_size": self.weights.shape[-1]}
        return {**sizes, **self.settings, **({} if self.bias is not None else {"bias": False})}

    @property
    def taps(self) -> int:
        """How many products one output adds up."""
        return prod(self.weights.shape[1:])

    def request(self) -> Convolve:
        """Return the question for the engine."""
        bias = None if self.bias is None else Numbers.of(self.bias)
        weights = Numbers.of(self.torch_weights)
        return Convolve(self.kind, Numbers.of(self.inputs), weights, bias, flip=self.flip, **self.settings)  # type: ignore[arg-type]

    @property
    def torch_weights(self) -> NDArray[np.float32]:
        """The weights as torch's layer has them: transposed they are (C_in, C_out / groups, ...)."""
        return in_torch_order(self.weights, self.groups) if self.transposed else self.weights

    @cached_property
    def axes(self) -> tuple[Axis, ...]:
        """Where the windows lie along each axis."""
        mode = str(self.settings.get("padding_mode", "zeros"))
        return of_layer(self.layer, mode=mode, painting=self.painting, flip=self.flip)


def rank_of(kind: str) -> int:
    """Return over how many axes a kind goes."""
    return int(kind[-2])


def sliders(kind: str) -> tuple[Number, ...]:
    """Return the numbers of a kind, those that are changed most first."""
    transposed = kind.startswith("ConvTranspose")
    most, reach, first, kernel = _SIZES[rank_of(kind)]
    return (
        Number("size", 4 if transposed else first, _INPUT, low=1, high=most, reach=reach),
        Number("kernel_size", 3, _KERNEL, low=1, high=kernel),
        Number("stride", 2 if transposed else 1, ("at",), low=1, high=4),
        Number("padding", 0 if rank_of(kind) == 3 else 1, ("at",), low=0, high=4),
        DILATION,
        CHANNELS,
        FILTERS,
        GROUPS,
        *((OUTPUT_PADDING,) if transposed else ()),
    )


def controls(kind: str) -> tuple[AnyControl, ...]:
    """Return all that can be set of a kind."""
    numbers = sliders(kind)
    if kind.startswith("ConvTranspose"):
        return *numbers, KIND, INPUT, KERNEL, DRAWN, FLIP, BIAS
    return *numbers, KIND, INPUT, KERNEL, MODE, SAME, FLIP, BIAS


def read() -> State:
    """Return what the form says; raises ShapeError where torch would refuse it."""
    kind = FORM.get(KIND)
    rank = rank_of(kind)
    chosen = {each.name: FORM.get(each) for each in controls(kind)}
    if chosen.get("same"):
        chosen["padding"] = "same"
    size, channels, filters, kernel = (chosen[name] for name in ("size", "channels", "filters", "kernel_size"))
    settings = {name: chosen[name] for name, usual in _USUAL.items() if chosen.get(name, usual) != usual}
    shape = (1, channels, *(size,) * rank)
    computed = layer(kind, shape, out_channels=filters, kernel_size=kernel, bias=chosen["bias"], **settings)
    weights = kernel_values(chosen["weights"], filters, channels // chosen["groups"], kernel, rank)
    return State(
        kind,
        settings,
        chosen["flip"],
        chosen.get("drawn") == "painting",
        edited_input(FORM, chosen["input"], channels, size, rank),
        edited(FORM, "kernel", weights),
        edited(FORM, "bias", np.array(_BIASES[:filters])) if chosen["bias"] else None,
        computed,
    )
