"""Questions like the lecture's, without end: each number stands for one question, the same for everybody."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from math import prod
from random import Random
from typing import Any

from cnnviz.arithmetic import Layer, layer
from cnnviz.arithmetic.checks import AXES
from cnnviz.errors import ShapeError

LEVELS = (1, 2, 3, 4)
_Draft = tuple[str, tuple[int, ...], dict[str, Any]]


@dataclass(frozen=True)
class Question:
    """A layer and the input (N, C, ...) that it gets; `answers` are what is asked, by name."""

    kind: str
    input_size: tuple[int, ...]
    settings: Mapping[str, Any]

    @cached_property
    def layer(self) -> Layer:
        """The layer, computed."""
        return layer(self.kind, self.input_size, **self.settings)

    @property
    def answers(self) -> dict[str, int]:
        """The right answers: the output's channels, its extent along each axis, parameters, and MACs if it has any."""
        made = self.layer
        if self.kind == "Linear":
            sizes = {"features": made.output_size[-1]}
        else:
            axes = AXES[len(made.output_size) - 2]
            sizes = dict(zip(("channels", *axes), made.output_size[1:], strict=True))
        counts = {"parameters": made.parameters, **({"macs": made.macs} if made.macs else {})}
        return {**sizes, **counts}


def question(number: int, level: int) -> Question:
    """Return question `number` of a level from 1 (as in the lecture) to 4 (other layers); it can always be answered."""
    random = Random(f"{level}-{number}")
    while True:
        kind, size, settings = _DRAFTS[level](random)
        asked = Question(kind, size, settings)
        try:
            output = asked.layer.output_size
        except ShapeError:
            continue
        if prod(output) < 10**7:
            return asked


def mistake(asked: Question, part: str, answer: int) -> str | None:
    """Return which of the usual mistakes leads to a wrong answer, by a short name; None if none does."""
    made = asked.layer
    if part == "channels" and answer == made.input_size[1]:
        return "stays"
    if part == "parameters" and made.biases and answer == made.weights:
        return "no_bias"
    if (
        part == "parameters"
        and made.window
        and answer == made.output_size[1] * prod(made.window.kernel_size) + made.biases
    ):
        return "flat"
    if part == "macs" and answer == made.flops:
        return "flops"
    axes = AXES[len(made.input_size) - 2]
    if part in axes and made.window is not None and not asked.kind.startswith("ConvTranspose"):
        return _size_mistake(made, axes.index(part), answer)
    return None


def _size_mistake(made: Layer, axis: int, answer: int) -> str | None:
    window = made.window
    assert window is not None
    size, k, s = made.input_size[2 + axis], window.kernel_size[axis], window.stride[axis]
    d, p = window.dilation[axis], window.before[axis]
    reach = d * (k - 1) + 1
    slips = {
        "ceil": -(-(size + 2 * p - reach) // s) + 1,
        "one_side": (size + p - reach) // s + 1,
        "no_padding": (size - reach) // s + 1,
        "no_dilation": (size + 2 * p - k) // s + 1,
    }
    return next((name for name, slip in slips.items() if slip == answer), None)


def _as_in_the_lecture(random: Random) -> _Draft:
    side, kernel = random.choice((7, 14, 16, 24, 28, 32, 48, 64)), random.choice((1, 3, 5, 7))
    settings = {"out_channels": random.choice((4, 6, 8, 10, 12, 16, 20, 32)), "kernel_size": kernel}
    return _shown(
        "Conv2d", (1, random.choice((1, 3, 6, 8, 16)), side, side), settings, padding=random.randint(0, kernel // 2)
    )


def _with_a_stride(random: Random) -> _Draft:
    kind, size, settings = _as_in_the_lecture(random)
    side, kernel = random.randint(12, 64), random.choice((2, 3, 4, 5, 7, 11))
    settings = {"out_channels": settings["out_channels"], "kernel_size": kernel}
    return _shown(
        kind, (*size[:2], side, side), settings, stride=random.randint(2, 4), padding=random.randint(0, kernel // 2)
    )


def _any_convolution(random: Random) -> _Draft:
    groups = random.choice((1, 1, 2, 4))
    kernel = random.choice((1, 2, 3, 5)), random.choice((1, 3, 5, 7))
    settings = {
        "out_channels": groups * random.choice((3, 4, 6, 8)),
        "kernel_size": kernel if kernel[0] != kernel[1] else kernel[0],
    }
    size = 1, groups * random.choice((2, 3, 4, 8)), random.randint(12, 48), random.randint(12, 48)
    return _shown(
        "Conv2d",
        size,
        settings,
        stride=random.choice((1, 1, 2, (2, 1), (1, 3))),
        padding=random.choice((0, 1, 2, (1, 2))),
        dilation=random.choice((1, 2, 3)),
        groups=groups,
        bias=random.choice((True, True, False)),
    )


def _other_layers(random: Random) -> _Draft:
    channels = random.choice((3, 6, 8, 16))
    kind = random.choice(("MaxPool2d", "AvgPool2d", "ConvTranspose2d", "Conv1d", "Conv3d", "Linear"))
    if kind == "Linear":
        return kind, (1, random.choice((400, 784, 2450, 3072))), {"out_features": random.choice((10, 84, 120, 500))}
    rank, kernel = int(kind[-2]), random.choice((2, 3, 4))
    size = 1, channels, *([random.randint(6, 32 if rank < 3 else 16)] * rank)
    settings: dict[str, Any] = {"kernel_size": kernel}
    if kind.startswith("Conv"):
        settings = {"out_channels": random.choice((2, 4, 10)), **settings}
    return _shown(kind, size, settings, stride=random.choice((1, 2, 2, 3)), padding=random.randint(0, kernel // 2))


def _shown(kind: str, size: tuple[int, ...], settings: dict[str, Any], **more: Any) -> _Draft:
    """Return a draft without the settings that are what PyTorch takes anyway."""
    usual = {"stride": None if "Pool" in kind else 1, "padding": 0, "dilation": 1, "groups": 1, "bias": True}
    return kind, size, {**settings, **{name: value for name, value in more.items() if value != usual[name]}}


_DRAFTS: dict[int, Callable[[Random], _Draft]] = {
    1: _as_in_the_lecture,
    2: _with_a_stride,
    3: _any_convolution,
    4: _other_layers,
}
