"""Fields of positions that are flattened to one dimension, worked on there, and taken apart again."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from cnnviz.analysis import analyze
from tests.analysis.test_small_fields import Graph, check, conv

WAYS = {
    "viewed back": lambda x: x.flatten(2).view(x.shape),
    "unflattened": lambda x: x.flatten(2).unflatten(2, x.shape[2:]),
    "tokens": lambda x: x.flatten(2).transpose(1, 2).transpose(1, 2).reshape(x.shape),
    "tokens first": lambda x: x.permute(0, 2, 3, 1).flatten(1, 2).mul(2).unflatten(1, x.shape[2:]).movedim(3, 1),
    "with the batch": lambda x: x.movedim(1, 3).reshape(-1, 2).view(-1, *x.shape[2:], 2).movedim(3, 1),
    "in two steps": lambda x: x.flatten(2).flatten(0, 1).view(-1, 2, x.shape[2] * x.shape[3]).view(x.shape),
    "added": lambda x: (x.flatten(2) + nn.functional.avg_pool2d(x, 3, 1, 1).flatten(2)).view(x.shape),
}


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_positions_are_found_again(way):
    model = Graph(lambda self, x: self.two(way(self.one(x))), one=conv(cout=2, stride=2), two=conv(k=2, cin=2))
    assert check(model, (1, 1, 17, 15), layers={"two"}).size == ((9, 9) if way is WAYS["added"] else (5, 5))


def test_layers_that_mix_no_positions_keep_them():
    def forward(self, x):
        x = self.tokens(self.one(x).flatten(2)).transpose(1, 2)
        return self.two(self.norm(self.mix(x)).transpose(1, 2).view(-1, 2, 7, 6))

    model = Graph(
        forward,
        one=conv(cout=2),
        tokens=nn.Conv1d(2, 3, 1),
        mix=nn.Linear(3, 2),
        norm=nn.LayerNorm(2),
        two=conv(cin=2, padding=1),
    )
    assert check(model, (1, 1, 9, 8), layers={"two"}).size == (5, 5)


LOSSES = {
    "a window over the line": lambda x: nn.functional.avg_pool1d(x, 3, 1, 1),
    "cut at the beginning": lambda x: torch.cat([x[..., 6:], x[..., :6]], -1),
    "moved": lambda x: nn.functional.pad(x, (6, -6)),
    "rolled": lambda x: x.roll(1, -1),
    "flipped": lambda x: x.flip(-1),
    "sorted": lambda x: x.sort(-1)[0],
    "repeated": lambda x: x.repeat(1, 1, 2)[..., 18:54],
    "written": lambda x: torch.zeros(1, 1, 48).index_put((torch.tensor(0),), x[0, 0, :1])[..., :36] + x,
    "set": lambda x: _set(x),
    "added to another's": lambda x: x + x.view(-1, 1, 4, 9).mT.reshape(x.shape),
}


def _set(x):
    made = x.new_zeros(x.shape[0], 1, 42)
    made[:, :, 6:] = x
    return made[..., :36]


@pytest.mark.parametrize("way", LOSSES.values(), ids=LOSSES)
def test_positions_that_move_along_the_line_are_given_up(way):
    model = Graph(lambda self, x: self.two(way(self.one(x).flatten(2)).view(-1, 1, 6, 6)), one=conv(), two=conv())
    last = analyze(model, (1, 1, 8, 8)).layers[-1]
    assert last.receptive_field is None
    assert last.field_problem


def test_another_grid_than_before_is_given_up():
    model = Graph(lambda self, x: self.two(self.one(x).flatten(2).view(-1, 1, 4, 9)), one=conv(), two=conv())
    assert analyze(model, (1, 1, 8, 8)).layers[-1].receptive_field is None


@settings(max_examples=40)
@given(st.lists(st.integers(2, 4), min_size=2, max_size=4), st.data())
def test_any_grid_any_reshapes(grid, data):
    """Whatever lies between, a field that comes out is the gradient's."""
    total, shapes = torch.Size(grid).numel(), []
    for _ in range(data.draw(st.integers(0, 3))):
        left, shape = total, []
        while left > 1:
            shape.append(data.draw(st.sampled_from([n for n in range(2, left + 1) if left % n == 0])))
            left //= shape[-1]
        shapes.append(shape)

    def reshapes(x):
        for shape in shapes:
            x = x.reshape(x.shape[0], 1, *shape)
        return x.reshape(x.shape[0], 1, *grid)

    field = analyze(Graph(lambda self, x: reshapes(x)), (1, 1, *grid)).layers[-1].receptive_field
    if field is not None:
        assert field.size == (1,) * len(grid)
        assert field.box(*range(len(grid))) == (*range(len(grid)), *range(1, len(grid) + 1))
