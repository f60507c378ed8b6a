"""Products of tensors, however they are spelt: what they cost and make, against torch's own counts."""

from math import prod

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode

from cnnviz.analysis import analyze
from cnnviz.errors import CnnvizError


@pytest.fixture(autouse=True, scope="module")
def one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)  # the tensors are small, and threads that wait for each other cost more than they do
    yield
    torch.set_num_threads(before)


class Calls(nn.Module):
    """A function of the inputs."""

    def __init__(self, function) -> None:
        super().__init__()
        self.function = function

    def forward(self, *operands: Tensor) -> Tensor:
        return self.function(*operands)


def flops(function, sizes) -> int:
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        function(*map(torch.rand, sizes))
    return counter.get_total_flops()


def agree(function, sizes, macs: int | None = None) -> None:
    """Assert that costs and sizes are torch's, and that a report that is followed from another size says the same."""
    report = analyze(Calls(function), sizes)
    assert report.macs == (flops(function, sizes) // 2 if macs is None else macs)
    assert report.unknown == ()
    assert report.layers[-1].output_size == tuple(function(*map(torch.rand, sizes)).shape)
    assert report.followed(sizes) is not None
    assert report.followed(sizes).macs == report.macs


SPELLINGS = {
    "matmul": (torch.matmul, ((3, 4, 5), (5, 6))),
    "matmul of a vector": (torch.matmul, ((5,), (2, 5, 6))),
    "matmul, broadcast": (torch.matmul, ((2, 1, 4, 5), (3, 5, 6))),
    "@ from the right": (lambda x, y: Tensor.__rmatmul__(y, x), ((4, 5), (5, 6))),
    "linalg.matmul": (torch.linalg.matmul, ((3, 4, 5), (3, 5, 6))),
    "mm by name": (lambda x, y: torch.mm(mat2=y, input=x), ((4, 5), (5, 6))),
    "inner": (torch.inner, ((4, 5), (2, 3, 5))),
    "inner over one": (lambda x, y: x.inner(y), ((4, 1), (3, 1))),
    "tensordot": (lambda x, y: torch.tensordot(x, y, ([1, -1], [2, 0])), ((4, 5, 3), (3, 6, 5))),
    "tensordot of the last": (lambda x, y: torch.tensordot(x, y, 1), ((4, 1, 3), (3, 6))),
    "multi_dot": (lambda *x: torch.linalg.multi_dot(x), ((3, 7), (7, 5), (5, 2))),
    "chain_matmul": (lambda *x: torch.chain_matmul(*x), ((4, 5), (5, 6), (6, 2), (2, 9))),
    "a power": (lambda x: torch.matrix_power(x, 5), ((2, 4, 4),)),
    "a cube": (lambda x: torch.linalg.matrix_power(x, 3), ((4, 4),)),
    "baddbmm": (lambda z, x, y: torch.baddbmm(z, x, y, beta=0.5), ((3, 4, 6), (3, 4, 5), (3, 5, 6))),
    "addmm by name": (lambda z, x, y: torch.addmm(mat1=x, mat2=y, input=z), ((6,), (4, 5), (5, 6))),
}


@pytest.mark.parametrize("name", SPELLINGS)
def test_products_of_every_spelling(name):
    agree(*SPELLINGS[name])


@pytest.mark.parametrize(
    ("function", "sizes", "macs"),
    [
        (torch.dot, ((7,), (7,)), 7),
        (torch.vdot, ((7,), (7,)), 7),
        (torch.inner, ((7,), (7,)), 7),
        (torch.mv, ((4, 5), (5,)), 20),
        (torch.matmul, ((2, 4, 5), (5,)), 40),
        (torch.linalg.vecdot, ((2, 4, 5), (2, 4, 5)), 40),
        (lambda x, y: torch.linalg.vecdot(x, y, dim=-2), ((4, 5), (2, 4, 1)), 40),
        (torch.addmv, ((4,), (4, 5), (5,)), 20),
        (torch.addbmm, ((4, 6), (3, 4, 5), (3, 5, 6)), 3 * 4 * 5 * 6),
        # For each output a product with the first input, then one with the second.
        (F.bilinear, ((4, 5), (4, 3), (6, 5, 3), (6,)), 4 * 6 * (5 * 3 + 3)),
        (F.bilinear, ((2, 4, 5), (2, 4, 3), (6, 5, 3)), 8 * 6 * (5 * 3 + 3)),
        (torch.cdist, ((2, 4, 5), (3, 5)), 2 * 4 * 3 * 5),
        (lambda x, y: torch.cdist(x, y, p=1.0), ((4, 5), (3, 5)), 0),
        (lambda *x: torch.conv_tbc(*x, 1), ((9, 2, 7), (3, 7, 5), (5,)), 9 * 2 * 5 * 3 * 7),
        # Multiplications of each by each are no products of matrices.
        (lambda x, y: torch.tensordot(x, y, dims=0), ((4, 2), (3,)), 0),
        (torch.outer, ((4,), (5,)), 0),
        (torch.ger, ((4,), (5,)), 0),
        (torch.addr, ((4, 5), (4,), (5,)), 0),
        (lambda x, y: torch.inner(x.sum(), y), ((4,), (2, 3)), 0),
    ],
)
def test_products_that_torchs_counter_leaves_out(function, sizes, macs):
    agree(function, sizes, macs)


def test_kron_multiplies_each_by_each():
    report = analyze(Calls(torch.kron), ((4, 2), (5, 3)))
    assert (report.macs, report.unknown, report.layers[-1].output_size) == (0, (), (20, 6))


@given(
    st.integers(1, 2),
    st.integers(1, 3),
    st.integers(1, 2),
    st.integers(1, 3),
    st.booleans(),
    st.data(),
)
def test_torch_convolution_is_every_convolution(rank, side, groups, stride, transposed, data):
    each = [data.draw(st.integers(1, 2)) for _ in range(rank)]
    output_padding = [data.draw(st.integers(0, max(stride - 1, 0))) if transposed else 0 for _ in range(rank)]
    weight = (2 * groups, 3, *[side] * rank) if transposed else (3 * groups, 2, *[side] * rank)
    sizes = ((2, 2 * groups, *[7] * rank), weight)

    def function(x: Tensor, w: Tensor) -> Tensor:
        return torch.convolution(x, w, None, [stride] * rank, [1] * rank, each, transposed, output_padding, groups)

    try:
        made = function(*map(torch.rand, sizes))
    except RuntimeError:
        return
    macs = prod(made.shape) * 2 * side**rank if not transposed else prod(sizes[0]) * 3 * side**rank
    agree(function, sizes, macs)


@st.composite
def equations(draw) -> tuple[str, tuple[tuple[int, ...], ...]]:
    """An equation of one to three operands, and their sizes: with dots or without, with sizes of 1, with an arrow or
    without."""
    letters = "abcde"
    extents = {letter: draw(st.integers(1, 4)) for letter in letters}
    dots = draw(st.booleans())
    batch = [draw(st.integers(1, 3)) for _ in range(2)]
    terms, sizes = [], []
    for _ in range(draw(st.integers(1, 3))):
        term = draw(st.lists(st.sampled_from(letters), max_size=3, unique=True))
        size = [extents[letter] if draw(st.integers(0, 5)) else 1 for letter in term]
        if dots and draw(st.integers(0, 3)):
            many, place = draw(st.integers(0, 2)), draw(st.integers(0, len(term)))
            term.insert(place, "...")
            size[place:place] = [extent if draw(st.booleans()) else 1 for extent in batch[2 - many :]]
        if not term or not size:
            term, size = ["a", *term], [extents["a"], *size]
        terms.append("".join(term))
        sizes.append(tuple(size))
    equation = ",".join(terms)
    if draw(st.booleans()):
        known = sorted(set(equation) - set(".,"))
        wanted = draw(st.lists(st.sampled_from(known), unique=True)) if known else []
        equation += "->" + "".join(["..."] * ("..." in equation) + wanted)
    return equation, tuple(sizes)


@given(equations())
def test_einsum_costs_what_torch_multiplies(case):
    equation, sizes = case

    def function(*operands: Tensor) -> Tensor:
        return torch.einsum(equation, *operands)

    real = torch.backends.opt_einsum.enabled
    torch.backends.opt_einsum.enabled = False
    try:
        try:
            expected = flops(function, sizes)
        except RuntimeError:
            with pytest.raises(CnnvizError):
                analyze(Calls(function), sizes)
            return
        report = analyze(Calls(function), sizes)
        assert report.flops == expected
        assert report.unknown == ()
        assert report.layers[-1].output_size == tuple(function(*map(torch.rand, sizes)).shape)
    finally:
        torch.backends.opt_einsum.enabled = real


@pytest.mark.parametrize(
    ("equation", "sizes"),
    [
        ("btc,cd->btd", ((2, 7, 5), (5, 3))),
        ("btc,cd", ((2, 7, 5), (5, 3))),
        ("...c,cd->...d", ((2, 7, 5), (5, 3))),
        ("nctv,vw->nctw", ((2, 3, 4, 5), (5, 6))),
        ("ii->i", ((4, 4),)),
        ("B i, j A", ((4, 2), (5, 3))),
    ],
)
def test_einsum_is_followed_to_other_sizes(equation, sizes):
    agree(lambda *operands: torch.einsum(equation, *operands), sizes)


def test_einsum_of_lists_of_subscripts():
    agree(lambda x, y: torch.einsum(x, [0, 1], y, [1, 2], [2, 0]), ((3, 4), (4, 5)))


def test_attention_whose_heads_share_keys_and_values():
    sizes = ((2, 4, 7, 5), (2, 2, 6, 5), (2, 2, 6, 3))
    report = analyze(Calls(lambda *x: F.scaled_dot_product_attention(*x, enable_gqa=True)), sizes)
    assert report.macs == 2 * 4 * 7 * 6 * (5 + 3)
    sizes = ((1, 4, 7, 5), (2, 1, 6, 5), (2, 4, 6, 5))
    assert analyze(Calls(F.scaled_dot_product_attention), sizes).macs == 2 * 4 * 7 * 6 * 10
