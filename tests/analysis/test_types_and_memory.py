"""Types, numbers and memory: what eager torch takes is taken, what it refuses is refused in a sentence."""

import re

import pytest
import torch
import torch.nn.functional as F
from hypothesis import example, given
from hypothesis import strategies as st
from torch import nn

from cnnviz.analysis import analyze
from cnnviz.analysis.functions import POINTWISE, REDUCING, words
from cnnviz.errors import CnnvizError
from tests.analysis.random_layers import Calls

TYPES = st.sampled_from(
    [torch.float32, torch.float32, torch.float64, torch.int64, torch.uint8, torch.bool, torch.complex64]
)
# torch's words about its own insides.
INSIDES = re.compile(r"torch\.Size|aten|_cpu|INTERNAL|TensorImpl|dtype|\bself\b|broadcastable")
# Those that no tensor of numbers at random can be given to, or whose answer is no tensor.
APART = {"cuda", "pin_memory", "data", "requires_grad", "to", "type", "type_as", "cpu", "local_response_norm"}
METHODS = sorted(
    name
    for name in POINTWISE | REDUCING | {"argsort", "cumsum", "copy", "gcd", "lcm", "sort", "logcumsumexp"}
    for name in (name, f"{name}_")
    if callable(getattr(torch.Tensor, name, None)) and name.strip("_") not in APART
)
NUMBERS = st.sampled_from([1, 2, 0.5, True, -1, 0])


