"""What the screen on convolution asks for, and what follows: the arrays, the request, the axes that are drawn."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnviz.arithmetic import Layer, layer
from cnnviz.components.axes import Axis, painted, stuffed, windows
from cnnviz.engine.requests import Convolve, Numbers, Picture
from cnnviz.images.kernels import KERNELS, kernel_values
from cnnviz.images.small_inputs import INPUTS, input_values
from cnnviz.ui.basics.edits import Edits, applied, kept
from cnnviz.ui.controls import Choice, Control, Dial, Switch, value_of

KIND = Choice("kind", "Kind", ("Conv2d", "ConvTranspose2d", "Conv1d", "ConvTranspose1d", "Conv3d"), "Conv2d")
INPUT = Choice("input", "Input", INPUTS, "digit")
KERNEL = Choice("weights", "Kernel", KERNELS, "Sobel x")
MODE = Choice("padding_mode", "Padding mode", ("zeros", "reflect", "replicate", "circular"), "zeros")
DRAWN = Choice("drawn", "Drawn as", ("zeros between", "painting"), "zeros between")
SAME = Switch("same", 'Padding "same"', False)
FLIP = Switch("flip", "Flip the kernel", False)
BIAS = Switch("bias", "Bias", False)
_DEFAULTS = {"stride": 1, "padding": 0, "dilation": 1, "groups": 1, "output_padding": 0, "padding_mode": "zeros"}
_BIASES = (0.5, -0.5, 1.0, -1.0)
# By rank: the largest and the first size of the input, the largest kernel.
_SIZES = {1: (24, 10, 7), 2: (16, 10, 7), 3: (6, 4, 3)}


def rank_of(kind: str) -> int:
    """Return over how many axes a kind goes."""
    return int(kind[-2])


def controls(kind: str) -> tuple[Control, ...]:
    """Return the dials and choices of a kind, apart from what is chosen above the grids."""
    most, first, kernel = _SIZES[rank_of(kind)]
    transposed = kind.startswith("ConvTranspose")
    first = 4 if transposed else first
    shared: tuple[Control, ...] = (
        Dial("size", "Size", 1, most, most, first),
        Dial("kernel_size", "Kernel size", 1, kernel, kernel, 3),
        Dial("stride", "Stride", 1, 4, 4, 2 if transposed else 1),
        Dial("padding", "Padding", 0, 4, 4, 0 if rank_of(kind) == 3 else 1),
        Dial("dilation", "Dilation", 1, 3, 3, 1),
        Dial("channels", "Input channels", 1, 4, 4, 1),
        Dial("filters", "Filters", 1, 4, 4, 1),
        Dial("groups", "Groups", 1, 4, 4, 1),
    )
    if transposed:
        return *shared, Dial("output_padding", "Output padding", 0, 3, 3, 0), DRAWN
    return *shared, MODE


def switches(kind: str) -> tuple[Switch, ...]:
    """Return the yes-or-no settings of a kind."""
    return (FLIP, BIAS) if kind.startswith("ConvTranspose") else (SAME, FLIP, BIAS)


@dataclass(frozen=True, eq=False)
class Experiment:
    """One state of the screen: `weights` are (C_out, C_in / groups, ...) for every kind, `bias` (C_out,) or None."""

    kind: str
    settings: dict[str, Any]
    flip: bool
    painting: bool
    inputs: NDArray[np.float32]
    weights: NDArray[np.float32]
    bias: NDArray[np.float32] | None
    layer: Layer

    @property
    def transposed(self) -> bool:
        """Return whether it is a transposed convolution."""
        return self.kind.startswith("ConvTranspose")

    @property
    def groups(self) -> int:
        """Return the number of groups."""
        return int(self.settings.get("groups", 1))

    @property
    def function(self) -> str:
        """Return the name of torch's function."""
        rank = rank_of(self.kind)
        return f"torch.nn.functional.conv{'_transpose' * self.transposed}{rank}d"

    def request(self) -> Convolve:
        """Return the question for the engine."""
        bias = None if self.bias is None else Numbers.of(self.bias)
        weights = Numbers.of(self.in_torch_order())
        settings = {name: value for name, value in self.settings.items() if name not in ("out_channels", "kernel_size")}
        settings.pop("bias", None)
        return Convolve(self.kind, Numbers.of(self.inputs), weights, bias, flip=self.flip, **settings)

    def in_torch_order(self) -> NDArray[np.float32]:
        """Return the weights as torch's layer has them: transposed they are (C_in, C_out / groups, ...)."""
        if not self.transposed:
            return self.weights
        filters, each = self.weights.shape[:2]
        apart = self.weights.reshape(self.groups, filters // self.groups, *self.weights.shape[1:]).swapaxes(1, 2)
        return apart.reshape(self.groups * each, filters // self.groups, *self.weights.shape[2:])

    def axes(self) -> tuple[Axis, ...]:
        """Return where the windows lie along each axis."""
        window, sizes = self.layer.window, self.inputs.shape[1:]
        assert window is not None
        made = []
        for number, size in enumerate(sizes):
            kernel, dilation = window.kernel_size[number], window.dilation[number]
            before, after, stride = window.before[number], window.after[number], window.stride[number]
            if self.transposed:
                draw = painted if self.painting else stuffed
                output = self.layer.output_size[2 + number]
                axis = draw(size, kernel, stride=stride, padding=before, output=output, dilation=dilation)
            else:
                mode = self.settings.get("padding_mode", "zeros")
                axis = windows(size, kernel, stride=stride, dilation=dilation, before=before, after=after, mode=mode)
            made.append(axis.flipped() if self.flip else axis)
        return tuple(made)


def experiment(picture: Picture | None) -> Experiment:
    """Return what the controls, the edits and the picture make; raises ShapeError where torch would refuse it."""
    kind = value_of(KIND)
    chosen = {control.key: value_of(control) for control in (INPUT, KERNEL, *controls(kind), *switches(kind))}
    seen = picture.sha256 if picture is not None and chosen["input"] == "photo" else ""
    made_from = {
        "input": (kind, chosen["input"], chosen["size"], chosen["channels"], seen),
        "kernel": (kind, *(chosen[key] for key in ("weights", "kernel_size", "channels", "filters", "groups"))),
        "bias": (chosen["bias"], chosen["filters"]),
    }
    return made(kind, chosen, picture, kept(made_from))


def made(kind: str, chosen: Mapping[str, Any], picture: Picture | None, edits: Edits) -> Experiment:
    """Return the experiment of the values that the controls of a kind have, by key; raises ShapeError."""
    rank = rank_of(kind)
    size, channels, filters, groups = (chosen[key] for key in ("size", "channels", "filters", "groups"))
    settings: dict[str, Any] = {"out_channels": filters, "kernel_size": chosen["kernel_size"]}
    padding = "same" if chosen.get("same") else chosen["padding"]
    for name, default in _DEFAULTS.items():
        value = padding if name == "padding" else chosen.get(name, default)
        if value != default:
            settings[name] = value
    if not chosen["bias"]:
        settings["bias"] = False
    shape = layer(kind, (1, channels, *(size,) * rank), **settings)
    inputs = input_values(chosen["input"], channels, size, rank, picture)
    weights = kernel_values(chosen["weights"], filters, channels // groups, chosen["kernel_size"], rank)
    bias = applied(edits, "bias", np.array(_BIASES[:filters])) if chosen["bias"] else None
    return Experiment(
        kind,
        settings,
        chosen["flip"],
        chosen.get("drawn") == "painting",
        applied(edits, "input", inputs),
        applied(edits, "kernel", weights),
        bias,
        shape,
    )
