"""Why networks changed: ways of doing one thing, as rows of the calculator's language, at any channels and side.

>>> one, two = COMPARISONS["kernels"].ways(64, 56)
>>> one.text
'Conv 64 3 p1, ReLU, Conv 64 3 p1, ReLU'
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

from cnnviz.arithmetic import LayerRecord
from cnnviz.arithmetic.families import family
from cnnviz.design.presets import PRESETS
from cnnviz.design.totals import Totals, of_text

Size = tuple[int, ...]


@dataclass(frozen=True)
class Way:
    """One way: its name, its rows and its input (N, C, H, W)."""

    name: str
    text: str
    input_size: Size

    @property
    def totals(self) -> Totals:
        """Its sizes and costs in float32."""
        return of_text(self.text, self.input_size, 4)

    @property
    def convolutions_and_linear(self) -> tuple[LayerRecord, ...]:
        """The layers that a network's depth is counted by."""
        return tuple(each for each in self.totals.leaves if family(each.kind) in ("conv", "linear"))

    @property
    def nonlinearities(self) -> int:
        """How many activation functions follow one another."""
        return sum(family(each.kind) == "activation" for each in self.totals.leaves)


@dataclass(frozen=True)
class Comparison:
    """A comparison: its ways at so many channels and such a side, both as a paper has them, and how far they may go."""

    ways: Callable[[int, int], tuple[Way, ...]]
    channels: int
    side: int
    most: int = 1024
    least: int = 4
    largest: int = 224


def _kernels(channels: int, side: int) -> tuple[Way, ...]:
    size = (1, channels, side, side)
    twice = ", ".join([f"Conv {channels} 3 p1, ReLU"] * 2)
    return Way("two_3x3", twice, size), Way("one_5x5", f"Conv {channels} 5 p2, ReLU", size)


def _alexnet(channels: int, side: int) -> tuple[Way, ...]:
    rows = PRESETS["alexnet"].text.split(", ")
    cuts = (0, rows.index("Conv 384 3 p1"), rows.index("Flatten"), len(rows))
    size: Size = (1, channels, side, side)
    ways = []
    for name, (start, end) in zip(("early", "late", "linear"), pairwise(cuts), strict=True):
        way = Way(name, ", ".join(rows[start:end]), size)
        ways.append(way)
        size = way.totals.working[-1].output_size or size
    return tuple(ways)


def _stem(channels: int, side: int) -> tuple[Way, ...]:
    size = (1, channels, side, side)
    steps = "Conv 64 7 s2 p3, ReLU, MaxPool 3 s2 p1, Conv 64 1, ReLU, Conv 192 3 p1, ReLU, MaxPool 3 s2 p1"
    return Way("googlenet_stem", steps, size), Way("vgg_stem", "VGG 2 64, VGG 2 128, VGG 3 256", size)


def _inception(channels: int, side: int) -> tuple[Way, ...]:
    size = (1, channels, side, side)
    wide = "Conv 64 1, ReLU | Conv 128 3 p1, ReLU | Conv 32 5 p2, ReLU | MaxPool 3 s1 p1, Conv 32 1, ReLU"
    return Way("reduced", "Inception 64 96/128 16/32 32", size), Way("direct", f"Concat [{wide}]", size)


def _auxiliary(channels: int, side: int) -> tuple[Way, ...]:
    """Return GoogLeNet's auxiliary classifier on its block 4a, and its last one: twice the channels, half the side."""
    early = "AvgPool 5 s3, Conv 128 1, ReLU, Flatten, Linear 1024, ReLU, Dropout 0.7, Linear 1000"
    last = "AdaptiveAvgPool 1, Flatten, Dropout 0.4, Linear 1000"
    return Way("auxiliary", early, (1, channels, side, side)), Way(
        "last", last, (1, 2 * channels, side // 2, side // 2)
    )


def _head(channels: int, side: int) -> tuple[Way, ...]:
    size = (1, channels, side, side)
    linear = "Flatten, Linear 4096, ReLU, Linear 4096, ReLU, Linear 1000"
    return Way("averaged", "AdaptiveAvgPool 1, Flatten, Linear 1000", size), Way("three_linear", linear, size)


def _block(width: int, side: int) -> tuple[Way, ...]:
    """Return both kinds of block on four times `width` channels, as many as leave a bottleneck of that width."""
    size = (1, 4 * width, side, side)
    return Way("bottleneck", f"Bottleneck {width}", size), Way("basic", f"Basic {4 * width}", size)


def _shortcut(channels: int, side: int) -> tuple[Way, ...]:
    size = (1, channels, side, side)
    conv = f"Conv {channels} 3 p1 nobias, BatchNorm"
    projected = f"Add [{conv}, ReLU, {conv} | Conv {channels} 1 nobias, BatchNorm], ReLU"
    return (
        Way("identity", f"Basic {channels}", size),
        Way("projection", projected, size),
        Way("needed", f"Basic {2 * channels} s2", size),
    )


def _stages(channels: int, side: int) -> tuple[Way, ...]:
    """Return a convolution before two stages meet, after it on maps of `side`, and without halving them."""

    def way(name: str, channels: int, side: int) -> Way:
        return Way(name, f"Conv {channels} 3 p1 nobias, ReLU", (1, channels, side, side))

    return (
        way("before", channels, 2 * side),
        way("doubled_halved", 2 * channels, side),
        way("doubled", 2 * channels, 2 * side),
    )


def _separable(channels: int, side: int) -> tuple[Way, ...]:
    size = (1, channels, side, side)
    after = "nobias, BatchNorm, ReLU"
    parted = f"Conv {channels} 3 p1 g{channels} {after}, Conv {channels} 1 {after}"
    return Way("separable", parted, size), Way("full", f"Conv {channels} 3 p1 {after}", size)


# In the order of the years.
COMPARISONS = {
    "alexnet": Comparison(_alexnet, 3, 227, most=16, least=67, largest=512),
    "kernels": Comparison(_kernels, 64, 56),
    "stem": Comparison(_stem, 3, 224, most=16, least=32, largest=512),
    "inception": Comparison(_inception, 192, 28),
    "auxiliary": Comparison(_auxiliary, 512, 14, least=5, largest=56),
    "head": Comparison(_head, 512, 7, least=1, largest=28),
    "block": Comparison(_block, 64, 56, most=512),
    "shortcut": Comparison(_shortcut, 64, 56),
    "stages": Comparison(_stages, 64, 28, least=1, largest=112),
    "separable": Comparison(_separable, 512, 14),
}
