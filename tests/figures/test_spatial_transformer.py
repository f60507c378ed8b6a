import numpy as np
import plotly.graph_objects as go
import pytest

from cnnviz.figures.spatial_transformer import boxed, digits_answered, digits_boxed, output, verdicts
from cnnviz.figures.warped_maps import gaps, map_row

PIXELS = np.arange(64, dtype=np.uint8).reshape(8, 8)
BOX = np.array([[-0.5, -0.5], [0.5, -0.5], [0.5, 0.5], [-0.5, 0.5], [-0.5, -0.5]])
MAPS = np.random.default_rng(0).normal(size=(3, 5, 5)).astype(np.float32)


@pytest.mark.parametrize("figure", [
    boxed(PIXELS, BOX, drawn=False),
    boxed(PIXELS, BOX),
    boxed(PIXELS, 5 * BOX),
    boxed(PIXELS, BOX, BOX[:4]),
    output(PIXELS / 64),
    verdicts({"with": np.eye(3)[0], "without": np.eye(3)[1]}, ("a", "b", "c"), ("#000", "#777")),
    digits_boxed(np.stack([PIXELS, PIXELS]), np.stack([BOX, 3 * BOX])),
    digits_answered(np.stack([PIXELS, PIXELS]) / 64, [["1", "2"], ["3", "4"]]),
    map_row(MAPS, (4, 0, 2), MAPS),
    gaps(("conv1", "relu1"), np.array([0.5, 0.2]), np.array([np.nan, 0.2]), ("all", "inner"), y="apart"),
])  # fmt: skip
def test_plotly_finds_nothing_wrong_with_it(figure):
    checked = go.Figure(figure.to_plotly_json())
    assert len(checked.data) == len(figure.data)


def test_a_box_lies_on_the_pixels_that_it_reads():
    drawn = boxed(PIXELS, BOX).data[1]
    # Half of 8 pixels in the middle: from the edge between pixels 1 and 2 to that between 5 and 6.
    assert (np.min(drawn.x), np.max(drawn.x)) == (1.5, 5.5)
    assert (np.min(drawn.y), np.max(drawn.y)) == (1.5, 5.5)


def test_the_range_takes_in_a_box_that_reaches_out_and_cuts_one_that_reaches_too_far():
    near, far = boxed(PIXELS, 2.5 * BOX).layout.xaxis.range, boxed(PIXELS, 20 * BOX)
    assert near[0] < -1.5 < 8.5 < near[1]
    assert np.isnan(far.data[1].x).all()
    assert far.layout.xaxis.range[0] == -0.5


def test_a_picture_without_its_box_is_as_large_as_with_it():
    bare, whole = boxed(PIXELS, 2 * BOX, 3 * BOX, drawn=False), boxed(PIXELS, 2 * BOX, 3 * BOX)
    assert len(bare.data) == 1
    assert bare.layout.xaxis.range == whole.layout.xaxis.range


def test_every_digit_of_a_row_has_its_own_box_where_it_is_drawn():
    x = np.array(digits_boxed(np.stack([PIXELS, PIXELS]), np.stack([BOX, BOX])).data[1].x)
    first, second = np.split(x, 2)
    np.testing.assert_allclose((second - first)[:-1], 92)
    assert 0 < np.nanmin(first) < np.nanmax(first) < 84


def test_each_map_stands_under_its_channel():
    heat = map_row(MAPS, (4, 0, 2), MAPS).data[0]
    assert heat.z.shape == (5, 17)
    for place, channel in zip((0, 6, 12), (4, 0, 2), strict=True):
        np.testing.assert_array_equal(heat.z[:, place : place + 5], MAPS[place // 6])
        assert (heat.customdata[:, place : place + 5, 0] == channel).all()
