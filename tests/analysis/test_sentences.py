"""Sentences about what does not fit: the layer, its kind, both sizes, and what would be right."""

from itertools import pairwise

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from cnnviz.analysis import analyze
from cnnviz.errors import CnnvizError, ShapeError
from tests.analysis.random_layers import Calls

IMAGE = (1, 3, 32, 32)


@pytest.fixture(autouse=True, scope="module")
def one_thread():
    """Tiny tensors are slower with several threads, which wait for a core."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def said(model: nn.Module, size, dtype=None) -> str:
    with pytest.raises(ShapeError) as refused:
        analyze(model, size, dtype=dtype)
    shown = " and ".join("x".join(map(str, each)) for each in (size if isinstance(size[0], tuple) else (size,)))
    start = f"The model cannot run on an input of size {shown}: "
    assert str(refused.value).startswith(start)
    return str(refused.value).removeprefix(start)


class Sum(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.wide, self.narrow = nn.Conv2d(3, 4, 3), nn.Conv2d(3, 4, 1)

    def forward(self, x):
        return self.wide(x) + self.narrow(x)


@pytest.mark.parametrize(
    ("model", "size", "sentence"),
    [
        (
            nn.Sequential(nn.Conv2d(3, 8, 3), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(100, 10)),
            IMAGE,
            "3 (Linear) expects 100 features and gets 1800, in 1x1800; in_features=1800 would be right.",
        ),
        (
            nn.Sequential(nn.Conv2d(3, 4, 3, stride=2), nn.Linear(900, 2)),
            IMAGE,
            "1 (Linear) expects 900 features and gets 15, in 1x4x15x15; a Flatten is missing before it, 900 = 4·15·15.",
        ),
        (
            nn.ModuleDict({"body": nn.Conv2d(3, 8, 3)})["body"],
            (1, 32, 32, 3),
            "Conv2d expects 3 channels and gets 32, in 1x32x32x3; torch wants channels first: 1x3x32x32.",
        ),
        (
            nn.Conv2d(1, 4, 3),
            (64, 28, 28),
            "Conv2d expects 1 channel and gets 64, in 64x28x28; "
            "a batch of images has a dimension for its channels too: 64x1x28x28.",
        ),
        (
            nn.Conv2d(1, 4, 3),
            (28, 28),
            "Conv2d reads (N, C, H, W), or (C, H, W) without a batch, and gets 28x28, 2 dimensions; "
            "batch and channels are missing: 1x1x28x28 would be right.",
        ),
        (
            nn.BatchNorm2d(3),
            (3, 8, 8),
            "BatchNorm2d reads (N, C, H, W) and gets 3x8x8, 3 dimensions; "
            "the batch is missing: 1x3x8x8 would be right.",
        ),
        (nn.BatchNorm2d(5), IMAGE, "BatchNorm2d expects 5 channels and gets 3, in 1x3x32x32."),
        (nn.LayerNorm(16), IMAGE, "LayerNorm normalises 16 and gets 32 at the end of 1x3x32x32."),
        (nn.Conv2d(3, 4, 5), (1, 3, 4, 9), "Conv2d has a kernel that spans 5x5, more than its input of 4x9."),
        (
            nn.Sequential(nn.AvgPool2d(16), nn.MaxPool2d(3)),
            IMAGE,
            "1 (MaxPool2d) has a kernel that spans 3x3, more than its input of 2x2.",
        ),
        (
            nn.ConvTranspose2d(3, 4, 3, 2, output_padding=2),
            IMAGE,
            "ConvTranspose2d has an output padding of 2; it must be smaller than the stride 2 or the dilation 1.",
        ),
        (
            nn.ReflectionPad2d(32),
            IMAGE,
            'ReflectionPad2d pads 32 by 32, in 1x3x32x32; mode "reflect" takes at most 31.',
        ),
        (
            nn.PixelShuffle(2),
            IMAGE,
            "PixelShuffle gets 3 channels, which cannot be divided by 4, the square of the factor 2.",
        ),
        (nn.GRU(8, 4), (5, 1, 6), "GRU expects 8 features and gets 6, in 5x1x6; input_size=6 would be right."),
        (
            nn.TransformerEncoderLayer(8, 2, 8),
            (5, 1, 6),
            "self_attn (MultiheadAttention) expects 8 features and gets 6, in 5x1x6; embed_dim=6 would be right.",
        ),
        (
            nn.Embedding(9, 4),
            (1, 5),
            "Embedding reads indices and gets float32; pass dtype=torch.int64 to analyze, or index with .long().",
        ),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, nn.Module) else "",
)
def test_a_layer_is_named_with_both_sizes(model, size, sentence):
    assert said(model, size) == sentence


@pytest.mark.parametrize(
    ("function", "sizes", "words"),
    [
        (lambda m, x: x.view(2, -1, 7), (1, 3, 8, 8), "cannot give the 192 numbers of 1x3x8x8 the size 2x-1x7"),
        (
            lambda m, x: x.transpose(1, 2).view(1, -1),
            (1, 3, 8, 8),
            "whose numbers lie apart in memory, as 1x-1; reshape",
        ),
        (lambda m, x, y: torch.cat([x, y], 1), ((1, 3, 8, 8), (1, 3, 8, 9)), "along dimension 3 too, 8 and 9"),
        (lambda m, x, y: torch.stack([x, y]), ((1, 3), (1, 4)), "stacks 1x3 and 1x4"),
        (lambda m, x, y: x @ y, ((2, 8), (9, 4)), "multiplies 2x8 by 9x4, whose inner sizes differ, 8 and 9"),
        (lambda m, x, y: torch.bmm(x, y), ((2, 3, 4), (3, 4, 5)), "whose batches differ, 2 and 3"),
        (lambda m, x, y: torch.einsum("ij,jk->ik", x, y), ((2, 8), (9, 4)), 'has "ij,jk->ik", in which "j" is 8 and 9'),
        (lambda m, x: x[:, [0, 5]], (1, 3, 8, 8), "asks for index 5 of the 3 along dimension 1 of 1x3x8x8"),
        (
            lambda m, x: F.embedding(torch.arange(9), m.w) + x,
            (4,),
            "asks for index 8 of a table of 6 rows; the last is 5",
        ),
        (
            lambda m, x: x[:, :, :9].split([5, 5], 2)[0],
            (1, 3, 8),
            "splits the 8 along dimension 2 of 1x3x8 into 5 + 5 = 10",
        ),
        (
            lambda m, x: F.conv1d(x, m.w[None], m.w[0]),
            (1, 6, 8),
            "has 1 filter and a bias of size 4; it must have 1 number",
        ),
        (lambda m, x: x.double() @ m.w, (1, 6), "gets float64 and float32; all must be of one type"),
    ],
)
def test_a_function_is_named_with_its_line(function, sizes, words):
    sentence = said(nn.ModuleDict({"block": Calls(function, w=torch.rand(6, 4))})["block"], sizes)
    assert words in sentence
    assert "test_sentences.py, line " in sentence


def test_a_sum_says_what_ran_before_it():
    sentence = said(Sum(), (1, 3, 8, 8))
    assert sentence.startswith("add (after narrow, test_sentences.py, line ")
    assert sentence.endswith(
        ") gets 1x4x6x6 and 1x4x8x8, which differ along the last dimension, 6 and 8; "
        "both must be equal, or one of them 1."
    )


def test_types_are_told_as_well():
    assert said(nn.Linear(8, 4), (1, 8), torch.float64) == (
        "Linear gets float64 and has weights of float32; both must be of one type."
    )


def test_a_models_own_words_come_with_its_place():
    class Refuses(nn.Module):
        def forward(self, x):
            raise ValueError(f"Only squares, not {x.shape[2]} by {x.shape[3]}.")

    assert said(nn.Sequential(nn.ReLU(), Refuses()), (1, 3, 8, 9)) == (
        "1 (Refuses) cannot take 1x3x8x9: Only squares, not 8 by 9."
    )


def test_a_model_that_catches_what_torch_refuses_goes_on():
    class Tries(nn.Module):
        def forward(self, x):
            try:
                return F.conv_transpose2d(x, torch.rand(9, 2, 2, 2))
            except RuntimeError:
                return F.relu(x)

    assert [layer.kind for layer in analyze(Tries(), (1, 3, 8, 8)).layers] == ["rand", "relu"]


WIDTHS = st.integers(1, 9)


@st.composite
def broken(draw):
    """A network of layers in a row that run, but for one; its name, its kind and what it expects and gets."""
    channels = draw(st.lists(WIDTHS, min_size=3, max_size=4))
    layers: list[nn.Module] = []
    for given_, made in pairwise(channels):
        kind = draw(st.sampled_from([nn.Conv2d, nn.ConvTranspose2d]))
        layers += [kind(given_, made, 3, padding=1), nn.BatchNorm2d(made), nn.ReLU()]
    layers += [nn.Flatten(), nn.Linear(channels[-1] * 36, 5)]
    place = draw(
        st.sampled_from([at for at, layer in enumerate(layers) if not isinstance(layer, nn.ReLU | nn.Flatten)])
    )
    layer, more = layers[place], draw(WIDTHS)
    if isinstance(layer, nn.Linear):
        expected, found = layer.in_features + more, layer.in_features
        layers[place] = nn.Linear(expected, 5)
    elif isinstance(layer, nn.BatchNorm2d):
        expected, found = layer.num_features + more, layer.num_features
        layers[place] = nn.BatchNorm2d(expected)
    else:
        expected, found = layer.in_channels + more, layer.in_channels
        layers[place] = type(layer)(expected, layer.out_channels, 3, padding=1)
    network = nn.Sequential()
    network.add_module("body", nn.Sequential(*layers))
    return network, (2, channels[0], 6, 6), f"body.{place} ({type(layers[place]).__name__})", expected, found


@given(broken())
def test_broken_networks_name_the_layer_that_breaks(case):
    network, size, name, expected, found = case
    with pytest.raises(RuntimeError):
        network.eval()(torch.rand(size))
    sentence = said(network, size)
    assert sentence.startswith(f"{name} expects {expected} ")
    assert f" and gets {found}, in " in sentence


def test_what_is_no_size_names_its_place_too():
    class Forgets(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.relu = nn.ReLU()

        def forward(self, x):
            return self.relu()

    with pytest.raises(CnnvizError, match=r"relu \(ReLU\) cannot take its input: TypeError, .* 'input'\.$"):
        analyze(Forgets(), (1, 3))
