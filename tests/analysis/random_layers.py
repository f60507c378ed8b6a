"""Layers and functions with settings and inputs at random, of which about half fit."""

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from hypothesis import strategies as st
from torch import Tensor, nn

CHANNELS = st.sampled_from([1, 2, 2, 3, 4, 4, 6])
TYPES = st.sampled_from([torch.float32] * 9 + [torch.float64, torch.float16, torch.bfloat16, torch.int64])
SWITCH = st.booleans()


class Calls(nn.Module):
    """A function of what it is given, in a module of its own."""

    def __init__(self, function, **weights) -> None:
        super().__init__()
        self.function = function
        for name, weight in weights.items():
            self.register_parameter(name, None if weight is None else nn.Parameter(weight))

    def forward(self, *inputs):
        return self.function(self, *inputs)


class Holds(nn.Module):
    def __init__(self, inner: nn.Module) -> None:
        super().__init__()
        self.inner = inner

    def forward(self, *inputs):
        return self.inner(*inputs)


@dataclass(frozen=True)
class Case:
    """A network whose layer is called "inner", and its inputs; `name` is what a sentence has to say."""

    model: nn.Module
    inputs: tuple[Tensor, ...]
    name: str = "inner"

    @property
    def sizes(self):
        return tuple(tuple(item.shape) for item in self.inputs)

    @property
    def types(self):
        return tuple(item.dtype for item in self.inputs)


def each(low: int, high: int, rank: int):
    number = st.integers(low, high)
    return number | st.tuples(*[number] * rank)


def images(draw, rank: int) -> tuple[int, ...]:
    size = (draw(st.integers(1, 3)), draw(CHANNELS), *draw(st.tuples(*[st.integers(1, 7)] * rank)))
    return draw(st.sampled_from([size] * 6 + [size[1:], (*size, 2)]))


def near(draw, number: int):
    """A number that mostly is another."""
    return draw(st.sampled_from([number] * 3 + [draw(CHANNELS)]))


def made(draw, build, *sizes, name: str = "inner") -> Case:
    """The case; settings that a constructor refuses are none."""
    try:
        model = Holds(build()).eval()
    except (ValueError, AssertionError, RuntimeError):
        return made(draw, nn.Identity, *sizes)
    inputs = tuple(torch.randint(0, 3, size).to(draw(TYPES)) for size in sizes)
    return Case(model, inputs, name)


@st.composite
def convolutions(draw):
    rank = draw(st.integers(1, 3))
    size = images(draw, rank)
    channels = near(draw, size[1] if len(size) > 1 else 1)
    settings = {
        "stride": draw(each(1, 3, rank)),
        "padding": draw(each(-1, 2, rank) | st.sampled_from(["same", "valid"])),
        "dilation": draw(each(1, 2, rank)),
        "groups": draw(st.sampled_from([1, 1, channels, 2])),
        "bias": draw(SWITCH),
        "padding_mode": draw(st.sampled_from(["zeros", "zeros", "reflect", "circular", "replicate"])),
    }
    kind, outputs, kernel = getattr(nn, f"Conv{rank}d"), draw(CHANNELS), draw(each(1, 4, rank))
    return made(draw, lambda: kind(channels, outputs, kernel, **settings), size)


@st.composite
def transposed(draw):
    rank = draw(st.integers(1, 3))
    size = images(draw, rank)
    channels = near(draw, size[1] if len(size) > 1 else 1)
    settings = {
        "stride": draw(each(1, 3, rank)),
        "padding": draw(each(0, 2, rank)),
        "output_padding": draw(each(0, 2, rank)),
        "dilation": draw(each(1, 2, rank)),
        "groups": draw(st.sampled_from([1, 1, channels, 2])),
        "bias": draw(SWITCH),
    }
    kind, outputs, kernel = getattr(nn, f"ConvTranspose{rank}d"), draw(CHANNELS), draw(each(1, 4, rank))
    return made(draw, lambda: kind(channels, outputs, kernel, **settings), size)