@pytest.fixture(autouse=True, scope="module")
def one_thread():
    """Tiny tensors are slower with several threads, which wait for a core."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def ones(size, kind, *, expanded=False):
    """Numbers that every function is defined for; `expanded` has one number in several places."""
    made = torch.ones((*size[:-1], 1) if expanded else size, dtype=kind)
    return made.expand(size)


def first(output):
    while isinstance(output, tuple | list):
        output = output[0]
    return output


def compare(model, inputs):
    """Hold analyze against eager torch: the size and the type that it makes, or a sentence where it refuses."""
    sizes, kinds = [tuple(item.shape) for item in inputs], [item.dtype for item in inputs]
    try:
        with torch.no_grad():
            expected = first(model(*[item.clone() for item in inputs]))
    except Exception:
        with pytest.raises(CnnvizError) as refused:
            analyze(model, tuple(sizes), dtype=tuple(kinds))
        assert not INSIDES.search(str(refused.value)), str(refused.value)
        assert str(refused.value).endswith(".")
        return
    if isinstance(expected, torch.Tensor) and expected.numel() and expected.data_ptr() != inputs[0].data_ptr():
        found = analyze(model, tuple(sizes), dtype=tuple(kinds)).layers[-1].output_size
        assert found == tuple(expected.shape)


TWO = words(
    """
    add arctan2 atan2 bitwise_and bitwise_left_shift bitwise_or bitwise_right_shift bitwise_xor copy copysign div divide
    eq float_power floor_divide fmax fmin fmod gcd ge greater greater_equal gt heaviside hypot lcm ldexp le less
    less_equal logaddexp logaddexp2 logical_and logical_or logical_xor lt maximum minimum mul multiply ne nextafter
    not_equal pow remainder sub subtract true_divide xlogy
    """
)


@given(st.sampled_from(METHODS), TYPES, TYPES, st.booleans(), st.booleans(), NUMBERS)
@example("sub", torch.float32, torch.bool, False, False, 1)
@example("mul_", torch.int64, torch.int64, False, True, 0.5)
@example("relu_", torch.float32, torch.float32, True, False, 1)
@example("lerp", torch.int64, torch.int64, False, False, 1)
def test_a_cpu_decides_about_types(name, kind, other, expanded, number, value):
    image = ones((2, 3), kind, expanded=False)
    more = () if name.strip("_") not in TWO else ((value,) if number else (ones((2, 3), other),))

    def forward(module, x, *others):
        x = x[:, :1].expand(2, 3) if expanded else x
        return getattr(x, name)(*(others or more))

    compare(Calls(forward), [image, *[item for item in more if isinstance(item, torch.Tensor)]])


def said(model, *sizes, dtype=None):
    with pytest.raises(CnnvizError) as refused:
        analyze(model, sizes, dtype=dtype)
    return str(refused.value)


@pytest.mark.parametrize(
    ("function", "kind", "part"),
    [
        (lambda m, x: 1 - (x > 0), torch.float32, "subtracts with bool, which torch does not; ~ inverts a mask"),
        (lambda m, x: x.mul_(0.5), torch.int64, "makes float32, which cannot be written into int64"),
        (
            lambda m, x: x & x,
            torch.float32,
            "torch's and does not take; int64 or bool would be right",
        ),
        (lambda m, x: x[:, :1].expand(2, 3).add_(1), torch.float32, "writes into 2x3, which was expanded"),
        (
            lambda m, x: F.relu(x[:, :1].expand(2, 3), inplace=True),
            torch.float32,
            "writes into 2x3, which was expanded",
        ),
        (lambda m, x: x[:, 1:].add_(x[:, :-1].clone()).add_(x[:, :-1]), torch.float32, None),
        (lambda m, x: x[:1].t()[1:].add_(x[:1].t()[:-1]), torch.float32, "reads the same memory in another order"),
        (lambda m, x: x.as_strided((4, 4), (4, 1)), torch.float32, "16 numbers of memory that holds 6"),
        (
            lambda m, x: torch.complex(x, x.double()),
            torch.float32,
            "float32 and float64, which do not go together",
        ),
        (lambda m, x: F.gumbel_softmax(x, dim=2), torch.float32, "has dim=2; 2x3 has dimensions -2 to 1"),
        (lambda m, x: torch.multinomial(x, 5), torch.float32, "draws 5 of the 3 in 2x3 without putting any back"),
        (lambda m, x: torch.bernoulli(x, 2.0), torch.float32, "expects p to be in [0, 1], and gets p=2"),
        (lambda m, x: F.fractional_max_pool2d(x[None], 1, 1), torch.int64, "needs floating-point numbers"),
        (lambda m, x: x // 0, torch.int64, "divides whole numbers by 0"),
        (lambda m, x: x.uniform_(2, 1), torch.float32, "from=2 > to=1"),
    ],
)
def test_a_sentence_says_what_is_wrong(function, kind, part):
    model, image = Calls(function), torch.ones(2, 3, dtype=kind)
    compare(model, [image])
    if part is not None:
        assert part in said(model, (2, 3), dtype=kind)


def test_a_trial_draws_nothing():
    torch.manual_seed(3)
    before = torch.get_rng_state()
    analyze(Calls(lambda m, x: x.bfloat16().bernoulli_(0.25)), (2, 7))
    assert torch.equal(torch.get_rng_state(), before)


def held(tensor):
    """A model that keeps `tensor` as a buffer, and multiplies by it."""
    model = Calls(lambda m, x: m.graph @ x)
    model.register_buffer("graph", tensor)
    return nn.Sequential(nn.ReLU(), model)


@pytest.mark.parametrize("kind", ["to_sparse", "to_sparse_csr"])
def test_sparse_tensors_are_named(kind):
    name = getattr(torch.eye(4), kind)().layout
    assert said(held(getattr(torch.eye(4), kind)()), (4, 3)).startswith(
        f"1 (Calls) calculates with a {str(name)[6:]} tensor of size 4x4, its buffer graph, "
    )


def test_a_sparse_buffer_that_is_not_used_is_no_matter():
    model = Calls(lambda m, x: x * 2)
    model.register_buffer("graph", torch.eye(4).to_sparse())
    assert analyze(model, (4, 3)).layers[-1].output_size == (4, 3)


@pytest.mark.parametrize(
    "function",
    [
        lambda m, x: torch.nested.nested_tensor([x[0], x[1]]).to_padded_tensor(0.0),
        lambda m, x: torch.nested.as_nested_tensor([x[0], x[1]]).to_padded_tensor(0.0),
        lambda m, x: torch.sparse_coo_tensor(torch.tensor([[0, 1], [1, 0]]), torch.ones(2), (2, 2)) @ x,
    ],
)
def test_what_is_made_on_the_way_is_named(function):
    assert "tensor" in said(Calls(function), (2, 3))
    assert not INSIDES.search(said(Calls(function), (2, 3)))
