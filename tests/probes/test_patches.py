"""The strongest images against a plain search, and cutting out against numpy's own padding."""

from fractions import Fraction

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from cnnviz.errors import ModelError, ShapeError
from cnnviz.probes.patches import cut, strongest


def model() -> nn.Module:
    torch.manual_seed(0)
    return nn.Sequential(
        nn.Conv2d(3, 5, 3), nn.ReLU(inplace=True), nn.Conv2d(5, 4, 3), nn.Flatten(), nn.Linear(64, 3)
    ).eval()


@pytest.mark.parametrize("chunk", [1, 4, 100])
@pytest.mark.parametrize("count", [1, 3, 9, 50])
def test_the_strongest_are_found_as_by_looking_at_each(chunk: int, count: int) -> None:
    network, images = model(), torch.randn(11, 3, 8, 8)
    hits = strongest(network, images, "2", 1, count=count, chunk=chunk)
    best = []
    for number, image in enumerate(images):
        with torch.no_grad():
            maps = network[2](network[1](network[0](image[None])))[0, 1]
        value, row, column = max((float(maps[r, c]), r, c) for r in range(4) for c in range(4))
        best.append((value, number, row, column))
    best.sort(reverse=True)
    assert len(hits) == min(count, 11)
    for hit, (value, number, row, column) in zip(hits, best, strict=False):
        assert (hit.index, hit.row, hit.column) == (number, row, column)
        assert hit.value == pytest.approx(value, abs=1e-5)


def test_of_equals_the_first_wins() -> None:
    images = torch.zeros(6, 3, 8, 8)
    assert [(h.index, h.row, h.column) for h in strongest(model(), images, "0", 2, count=3, chunk=4)] == [
        (0, 0, 0),
        (1, 0, 0),
        (2, 0, 0),
    ]


def test_stacks_are_numbered_on() -> None:
    images = torch.randn(7, 3, 8, 8)
    parts = strongest(model(), [images[:3], images[3:]], "2", 0, count=7)
    assert [(h.index, h.row, h.column) for h in parts] == [
        (h.index, h.row, h.column) for h in strongest(model(), images, "2", 0, count=7)
    ]


def test_a_vector_has_one_unit_a_channel() -> None:
    network, images = model(), torch.randn(5, 3, 8, 8)
    (hit,) = strongest(network, images, "4", 2, count=1)
    with torch.no_grad():
        scores = network(images)[:, 2]
    assert (hit.index, hit.row, hit.column) == (int(scores.argmax()), 0, 0)


def test_what_is_not_there_is_said() -> None:
    with pytest.raises(ShapeError, match="4 channels; counted from 0, channel 4"):
        strongest(model(), torch.randn(2, 3, 8, 8), "2", 4)
    with pytest.raises(ModelError, match="named conv"):
        strongest(model(), torch.randn(2, 3, 8, 8), "conv", 0)
    assert strongest(model(), torch.randn(0, 3, 8, 8), "2", 0) == ()


@given(
    height=st.integers(4, 9), width=st.integers(4, 9), top=st.integers(-12, 12), left=st.integers(-12, 12),
    high=st.integers(1, 12), wide=st.integers(1, 12),
)  # fmt: skip
def test_cutting_out_is_padding_and_slicing(height, width, top, left, high, wide) -> None:
    view = np.random.default_rng(0).integers(1, 256, (height, width, 3), np.uint8)
    piece = cut(view, (top, left, top + high, left + wide), fill=77)
    if high >= height and wide >= width:
        assert (piece == view).all()
        return
    padded = np.pad(view, ((24, 24), (24, 24), (0, 0)), constant_values=77)
    expected = padded[24 + top : 24 + top + high, 24 + left : 24 + left + wide]
    np.testing.assert_array_equal(piece, expected)


def test_boxes_of_parts_of_pixels_and_of_the_whole_image() -> None:
    view = np.arange(4 * 5 * 3, dtype=np.uint8).reshape(4, 5, 3)
    half = Fraction(1, 2)
    np.testing.assert_array_equal(cut(view, (half, 1, half + 2, 2)), view[0:3, 1:2])
    whole = cut(view, None)
    whole[:] = 0
    assert view.any()
    with pytest.raises(ShapeError, match="row 3 to 3"):
        cut(view, (3, 0, 3, 2))
