"""What is answered without torch, against torch's own on a CPU; and no answer where torch refuses."""

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode

from cnnviz.analysis import recurrent
from cnnviz.analysis.operations import function_name
from cnnviz.analysis.output_sizes_fast import fast_output
from cnnviz.nested import tensors_in

SIDE = st.integers(1, 9)


def meta(*shape: int) -> Tensor:
    return torch.empty(shape, device="meta")


def real(item):
    """Return nested arguments with a tensor on the CPU, which lies in memory in the same way, for every meta tensor."""
    if isinstance(item, Tensor):
        spread = sum((size - 1) * stride for size, stride in zip(item.shape, item.stride(), strict=True))
        made = torch.zeros(1 + spread, dtype=item.dtype).as_strided(item.shape, item.stride())
        return nn.Parameter(made) if isinstance(item, nn.Parameter) else made
    return type(item)(map(real, item)) if isinstance(item, tuple | list) else item


@st.composite
def lying(draw, rank: st.SearchStrategy[int]) -> Tensor:
    """A tensor whose dimensions lie in memory in any order, with or without gaps between them."""
    sizes = draw(st.lists(st.integers(1, 5), min_size=(dims := draw(rank)), max_size=dims))
    order = draw(st.permutations(range(dims))) if draw(st.booleans()) else list(range(dims))
    gaps = [draw(st.sampled_from([0, 0, 1, 3])) for _ in sizes]
    whole = meta(*(sizes[dim] + gap for dim, gap in zip(order, gaps, strict=True)))
    for place, dim in enumerate(order):
        whole = whole.narrow(place, 0, sizes[dim])
    return whole.permute([order.index(dim) for dim in range(dims)])


def agree(function, name, *arguments, answers: bool = False, **keywords) -> None:
    """Assert that an answer, where there is one, is torch's, and with `answers` that there is one."""
    found = fast_output(function, name, arguments, keywords)
    assert found is not None or not answers
    try:
        expected = function(*real(arguments), **{key: real(item) for key, item in keywords.items()})
    except (RuntimeError, ValueError, AssertionError, IndexError):
        assert found is None
        return
    if found is not None:
        assert described(found) == described(expected)


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


@given(lying(st.integers(1, 4)), st.sampled_from(["sigmoid", "tanh", "exp", "neg", "square", "relu"]))
def test_pointwise_functions_of_tensors_that_lie_in_any_way(image, name):
    agree(getattr(torch, name), name, image, answers=image.is_contiguous())


@given(lying(st.integers(1, 4)), st.data())
def test_pairs_that_are_broadcast_and_lie_in_any_way(one, data):
    other = data.draw(lying(st.integers(1, 4)) | st.just(one) | st.just(one[..., :1]) | st.sampled_from([2, 0.5, True]))
    for name in ("add", "sub", "mul", "div"):
        agree(getattr(torch, name), name, one, other)
    agree(torch.rsub, "rsub", one, other)


@given(st.lists(lying(st.just(3)), min_size=1, max_size=3), st.integers(-4, 4), st.booleans())
def test_tensors_that_are_put_together(parts, dim, alike):
    parts = [parts[0], *(part.expand(parts[0].shape) for part in parts[1:] if alike and part.numel() == 1), parts[0]]
    agree(torch.stack, "stack", parts, dim)
    agree(torch.cat, "cat", parts, dim)


@given(lying(st.integers(1, 4)), SIDE, st.booleans())
def test_linear_layers_whose_input_lies_in_any_way(image, outputs, bias):
    agree(F.linear, "linear", image, meta(outputs, image.shape[-1]), meta(outputs) if bias else None, answers=True)


@given(lying(st.just(4)))
def test_layers_whose_input_lies_in_any_way(image):
    channels = image.shape[1]
    agree(F.layer_norm, "layer_norm", image, image.shape[-1:], meta(image.shape[-1]), meta(image.shape[-1]))
    agree(F.batch_norm, "batch_norm", image, *[meta(channels) for _ in range(4)])
    agree(F.conv2d, "conv2d", image, meta(3, channels, 1, 1), meta(3))
    agree(F.adaptive_avg_pool2d, "adaptive_avg_pool2d", image, (2, 3))
    agree(torch.roll, "roll", image, (1,), (2,))


