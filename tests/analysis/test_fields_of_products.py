"""Receptive fields through products of tensors, against the gradient's support, every unit of the last layer."""

from itertools import product

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from cnnviz.analysis import analyze
from tests.analysis.gradients import box_of, clipped, positive
from tests.analysis.test_small_fields import Graph, conv

SIZE = (1, 1, 7, 6)

PRODUCTS = {
    "inner": (torch.inner, [(5, 6)]),
    "linalg.matmul": (torch.linalg.matmul, [(6, 5)]),
    "matmul from the left": (lambda x, w: torch.matmul(w, x), [(5, 7)]),
    "matmul by a vector": (lambda x, w: (x @ w)[..., None], [(6,)]),
    "einsum with dots": (lambda x, w: torch.einsum("...hw,wk->...hk", x, w), [(6, 5)]),
    "einsum over channels": (lambda x, w: torch.einsum("nchw,cd->ndhw", x, w), [(2, 5)]),
    "einsum, three factors": (lambda x, w, v: torch.einsum("nchw,hk,wl->nckl", x, w, v), [(7, 4), (6, 3)]),
    "tensordot of channels": (lambda x, w: torch.tensordot(x, w, ([1], [0])).permute(0, 3, 1, 2), [(2, 4)]),
    "tensordot of columns": (lambda x, w: torch.tensordot(x, w, 1), [(6, 4)]),
    "vecdot": (lambda x, w: torch.linalg.vecdot(x, w, dim=1).unsqueeze(1), [(2, 1, 1)]),
    "bilinear": (lambda x, w: F.bilinear(x, x, w), [(5, 6, 6)]),
    "addbmm": (lambda x, w: torch.addbmm(x[0, 0], x[0], w)[None, None], [(2, 6, 6)]),
    "outer": (lambda x, w: torch.outer(x[0].mean((0, 2)), w)[None, None], [(5,)]),
    "multi_dot": (lambda x, w, v: torch.linalg.multi_dot([x[0, 0], w, v])[None, None], [(6, 4), (4, 3)]),
    "cdist": (torch.cdist, [(5, 6)]),
    "conv_tbc": (
        lambda x, w, b: torch.conv_tbc(x[:, 0].permute(1, 0, 2), w, b, 1).permute(1, 0, 2).unsqueeze(1),
        [(3, 6, 4), (4,)],
    ),
    "convolution": (
        lambda x, w: torch.convolution(x, w, None, [2, 1], [1, 0], [1, 2], False, [0, 0], 1),
        [(3, 2, 3, 3)],
    ),
    "transposed convolution": (
        lambda x, w: torch.convolution(x, w, None, [2, 1], [1, 0], [1, 1], True, [1, 0], 1),
        [(2, 3, 3, 3)],
    ),
}


@pytest.mark.parametrize("name", PRODUCTS)
def test_a_product_sees_what_its_factors_see(name):
    function, sizes = PRODUCTS[name]
    model = Graph(
        lambda self, x: function(self.conv(x), *self.weights),
        conv=conv(cout=2, padding=1),
        weights=nn.ParameterList(torch.rand(size) for size in sizes),
    )
    layer = analyze(model, SIZE).layers[-1]
    image = torch.rand(SIZE, dtype=torch.float64, requires_grad=True)
    made = positive(model, torch.float64)(image)
    rows, columns = made.shape[2:]
    for unit in product(range(rows), range(columns)):
        (gradient,) = torch.autograd.grad(made[(0, slice(None), *unit)].sum(), image, retain_graph=True)
        assert clipped(layer.receptive_field.box(*unit), (0, 0, *SIZE[2:])) == box_of(gradient[0])


def test_pairs_of_positions_are_no_field():
    model = Graph(lambda self, x: torch.cdist(self.conv(x), self.conv(x)), conv=conv(padding=1))
    last = analyze(model, SIZE).layers[-1]
    assert last.receptive_field is None
    assert "cdist pairs positions" in last.field_problem
