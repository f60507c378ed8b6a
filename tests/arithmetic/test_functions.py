"""The sizes and costs that stand alone, along one axis, against torch's real layers."""

import pytest
import torch
from hypothesis import assume, given
from hypothesis import strategies as st
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from cnnviz import arithmetic
from cnnviz.errors import ShapeError

SIZES, SMALL = st.integers(1, 40), st.integers(1, 6)


def parameters(layer):
    return sum(parameter.numel() for parameter in layer.parameters())


def flops(layer, size):
    with FlopCounterMode(display=False) as counter:
        layer.to("meta")(torch.empty(size, device="meta"))
    return counter.get_total_flops()


def length(layer, size):
    try:
        return layer(torch.rand(1, 1, size)).shape[-1]
    except RuntimeError:
        return None


@given(SIZES, SMALL, SMALL, st.integers(0, 5), st.integers(1, 4))
def test_convolution_sizes(size, kernel, stride, padding, dilation):
    settings = {"kernel_size": kernel, "stride": stride, "padding": padding, "dilation": dilation}
    expected = length(nn.Conv1d(1, 1, **settings), size)
    if expected is None:
        with pytest.raises(ShapeError, match=str(size)):
            arithmetic.conv_output_size(size, **settings)
    else:
        assert arithmetic.conv_output_size(size, **settings) == expected


@given(SIZES, SMALL, st.none() | SMALL, st.integers(0, 3), st.integers(1, 3), st.booleans())
def test_pooling_sizes(size, kernel, stride, padding, dilation, ceil_mode):
    assume(2 * padding <= kernel)
    settings = {"kernel_size": kernel, "stride": stride, "padding": padding, "dilation": dilation}
    settings["ceil_mode"] = ceil_mode
    expected = length(nn.MaxPool1d(**settings), size)
    if expected is None:
        with pytest.raises(ShapeError, match=str(size)):
            arithmetic.pool_output_size(size, **settings)
    else:
        assert arithmetic.pool_output_size(size, **settings) == expected


@given(SIZES, SMALL, SMALL, st.integers(0, 5), st.integers(0, 5), st.integers(1, 4))
def test_transposed_sizes(size, kernel, stride, padding, output_padding, dilation):
    assume(output_padding < max(stride, dilation))
    settings = {"kernel_size": kernel, "stride": stride, "padding": padding, "dilation": dilation}
    settings["output_padding"] = output_padding
    expected = length(nn.ConvTranspose1d(1, 1, **settings), size)
    if expected is None:
        with pytest.raises(ShapeError, match=str(padding)):
            arithmetic.conv_transpose_output_size(size, **settings)
    else:
        assert arithmetic.conv_transpose_output_size(size, **settings) == expected


@given(st.integers(1, 4), st.integers(1, 4), st.integers(1, 3), st.tuples(SMALL, SMALL), st.booleans(), st.booleans())
def test_costs_of_convolutions(cin, cout, groups, kernel, bias, transposed):
    cin, cout, size = cin * groups, cout * groups, (2, cin * groups, 9, 8)
    kind = nn.ConvTranspose2d if transposed else nn.Conv2d
    layer = kind(cin, cout, kernel, stride=2, groups=groups, bias=bias)
    assert arithmetic.conv_parameters(cin, cout, kernel, groups=groups, bias=bias) == parameters(layer)
    if transposed:
        macs = arithmetic.conv_transpose_macs(size, cout, kernel, groups=groups)
    else:
        macs = arithmetic.conv_macs(tuple(layer(torch.rand(size)).shape), cin, kernel, groups=groups)
    assert 2 * macs == flops(layer, size)


def test_linear_norm_and_attention():
    layer = nn.Linear(7, 5)
    assert arithmetic.linear_parameters(7, 5) == parameters(layer)
    assert 2 * arithmetic.matmul_macs((2, 3, 5), 7) == flops(layer, (2, 3, 7))
    assert arithmetic.normalisation_parameters(9) == parameters(nn.BatchNorm2d(9))
    with FlopCounterMode(display=False) as counter:
        query, key, value = (torch.empty(2, 4, *size, device="meta") for size in ((5, 8), (6, 8), (6, 3)))
        (query @ key.mT).softmax(-1) @ value
    assert 2 * arithmetic.attention_macs(2 * 4, 5, 6, 8, 3) == counter.get_total_flops()


@pytest.mark.parametrize(
    ("call", "numbers"),
    [
        (lambda: arithmetic.conv_output_size(4, kernel_size=3, stride=0), "0"),
        (lambda: arithmetic.conv_output_size(4, kernel_size=3, dilation=3, padding=1), "7.*4.*1.*6"),
        (lambda: arithmetic.conv_parameters(3, 4, (1, 1), groups=2), "3 and 4.*2"),
        (lambda: arithmetic.conv_transpose_output_size(1, kernel_size=1, padding=2), "2"),
    ],
)
def test_what_cannot_be_raises_with_the_numbers(call, numbers):
    with pytest.raises(ShapeError, match=numbers):
        call()
