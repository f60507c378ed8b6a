"""Sizes that are answered without torch, against torch's own; and no answer where torch refuses."""

import torch
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor, nn

from cnnviz.analysis.output_sizes_fast import fast_output
from cnnviz.analysis.recorder import tensors_in

SIDE = st.integers(1, 9)


def meta(*shape: int) -> Tensor:
    return torch.empty(shape, device="meta")


def agree(function, name, *arguments, **keywords) -> None:
    """Assert that an answer, where there is one, is torch's."""
    found = fast_output(function, name, arguments, keywords)
    try:
        expected = function(*arguments, **keywords)
    except (RuntimeError, ValueError, AssertionError, IndexError):
        assert found is None
        return
    if found is not None:
        shown = [
            [(item.shape, item.stride(), item.dtype) for item in tensors_in((each,))] for each in (found, expected)
        ]
        assert shown[0] == shown[1]


@given(
    st.integers(1, 3),
    st.integers(1, 4),
    st.integers(1, 2),
    SIDE,
    SIDE,
    st.integers(1, 3),
    st.sampled_from([1, 2, (1, 2), (2,)]),
    st.sampled_from([0, 1, (1, 0), "same"]),
    st.sampled_from([1, 2]),
    st.booleans(),
)
def test_convolutions(batch, channels, groups, height, width, kernel, stride, padding, dilation, bias):
    weight = meta(4, channels, kernel, kernel)
    agree(
        F.conv2d,
        "conv2d",
        meta(batch, 4, height, width),
        weight,
        meta(4) if bias else None,
        stride,
        padding,
        dilation,
        groups,
    )
    agree(F.conv1d, "conv1d", meta(batch, channels, height), meta(3, channels, kernel), None, stride, padding, dilation)


@given(st.lists(SIDE, min_size=1, max_size=4), SIDE, SIDE, st.sampled_from([None, 3, 4]))
def test_linear_layers(shape, features, outputs, bias):
    agree(F.linear, "linear", meta(*shape), meta(outputs, features), None if bias is None else meta(bias))
    agree(F.linear, "linear", meta(*shape, features), meta(outputs, features), bias=meta(outputs))


@given(
    st.lists(SIDE, min_size=1, max_size=3),
    st.lists(st.integers(-4, 4), max_size=3),
    st.lists(st.integers(-4, 4), max_size=3),
)
def test_rolls(shape, shifts, dims):
    agree(torch.roll, "roll", meta(*shape), shifts, dims)


@given(st.lists(SIDE, min_size=1, max_size=4), st.lists(SIDE, min_size=1, max_size=4), st.integers(-3, 3))
def test_pointwise_functions_and_cat(one, other, dim):
    agree(torch.add, "add", meta(*one), meta(*other))
    agree(torch.mul, "mul", meta(*one), 2.5)
    agree(torch.cat, "cat", [meta(*one), meta(*other)], dim)
    agree(F.relu, "relu", meta(*one))
    agree(F.hardswish, "hardswish", meta(*one), inplace=True)


def test_an_activation_in_place_gives_its_input():
    x = meta(2, 3)
    assert fast_output(F.relu, "relu", (x,), {"inplace": True}) is x
    assert (
        fast_output(F.relu, "relu", (torch.empty(2, 3, dtype=torch.int64, device="meta"),), {"inplace": True}) is None
    )


@given(st.sampled_from([nn.LSTM, nn.GRU, nn.RNN]), st.booleans(), st.booleans(), st.integers(1, 2), SIDE, SIDE)
def test_recurrent_layers(kind, batch_first, twice, layers, steps, batch):
    layer = kind(5, 7, layers, bidirectional=twice, batch_first=batch_first).to("meta")
    name = {"LSTM": "lstm", "GRU": "gru", "RNN": "rnn_tanh"}[kind.__name__]
    state = meta(layers * (1 + twice), batch, 7)
    given_ = (state, meta(*state.shape)) if kind is nn.LSTM else state
    image = meta(*((batch, steps) if batch_first else (steps, batch)), 5)
    weights = [weight.detach() for weight in layer._flat_weights]
    with torch.no_grad():
        agree(getattr(torch, name), name, image, given_, weights, True, layers, 0.0, False, twice, batch_first)


@given(st.integers(1, 3), SIDE, SIDE, st.booleans())
def test_attention(heads, tokens, batch, need_weights):
    layer, query = nn.MultiheadAttention(12, heads).to("meta").eval(), meta(tokens, batch, 12)
    arguments = (query, query, query, 12, heads, layer.in_proj_weight, layer.in_proj_bias, None, None, False, 0.0)
    arguments = (*arguments, layer.out_proj.weight, layer.out_proj.bias)
    with torch.no_grad():
        agree(
            F.multi_head_attention_forward, "multi_head_attention_forward", *arguments,
            training=False, need_weights=need_weights,
        )  # fmt: skip
