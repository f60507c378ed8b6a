"""Sentences about masks, states, windows and missing axes: what a layer gets, and what would be right."""

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from cnnviz.analysis import analyze
from cnnviz.errors import CnnvizError
from cnnviz.probes import activations
from tests.analysis.random_layers import Calls

ATTENTION = nn.MultiheadAttention(8, 2, batch_first=True)
LSTM, GRU = nn.LSTM(4, 6, batch_first=True), nn.GRU(4, 6, batch_first=True, bidirectional=True)
UP = nn.ConvTranspose2d(3, 4, 3, 2)


class With(nn.Module):
    """Calls a layer called "inner" as a function says."""

    def __init__(self, inner, function=lambda inner, x: inner(x)) -> None:
        super().__init__()
        self.inner, self.function = inner, function

    def forward(self, x):
        return self.function(self.inner, x)


CASES = [
    (
        With(ATTENTION, lambda inner, x: inner(x, x, x, attn_mask=torch.zeros(4, 4))[0]),
        (2, 5, 8),
        "has an attention mask of size 4x4 for 5 queries and 5 keys; 5x5 would be right, or 4x5x5, one for each head.",
    ),
    (
        With(ATTENTION, lambda inner, x: inner(x, x, x, key_padding_mask=torch.zeros(2, 4) > 0)[0]),
        (2, 5, 8),
        "has a padding mask of size 2x4 for 2 sequences of 5 keys; 2x5 would be right.",
    ),
    (
        With(ATTENTION, lambda inner, x: inner(x, x[:1], x[:1])[0]),
        (2, 5, 8),
        "gets 2 sequences of queries, 1 of keys and 1 of values.",
    ),
    (
        With(LSTM, lambda inner, x: inner(x, (torch.zeros(1, 3, 6), torch.zeros(1, 3, 6)))[0]),
        (2, 5, 4),
        "starts with h_0 of size 1x3x6; for an input of 2x5x4 1x2x6 would be right.",
    ),
    (
        With(LSTM, lambda inner, x: inner(x, (torch.zeros(1, 2, 6), torch.zeros(1, 2, 5)))[0]),
        (2, 5, 4),
        "starts with c_0 of size 1x2x5; for an input of 2x5x4 1x2x6 would be right.",
    ),
    (
        With(GRU, lambda inner, x: inner(x, torch.zeros(1, 2, 6))[0]),
        (2, 5, 4),
        "starts with h_0 of size 1x2x6; for an input of 2x5x4 2x2x6 would be right.",
    ),
    (
        With(UP, lambda inner, x: inner(x, output_size=(30, 30))),
        (1, 3, 8, 8),
        "is asked for an output of 30x30; of 8x8 it can make 17x17 to 18x18.",
    ),
    (
        With(nn.Fold((4, 4), 2)),
        (1, 13, 9),
        "gets columns of 13 numbers, in 1x13x9, which cannot be divided by 4, the numbers of a window of 2x2.",
    ),
    (With(nn.Fold((4, 4), 2)), (1, 12, 8), "gets 8 windows, in 1x12x8; an output of 4x4 has 3x3 of them, 9."),
    (
        With(nn.Conv3d(3, 8, 3)),
        (2, 3, 8, 8),
        "expects 3 channels and gets 2, in 2x3x8x8, read as (C, D, H, W); "
        "the depth is missing: 2x3x1x8x8 would be right.",
    ),
    (
        With(nn.Conv2d(3, 8, 3)),
        (2, 16, 16),
        "expects 3 channels and gets 2, in 2x16x16, read as (C, H, W); "
        "the channels are missing: 2x3x16x16 would be right.",
    ),
    (
        With(nn.BatchNorm3d(3)),
        (2, 3, 8, 8),
        "reads (N, C, D, H, W) and gets 2x3x8x8, 4 dimensions; the depth is missing: 2x3x1x8x8 would be right.",
    ),
    (
        With(nn.BatchNorm1d(3)),
        (2, 3, 8, 8),
        "reads (N, C, L) and gets 2x3x8x8, 4 dimensions; BatchNorm2d reads it as it is.",
    ),
    (With(nn.Unflatten(1, (-1, -1))), (2, 4), "has 2 sizes of -1, in (-1, -1); torch works out one at most."),
]


@pytest.mark.parametrize(("model", "size", "words"), CASES)
def test_a_layer_says_what_would_be_right(model, size, words):
    with pytest.raises((RuntimeError, ValueError, AssertionError)), torch.no_grad():
        model.eval()(torch.rand(size))
    with pytest.raises(CnnvizError) as refused:
        analyze(model, size)
    kind = type(model.inner).__name__
    shown = "x".join(map(str, size))
    assert str(refused.value) == f"The model cannot run on an input of size {shown}: inner ({kind}) {words}"
    with pytest.raises(type(refused.value)) as captured:
        activations(model, torch.rand(size))
    assert str(captured.value) == str(refused.value)


@pytest.mark.parametrize(
    ("function", "sizes", "words"),
    [
        (lambda m, x, y: x.add_(y), ((1, 3), (2, 3)), "writes 2x3 into 1x3 in place"),
        (lambda m, x, y: torch.addmm(x, y, y.t()), ((7,), (2, 3)), "adds 7 to a product of 2x2"),
        (lambda m, x, y: F.linear(x, y, y[0]), ((2, 4), (3, 4)), "has 3 filters and a bias of size 4"),
        (lambda m, x, y: F.pairwise_distance(x, y), ((2, 3), (2, 4)), "differ along the last dimension, 3 and 4"),
        (lambda m, x, y: F.cosine_similarity(x, y), ((2, 3), (2, 4)), "differ along the last dimension, 3 and 4"),
        (lambda m, x, y: (x + y).reshape(-1, -1), ((2, 3), (2, 3)), "has 2 sizes of -1, in (-1, -1)"),
    ],
)
def test_a_function_says_what_would_be_right(function, sizes, words):
    with pytest.raises(RuntimeError):
        Calls(function)(*map(torch.rand, sizes))
    with pytest.raises(CnnvizError) as refused:
        analyze(Calls(function), sizes)
    assert words in str(refused.value)
