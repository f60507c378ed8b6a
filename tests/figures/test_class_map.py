"""A class's map over a photo: red for it, blue against it, as strong as the map is."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from cnnviz.figures.class_map import _laid_over, class_map

GREY = np.full((56, 56, 3), 128, np.uint8)


@given(st.integers(0, 6), st.integers(0, 6), st.sampled_from([-2.0, 3.0]))
def test_the_strongest_place_is_the_most_coloured_and_what_is_zero_stays(row, column, value):
    values = np.zeros((7, 7), np.float32)
    values[row, column] = value
    drawn = _laid_over(GREY, values).astype(int)
    red, blue = drawn[..., 0] - 128, drawn[..., 2] - 128
    change = np.abs(drawn - 128).sum(axis=-1)
    place = np.unravel_index(change.argmax(), change.shape)
    assert (place[0] // 8, place[1] // 8) == (row, column)
    assert (red[place] > blue[place]) == (value > 0)
    far = np.abs(np.arange(56)[:, None] // 8 - row) + np.abs(np.arange(56)[None] // 8 - column) > 2
    assert (change[far] == 0).all()


def test_pointing_tells_the_maps_numbers_where_they_lie():
    values = np.arange(49, dtype=np.float32).reshape(7, 7)
    _, told = class_map(GREY, values)._data
    assert told["x0"] == told["y0"] == 3.5
    assert told["dx"] == told["dy"] == 8
    assert np.array_equal(told["z"], values)
    assert len(class_map(GREY, None)._data) == 1


def test_a_map_of_zeros_leaves_the_photo():
    assert np.array_equal(_laid_over(GREY, np.zeros((7, 7), np.float32)), GREY)
