"""Fields where positions are moved, are out of order, or cannot be followed, and of random stacks."""

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from cnnviz.analysis import analyze
from cnnviz.errors import ShapeError
from tests.analysis.gradients import clipped, supports
from tests.analysis.test_small_fields import Graph, check, conv

MOVES = {
    "chunk": lambda x: x.chunk(3, dim=2)[1],
    "split": lambda x: torch.split(x, [2, 3, 4], -1)[2],
    "unbind": lambda x: torch.stack(x.unbind(1)[::-1], dim=1),
    "narrow": lambda x: x.narrow(2, 3, 4),
    "select": lambda x: x.select(1, 0)[:, None],
    "transpose": lambda x: x.transpose(1, 2).movedim(3, 0).permute(1, 3, 2, 0).mT.swapaxes(-1, -2),
    "padded by cat": lambda x: torch.cat([torch.zeros(x.shape[0], 2, 1, 9, dtype=x.dtype), x], dim=2),
    "channels by a list": lambda x: x[:, [1, 0]],
    "index_select": lambda x: x.index_select(1, torch.tensor([1, 1])),
    "squeezed": lambda x: x[:, :1].squeeze(1).unsqueeze(1).expand(-1, 3, -1, -1),
    "repeated": lambda x: x.repeat(1, 3, 1, 1),
    "repeat_interleave": lambda x: x.repeat_interleave(3, dim=-1),
    "viewed": lambda x: x.view(x.shape[0], 2, 1, 9, 9).flatten(1, 2).unflatten(1, (2, 1)).flatten(1, 2),
    "lerp": lambda x: torch.lerp(x, F.avg_pool2d(x, 3, 1, 1), 0.5),
}


@pytest.mark.parametrize("name", MOVES)
def test_moves(name):
    def forward(self, x):
        return self.two(MOVES[name](self.one(x))[:, :1])

    check(Graph(forward, one=conv(cout=2, padding=1), two=conv(k=2)), (1, 1, 9, 9), layers={"two"})


@pytest.mark.parametrize("name", ["roll", "flip"])
def test_positions_out_of_order_are_given_up_along_that_axis(name):
    def forward(self, x):
        x = self.one(x)
        return x.roll(2, dims=3) if name == "roll" else x.flip(-1)

    layers = analyze(Graph(forward, one=conv()), (1, 1, 9, 9)).layers
    assert layers[-1].receptive_field is None
    assert name in layers[-1].field_problem


@pytest.mark.parametrize("untracked", [lambda x: x.cumsum(2), lambda x: x.sort(2)[0]])
def test_an_untracked_function_is_given_up_until_the_image_is_seen_whole(untracked):
    def forward(self, x):
        x = untracked(self.one(x))
        return self.two(x).mean()

    layers = analyze(Graph(forward, one=conv(), two=conv()), (1, 1, 9, 9)).layers
    assert [layer.name for layer in layers if layer.receptive_field] == ["one", "mean"]
    assert layers[-1].receptive_field.size is None


LAYERS = st.one_of(
    st.builds(
        lambda k, s, p, d: nn.Conv2d(1, 1, k, stride=s, padding=p, dilation=d),
        st.integers(1, 4),
        st.integers(1, 3),
        st.integers(0, 2),
        st.integers(1, 2),
    ),
    st.builds(lambda k, d: nn.Conv2d(1, 1, k, padding="same", dilation=d), st.integers(1, 5), st.integers(1, 2)),
    st.builds(lambda k, s: nn.AvgPool2d(k, s), st.integers(1, 3), st.integers(1, 3)),
    st.builds(
        lambda k, s, p: nn.ConvTranspose2d(1, 1, max(k, s), stride=s, padding=min(p, max(k, s) // 2)),
        st.integers(1, 4),
        st.integers(1, 3),
        st.integers(0, 1),
    ),
    st.builds(lambda n: nn.AdaptiveAvgPool2d(n), st.integers(2, 9)),
    st.builds(lambda p: nn.ZeroPad2d(p), st.tuples(*[st.integers(0, 2)] * 4)),
    st.builds(lambda n: nn.Upsample(scale_factor=n), st.integers(1, 3)),
    st.builds(lambda n: nn.Upsample(scale_factor=n, mode="bilinear"), st.sampled_from([2, 4, 1.5])),
)


@given(st.lists(LAYERS, min_size=1, max_size=4), st.integers(9, 16), st.integers(9, 16))
def test_random_stacks(layers, height, width):
    """No unit sees anything outside of its box, and those whose paths keep clear of every border see all of it."""
    model = nn.Sequential(*layers)
    try:
        layer = analyze(model, (1, 1, height, width)).layers[-1]
    except ShapeError:
        return
    field, (rows, columns) = layer.receptive_field, layer.output_size[2:]
    units = {(row, column) for row in range(0, rows, 1 + rows // 8) for column in range(0, columns, 1 + columns // 8)}
    for (_, unit), box in supports(model, (1, 1, height, width), {layer.name}, lambda _: units).items():
        if unit is not None and box is not None:
            outer = field.box(*unit)
            assert clipped(outer, box) == box, unit
            inside = outer[0] >= 0 and outer[1] >= 0 and outer[2] <= height and outer[3] <= width
            plain = not any(isinstance(part, nn.ZeroPad2d | nn.ConvTranspose2d | nn.Upsample) for part in layers)
            if inside and plain:
                assert box == outer, unit