@st.composite
def dense(draw):
    size = tuple(draw(st.lists(st.integers(1, 4), min_size=2, max_size=4)))
    width = near(draw, size[-1])
    build = draw(
        st.sampled_from(
            [
                lambda: nn.Linear(width, 3),
                lambda: nn.LSTM(width, 3, batch_first=True),
                lambda: nn.GRU(width, 3, 2, bidirectional=True),
                lambda: nn.RNN(width, 3),
                lambda: nn.LSTMCell(width, 3),
                lambda: nn.GRUCell(width, 3),
                lambda: nn.RNNCell(width, 3),
                lambda: nn.TransformerEncoderLayer(width, 1, 4, batch_first=True),
                lambda: Calls(lambda m, x: F.linear(x, m.w, m.b), w=torch.rand(3, width), b=torch.rand(2)),
            ]
        )
    )
    return made(draw, build, size)


@st.composite
def norms(draw):
    size = images(draw, draw(st.integers(0, 3)))
    channels = near(draw, size[1] if len(size) > 1 else 1)
    settings = {"affine": draw(SWITCH), "track_running_stats": draw(SWITCH)}
    shape = draw(st.sampled_from([size[-1:], size[-2:], (channels,)]))
    weights = {"w": torch.rand(draw(CHANNELS)), "b": torch.rand(shape)}
    kinds = [nn.BatchNorm1d, nn.BatchNorm2d, nn.BatchNorm3d, nn.InstanceNorm1d, nn.InstanceNorm2d]
    build = draw(
        st.sampled_from(
            [
                *(lambda kind=kind: kind(channels, **settings) for kind in kinds),
                lambda: nn.GroupNorm(2, channels),
                lambda: nn.GroupNorm(1, channels, affine=False),
                lambda: nn.LayerNorm(shape),
                lambda: nn.RMSNorm(shape),
                lambda: Calls(lambda m, x: F.layer_norm(x, shape, m.w, m.b), **weights),
                lambda: Calls(lambda m, x: F.group_norm(x, 2, m.w), **weights),
                lambda: Calls(lambda m, x: F.batch_norm(x, None, None, m.w, training=True), **weights),
                lambda: Calls(lambda m, x: F.batch_norm(x, None, None, m.w), **weights),
                lambda: Calls(lambda m, x: F.prelu(x, m.w), **weights),
            ]
        )
    )
    return made(draw, build, size)


@st.composite
def windows(draw):
    rank = draw(st.integers(1, 3))
    size, kernel, settings = images(draw, rank), draw(each(1, 4, rank)), {"padding": draw(each(0, 2, rank))}
    settings["ceil_mode"] = draw(SWITCH)
    amount = draw(st.integers(-1, 4))
    number, pair = draw(st.integers(1, 3)), draw(each(1, 3, 2))
    build = draw(
        st.sampled_from(
            [
                lambda: getattr(nn, f"MaxPool{rank}d")(kernel, None, dilation=number, **settings),
                lambda: getattr(nn, f"AvgPool{rank}d")(kernel, number, **settings),
                lambda: getattr(nn, f"AdaptiveAvgPool{rank}d")(number),
                lambda: getattr(nn, f"ReflectionPad{rank}d")(amount),
                lambda: getattr(nn, f"CircularPad{rank}d")(amount),
                lambda: getattr(nn, f"ZeroPad{rank}d")(amount),
                lambda: nn.PixelShuffle(number),
                lambda: nn.PixelUnshuffle(number),
                lambda: nn.ChannelShuffle(number),
                lambda: nn.GLU(amount),
                lambda: nn.Softmax(amount),
                lambda: nn.Flatten(number),
                lambda: nn.Unflatten(1, (number, -1)),
                lambda: nn.Unfold(pair, padding=amount),
                lambda: nn.Upsample(scale_factor=number / 4, mode="bilinear"),
                lambda: nn.Upsample(size=pair),
                lambda: nn.LocalResponseNorm(2),
            ]
        )
    )
    return made(draw, build, size)


