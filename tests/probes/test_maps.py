"""The one convention by which a tensor is seen as maps, and the way back."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from cnnviz.probes.maps import as_maps, locate, unravel

CASES = [
    ((2, 5, 3, 4), "Conv2d", (5, 3, 4)),
    ((2, 7), "Linear", (7, 1, 1)),
    ((2, 197, 12), "Linear", (12, 14, 14)),
    ((2, 196, 12), "", (12, 14, 14)),
    ((2, 10, 12), "", (12, 3, 3)),
    ((2, 7, 12), "", (12, 7, 1)),
    ((2, 6, 20), "Conv1d", (6, 1, 20)),
    ((2, 6, 20), "BatchNorm1d", (6, 1, 20)),
    ((2, 14, 14, 96), "permute", (96, 14, 14)),
    ((2, 14, 14, 96), "Conv2d", (14, 14, 96)),
    ((2, 3, 8, 8), "add", (3, 8, 8)),
    ((2, 9, 5, 16), "Linear", (16, 9, 5)),
    ((2, 9, 5, 16), "layer_norm", (16, 9, 5)),
    ((2, 4, 3, 5, 6), "Conv3d", (4, 15, 6)),
    ((2, 5, 3, 4), "maxpool2d", (5, 3, 4)),
]


@pytest.mark.parametrize(("shape", "kind", "maps"), CASES)
def test_layouts_and_the_way_back(shape, kind, maps) -> None:
    tensor = torch.randn(shape)
    seen = as_maps(tensor, kind)
    assert tuple(seen.shape) == maps
    for place in [(0, 0, 0), tuple(n - 1 for n in maps), tuple(n // 2 for n in maps)]:
        index = locate(tensor.shape, kind, *place)
        assert index[0] == 0
        assert tensor[index] == seen[place]


def test_a_class_token_is_left_out() -> None:
    tensor = torch.arange(10.0).view(1, 10, 1)
    assert as_maps(tensor)[0].flatten().tolist() == list(range(1, 10))


@pytest.mark.parametrize("shape", [(), (4,), (1, 2, 3, 4, 5, 6), (0, 3, 4, 4)])
def test_no_maps(shape) -> None:
    assert as_maps(torch.zeros(shape)) is None


@pytest.mark.parametrize("place", [(5, 0, 0), (0, 3, 0), (0, 0, 4), (-1, 0, 0)])
def test_outside_of_the_maps(place) -> None:
    with pytest.raises(IndexError):
        locate(torch.Size((1, 5, 3, 4)), "", *place)


@settings(max_examples=50)
@given(st.lists(st.integers(1, 5), min_size=1, max_size=5), st.data())
def test_unravel_is_the_place_in_a_contiguous_tensor(shape, data) -> None:
    numbers = torch.arange(torch.Size(shape).numel()).view(shape)
    flat = data.draw(st.integers(0, numbers.numel() - 1))
    assert numbers[unravel(flat, numbers.shape)] == flat
