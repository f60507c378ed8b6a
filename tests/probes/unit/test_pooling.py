"""Pooling windows against torch."""

import numpy as np
import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from torch import nn

from cnnviz.probes.unit import Pooling, account


def every_value_adds_up(layer: nn.Module, batch: torch.Tensor) -> list[Pooling]:
    layer.eval()
    with torch.no_grad():
        output = layer(batch)
    accounts = []
    name = type(layer).__name__.lower()
    rows, columns = output.shape[-2:]
    for row, column in {(0, 0), (rows - 1, columns - 1), (rows // 2, columns - 1), (rows - 1, 0)}:
        one = account(layer, batch, name, 1, row, column)
        assert isinstance(one, Pooling)
        assert one.value == float(output[0, 1, row, column])
        assert one.total == pytest.approx(one.value, rel=1e-5, abs=1e-6)
        accounts.append(one)
    return accounts


sizes = st.tuples(st.integers(2, 4), st.integers(2, 4))


@settings(max_examples=40, deadline=None)
@given(kernel=sizes, stride=sizes, ceil=st.booleans(), pad=st.integers(0, 1), dilation=st.integers(1, 2))
def test_max_pooling_has_torchs_winner(kernel, stride, ceil, pad, dilation) -> None:
    torch.manual_seed(0)
    batch = torch.randn(2, 3, 12, 11)
    layer = nn.MaxPool2d(kernel, stride, pad, dilation, ceil_mode=ceil)
    for one in every_value_adds_up(layer, batch):
        row, column = one.winner
        assert batch[0, 1, one.window.rows[row], one.window.columns[column]] == one.value
        assert one.values[one.winner] == np.float32(one.value)
        for i, r in enumerate(one.window.rows):
            for j, c in enumerate(one.window.columns):
                assert np.isnan(one.values[i, j]) == (not (0 <= r < 12 and 0 <= c < 11))


@given(
    kernel=sizes, stride=sizes, ceil=st.booleans(), pad=st.integers(0, 1), count=st.booleans(),
    divisor=st.sampled_from([None, 3]), size=st.sampled_from([(9, 10), (8, 13), (12, 7)]),
)  # fmt: skip
def test_average_pooling(kernel, stride, ceil, pad, count, divisor, size) -> None:
    torch.manual_seed(0)
    layer = nn.AvgPool2d(kernel, stride, pad, ceil, count, divisor)
    every_value_adds_up(layer, torch.randn(2, 3, *size))


@settings(max_examples=20, deadline=None)
@given(kernel=sizes, stride=sizes, ceil=st.booleans(), norm=st.sampled_from([1.0, 2.0, 3.0]))
def test_lp_pooling(kernel, stride, ceil, norm) -> None:
    assume(not ceil or all(s <= k for s, k in zip(stride, kernel, strict=True)))
    torch.manual_seed(0)
    every_value_adds_up(nn.LPPool2d(norm, kernel, stride, ceil), torch.rand(2, 3, 10, 9))


@pytest.mark.parametrize("size", [1, 3, (4, 5), (None, 2), 12])
@pytest.mark.parametrize("kind", [nn.AdaptiveAvgPool2d, nn.AdaptiveMaxPool2d])
def test_adaptive_pooling(kind, size) -> None:
    torch.manual_seed(0)
    every_value_adds_up(kind(size), torch.randn(2, 3, 10, 7))


class Reduced(nn.Module):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x.mean([2, 3]) + torch.amax(x, (-1, -2))


def test_a_mean_or_a_maximum_over_all_pixels_is_a_pooling() -> None:
    batch = torch.randn(1, 3, 4, 5)
    mean, most = (account(Reduced().eval(), batch, name, 2, 0, 0) for name in ("mean", "amax"))
    assert (mean.kind, mean.method, mean.divisor) == ("pooling", "average", 20)
    assert mean.total == pytest.approx(float(batch[0, 2].mean()), abs=1e-6)
    assert batch[0, 2][most.winner] == batch[0, 2].max() == most.total


def test_the_first_of_equals_wins() -> None:
    one = account(nn.MaxPool2d(2).eval(), torch.zeros(1, 1, 4, 4), "maxpool2d", 0, 1, 1)
    assert one.winner == (0, 0)
    assert (one.window.top, one.window.left, one.window.bottom, one.window.right) == (2, 2, 4, 4)


@pytest.mark.parametrize("layer", [nn.MaxPool1d(3, 2, 1), nn.AvgPool1d(3, 2, 1), nn.AdaptiveAvgPool1d(4)])
def test_one_axis(layer: nn.Module) -> None:
    batch = torch.randn(1, 3, 11)
    one = account(layer.eval(), batch, type(layer).__name__.lower(), 2, 0, 3)
    assert one.kind == "pooling"
    assert one.total == pytest.approx(float(layer(batch)[0, 2, 3]), abs=1e-6)