PAIRS = {
    "add": lambda m, x, y: x + y,
    "mul": lambda m, x, y: torch.mul(x, y),
    "iadd": lambda m, x, y: x.add_(y),
    "maximum": lambda m, x, y: torch.maximum(x, y),
    "cat": lambda m, x, y: torch.cat([x, y], 1),
    "cat last": lambda m, x, y: torch.cat([x, y], -1),
    "stack": lambda m, x, y: torch.stack([x, y]),
    "where": lambda m, x, y: torch.where(x > 0, x, y),
    "matmul": lambda m, x, y: x @ y,
    "mm": lambda m, x, y: torch.mm(x, y),
    "mv": lambda m, x, y: torch.mv(x, y),
    "bmm": lambda m, x, y: torch.bmm(x, y),
    "einsum": lambda m, x, y: torch.einsum("bij,bjk->bik", x, y),
    "attention": lambda m, x, y: F.scaled_dot_product_attention(x, y, y),
    "grid": lambda m, x, y: F.grid_sample(x, y),
    "cdist": lambda m, x, y: torch.cdist(x, y),
}


@st.composite
def pairs(draw):
    function = PAIRS[draw(st.sampled_from(sorted(PAIRS)))]
    one = draw(st.lists(st.integers(1, 3), min_size=1, max_size=4))
    other = [*one]
    for place in draw(st.lists(st.integers(0, len(one) - 1), max_size=2)):
        other[place] = draw(st.integers(1, 3))
    other = other[draw(st.sampled_from([0, 0, 0, 1])) :] or other
    return made(draw, lambda: Calls(function), tuple(one), tuple(other), name="inner.")


@st.composite
def indices(draw):
    size = images(draw, draw(st.integers(1, 2)))
    chosen = draw(st.lists(st.integers(-3, 5), min_size=1, max_size=3))
    known, dim = torch.tensor(chosen), draw(st.integers(-4, 3))
    place, length = draw(st.integers(-6, 6)), draw(st.integers(1, 6))
    switches = [True, *draw(st.lists(SWITCH, min_size=length - 1, max_size=length - 1))]
    functions = [
        lambda m, x: x[:, chosen],
        lambda m, x: x[:, place],
        lambda m, x: x[..., known],
        lambda m, x: x[:, torch.arange(length)],
        lambda m, x: x[:, torch.tensor(switches)],
        lambda m, x: x.index_select(dim, known),
        lambda m, x: torch.gather(x, dim, known.abs().reshape([-1] + [1] * (x.dim() - 1))),
        lambda m, x: x.narrow(dim, place, length),
        lambda m, x: x.select(dim, place),
        lambda m, x: x.split([1, length], dim)[0],
        lambda m, x: x.unbind(dim)[0],
        lambda m, x: x.transpose(0, dim),
        lambda m, x: x.transpose(1, -1).view(x.shape[0], -1),
        lambda m, x: x.permute(*range(x.dim() - 1, -1, -1)).view(-1),
        lambda m, x: x.view(x.shape[0], length),
        lambda m, x: x.reshape(length, -1),
        lambda m, x: x.expand(*x.shape[:-1], length),
        lambda m, x: x.mean(dim),
        lambda m, x: x.sort(dim)[0],
        lambda m, x: x.softmax(dim),
        lambda m, x: x.std(dim),
        lambda m, x: m.w[x.long().flatten()[:1] * 0] + F.embedding(torch.arange(length), m.w).sum(),
    ]
    function = draw(st.sampled_from(functions))
    return made(draw, lambda: Calls(function, w=torch.rand(3, 2)), size, name="inner.")


KINDS = {
    "convolutions": convolutions(),
    "transposed convolutions": transposed(),
    "dense layers": dense(),
    "normalisations": norms(),
    "windows": windows(),
    "pairs": pairs(),
    "indices": indices(),
}