class TestRecurrent:
    """Layers and cells, with states that are given or not and inputs that lie in memory in any way."""

    def run(self, module: nn.Module, image: Tensor, *states) -> None:
        """Compare what is answered with torch's on a CPU, and see that everything is answered."""
        name = ""

        class Answered(TorchFunctionMode):
            def __torch_function__(self, function, types, arguments=(), keywords=None):
                nonlocal name
                called = function_name(function)
                if called not in recurrent.LAYERS | recurrent.CELLS:
                    return function(*arguments, **(keywords or {}))
                name = called
                found = fast_output(function, called, arguments, keywords or {})
                assert found is not None
                return found

        with torch.no_grad():
            expected = module(real(image), *real(states))
            with Answered():
                found = module.to("meta")(image, *states)
        assert name
        assert described(found) == described(expected)

    @given(
        lying(st.integers(2, 3)),
        st.sampled_from([nn.LSTM, nn.GRU, nn.RNN]),
        st.booleans(),
        st.booleans(),
        st.booleans(),
        st.integers(1, 3),
        st.sampled_from([0, 3]),
        st.booleans(),
    )
    def test_layers(self, image, kind, batch_first, twice, bias, layers, projected, given_):
        more = {"proj_size": projected} if kind is nn.LSTM else {}
        settings = {"batch_first": batch_first, "bidirectional": twice, "bias": bias, **more}
        batch = image.shape[:-1][0 if batch_first else 1 : image.dim() - 1][:1] if image.dim() == 3 else ()
        rows = layers * (1 + twice)
        state = meta(rows, *batch, more.get("proj_size") or 7)
        states = (state, meta(rows, *batch, 7)) if kind is nn.LSTM else state
        self.run(kind(image.shape[-1], 7, layers, **settings), image, *([states] if given_ else []))

    @given(
        st.sampled_from([nn.LSTM, nn.GRU, nn.RNN]),
        st.lists(st.integers(1, 6), min_size=1, max_size=4),
        st.booleans(),
        st.booleans(),
    )
    def test_packed_layers(self, kind, lengths, twice, batch_first):
        lengths = sorted(lengths, reverse=True)
        padded = torch.zeros(len(lengths), lengths[0], 5)
        packed = nn.utils.rnn.pack_padded_sequence(padded, lengths, batch_first=True)
        layer = kind(5, 7, 2, bidirectional=twice, batch_first=batch_first)
        with torch.no_grad():
            expected = layer(packed)
        name = {"LSTM": "lstm", "GRU": "gru", "RNN": "rnn_tanh"}[kind.__name__]
        state = meta(2 * (1 + twice), len(lengths), 7)
        states = (state, state) if kind is nn.LSTM else state
        weights = [weight.detach() for weight in layer.to("meta")._flat_weights]
        arguments = (packed.data.to("meta"), packed.batch_sizes, states, weights, True, 2, 0.0, False, twice)
        found = fast_output(getattr(torch, name), name, arguments, {})
        assert described(found) == described((expected[0].data, expected[1]))

    @given(
        lying(st.integers(1, 2)), st.sampled_from([nn.LSTMCell, nn.GRUCell, nn.RNNCell]), st.booleans(), st.booleans()
    )
    def test_cells(self, image, kind, bias, given_):
        state = meta(*image.shape[:-1], 7)
        states = (state, meta(*state.shape)) if kind is nn.LSTMCell else state
        self.run(kind(image.shape[-1], 7, bias), image, *([states] if given_ else []))

    @pytest.mark.parametrize("name", sorted(recurrent.CELLS))
    def test_weights_that_do_not_fit_a_cell_are_left_to_torch(self, name):
        gates = recurrent.GATES[name.removesuffix("_cell")]
        states = (meta(2, 7), meta(2, 7)) if gates == 4 else meta(2, 7)
        fits = [meta(2, 5), states, meta(7 * gates, 5), meta(7 * gates, 7), meta(7 * gates), meta(7 * gates)]
        function = getattr(torch, name)
        assert fast_output(function, name, tuple(fits), {}) is not None
        for place, wrong in ((0, meta(3, 5)), (0, meta(2, 6)), (2, meta(7 * gates, 6)), (3, meta(7 * gates, 6)),
                             (2, meta(7 * gates + 7, 5)), (5, meta(7))):  # fmt: skip
            if wrong.shape != fits[place].shape:
                agree(function, name, *fits[:place], wrong, *fits[place + 1 :])


def described(found) -> list[object]:
    return [(item.shape, item.stride(), item.dtype) for item in tensors_in(found)]


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
