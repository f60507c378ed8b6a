"""Convolutions and linear layers: the parts add up to the value that torch itself computed."""

import numpy as np
import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from torch import nn
from torch.nn import functional

from cnnviz.probes.unit import Convolution, Linear, account

pairs = st.tuples(st.integers(1, 4), st.integers(1, 4))


@given(
    data=st.data(),
    groups=st.sampled_from([1, 2, 3]),
    depth=st.integers(1, 8),
    per_group=st.integers(1, 3),
    kernel=pairs,
    dilation=st.tuples(st.integers(1, 3), st.integers(1, 2)),
    mode=st.sampled_from(["zeros", "reflect", "replicate", "circular"]),
    same=st.booleans(),
    bias=st.booleans(),
)
def test_the_parts_of_a_convolution_add_up(data, groups, depth, per_group, kernel, dilation, mode, same, bias) -> None:
    stride = (1, 1) if same else data.draw(st.tuples(st.integers(1, 3), st.integers(1, 3)))
    padding = "same" if same else data.draw(st.tuples(st.integers(0, 3), st.integers(0, 3)))
    torch.manual_seed(data.draw(st.integers(0, 99)))
    layer = nn.Conv2d(
        depth * groups, per_group * groups, kernel, stride, padding, dilation, groups, bias, padding_mode=mode
    ).eval()
    batch = torch.randn(2, depth * groups, 11, 9)
    with torch.no_grad():
        output = layer(batch)
    channel, row, column = (data.draw(st.integers(0, size - 1)) for size in output.shape[1:])
    one = account(layer, batch, "conv2d", channel, row, column)
    assert isinstance(one, Convolution)
    assert one.value == float(output[0, channel, row, column])
    assert abs(one.total - one.value) <= 1e-5 * max(1, abs(one.value))
    assert one.total == pytest.approx(sum(t.total for t in one.terms) + one.rest + (one.bias or 0), abs=1e-12)
    assert len(one.terms) + one.rest_count == depth
    first = channel // per_group * depth
    assert {t.channel for t in one.terms} <= set(range(first, first + depth))
    greatness = [abs(t.total) for t in one.terms]
    assert greatness == sorted(greatness, reverse=True)
    for term in one.terms:
        assert term.product.sum() == pytest.approx(term.total, abs=1e-4)
        np.testing.assert_array_equal(term.weights, layer.weight[channel, term.channel - first].detach().numpy())
        # Wherever a tap lies inside the input, the patch shows the input there.
        for i, r in enumerate(one.window.rows):
            for j, c in enumerate(one.window.columns):
                if 0 <= r < 11 and 0 <= c < 9:
                    assert term.patch[i, j] == float(batch[0, term.channel, r, c])
                elif mode == "zeros":
                    assert term.patch[i, j] == 0


def test_the_window_of_a_hand_worked_convolution() -> None:
    # 3x3, stride 2, padding 1: the unit at (0, 1) begins one row above the image and in column 1.
    layer = nn.Conv2d(1, 1, 3, stride=2, padding=1).eval()
    with torch.no_grad():
        layer.weight.copy_(torch.arange(1.0, 10).view(1, 1, 3, 3))
        layer.bias.fill_(0.5)
    one = account(layer, torch.arange(25.0).view(1, 1, 5, 5), "conv2d", 0, 0, 1)
    box = one.window
    assert (box.top, box.left, box.bottom, box.right) == (-1, 1, 2, 4)
    # 4*1 + 5*2 + 6*3 + 7*6 + 8*7 + 9*8 over the two rows that exist
    assert one.total == one.value == 202.5
    np.testing.assert_array_equal(one.terms[0].patch, [[0, 0, 0], [1, 2, 3], [6, 7, 8]])


@pytest.mark.parametrize("groups", [1, 2])
def test_ten_channels_are_shown_and_the_rest_is_summed(groups: int) -> None:
    torch.manual_seed(1)
    layer, batch = nn.Conv2d(64, 8, 3, groups=groups).eval(), torch.randn(1, 64, 5, 5)
    one = account(layer, batch, "conv2d", 7, 1, 1)
    assert (len(one.terms), one.rest_count) == (10, 64 // groups - 10)
    # The same by torch: the share of each channel is a convolution of that channel alone.
    per = 64 // groups
    with torch.no_grad():
        shares = {
            c: float(
                functional.conv2d(batch[:, c : c + 1], layer.weight[7:8, c - (64 - per) : c - (64 - per) + 1])[
                    0, 0, 1, 1
                ]
            )
            for c in range(64 - per, 64)
        }
    greatest = sorted(shares, key=lambda c: -abs(shares[c]))[:10]
    assert [t.channel for t in one.terms] == greatest
    assert one.rest == pytest.approx(sum(v for c, v in shares.items() if c not in greatest), abs=1e-5)


@pytest.mark.parametrize("padding", [0, 2, "same"])
def test_a_one_dimensional_convolution(padding) -> None:
    torch.manual_seed(0)
    layer, batch = nn.Conv1d(3, 4, 4, padding=padding, dilation=2).eval(), torch.randn(1, 3, 20)
    one = account(layer, batch, "conv1d", 2, 0, 5)
    assert isinstance(one, Convolution)
    assert one.total == pytest.approx(layer(batch)[0, 2, 5].item(), abs=1e-5)
    assert one.terms[0].patch.shape == (1, 4)


def test_weights_that_a_parametrisation_computes() -> None:
    layer = torch.nn.utils.parametrizations.weight_norm(nn.Conv2d(3, 4, 3)).eval()
    model, batch = nn.Sequential(layer), torch.randn(1, 3, 5, 5)
    one = account(model, batch, "0", 1, 1, 1)
    assert one.total == pytest.approx(layer(batch)[0, 1, 1, 1].item(), abs=1e-5)


@settings(max_examples=20, deadline=None)
@given(features=st.integers(1, 40), axes=st.integers(2, 4), bias=st.booleans(), seed=st.integers(0, 99))
def test_the_parts_of_a_linear_layer_add_up(features: int, axes: int, bias: bool, seed: int) -> None:
    assume(features > 1)
    torch.manual_seed(seed)
    layer = nn.Linear(features, 5, bias).eval()
    batch = torch.randn(*((2,) + (3,) * (axes - 2)), features)
    place = (4, 0, 0) if axes == 2 else (4, 2, 0) if axes == 3 else (4, 2, 1)
    with torch.no_grad():
        value = float(layer(batch)[(0, *place[1 : axes - 1], 4)])
    one = account(layer, batch, "linear", *place)
    assert isinstance(one, Linear)
    assert one.value == value
    assert one.total == pytest.approx(value, abs=1e-5)
    assert len(one.terms) == min(10, features)
    np.testing.assert_array_equal(one.weights, layer.weight[4].detach().numpy())
    assert one.rest == pytest.approx(
        sum(x * w for i, (x, w) in enumerate(zip(one.inputs, one.weights, strict=True))
            if i not in {t.position for t in one.terms}), abs=1e-5,
    )  # fmt: skip
