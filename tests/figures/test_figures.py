import base64
import io

import numpy as np
import plotly.graph_objects as go
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from PIL import Image

from cnnviz import colours
from cnnviz.figures.cell_numbers import cell_numbers
from cnnviz.figures.classes import top_classes
from cnnviz.figures.kernels import kernels
from cnnviz.figures.maps import feature_map, window
from cnnviz.figures.mosaic import mosaic_png
from cnnviz.figures.photo import crop, gradient_picture, image, photo, sheet
from cnnviz.figures.products import products
from cnnviz.figures.statistics import histogram

maps_strategy = hnp.arrays(
    np.float32,
    st.tuples(st.integers(1, 9), st.integers(1, 7), st.integers(1, 7)),
    elements=st.floats(-100, 100, width=32),
)


def test_the_bars_are_the_most_probable_classes_with_their_probabilities():
    probabilities = np.array([0.1, 0.5, 0.05, 0.3, 0.05])
    bars = top_classes(probabilities, ["a", "b", "c", "b", "e"], count=3).data[0]
    assert list(bars.customdata) == ["b", "b", "a"]
    assert list(bars.x) == [0.5, 0.3, 0.1]
    assert bars.text[0] == "50.0%"


@pytest.mark.parametrize(("low", "centred"), [(-3.0, True), (0.0, False)])
def test_signed_values_are_centred_on_zero_and_others_start_at_zero(low, centred):
    heat = feature_map(np.linspace(low, 2, 12).reshape(3, 4), unit=(1, 2)).data[0]
    assert (heat.zmin, heat.zmax) == ((-3, 3) if centred else (0, 2))


def test_the_unit_is_outlined_where_it_stands():
    shape = feature_map(np.zeros((5, 6)), unit=(3, 4)).layout.shapes[0]
    assert (shape.x0, shape.x1, shape.y0, shape.y1) == (3.5, 4.5, 2.5, 3.5)


@pytest.mark.parametrize("values", [np.zeros((4, 4)), np.full((2, 2), np.nan), np.array([[np.inf, 1.0]])])
def test_constant_and_unfinite_maps_can_be_drawn(values):
    feature_map(values).to_json()
    histogram(values).to_json()


def test_products_add_up_to_the_terms_of_the_convolution():
    rng = np.random.default_rng(0)
    patches, weights = rng.normal(size=(2, 7, 3, 3))
    figure = products(patches, weights, [f"channel {i}" for i in range(7)], row_titles=("a", "b", "c"))
    drawn = sum(np.nansum(np.asarray(trace.z, float)) for trace in figure.data[2::3])
    assert drawn == pytest.approx((patches * weights).sum())
    # What stands in a cell is its number, with a minus sign, and what stands between two tiles is nothing.
    for trace in figure.data:
        texts = np.asarray(trace.text)
        assert not any("-" in text for text in texts.flat)
        numbers = np.array([float(text.replace("−", "-") or "nan") for text in texts.flat])
        np.testing.assert_allclose(numbers, np.asarray(trace.z, float).ravel(), atol=0.00501)


def test_a_number_in_a_cell_has_a_minus_sign_and_no_negative_zero():
    texts = cell_numbers(np.array([[-2.5, -0.001], [np.nan, 1e-7]]), ".2f")
    assert texts.tolist() == [["−2.50", "0.00"], ["", "0.00"]]
    assert cell_numbers(np.array([-1e-7]), ".4g").tolist() == ["−1e−07"]


@given(maps_strategy, st.booleans())
def test_a_mosaic_holds_every_map_once_and_decodes(maps, shared):
    picture = Image.open(io.BytesIO(mosaic_png(maps, np.arange(len(maps)), shared=shared)))
    assert picture.mode == "RGB"
    height, width = (8, 8) if maps[0].size == 1 else maps.shape[1:]
    assert picture.width >= width
    assert picture.height >= height


def test_a_mosaic_keeps_the_order_and_the_screens_colours():
    maps = np.stack([np.full((2, 3), value, np.float32) for value in (0.0, 1.0)])
    picture = np.asarray(Image.open(io.BytesIO(mosaic_png(maps, np.array([1, 0]), shared=True))))
    table = np.frombuffer(colours.table(colours.POSITIVE), np.uint8).reshape(256, 3)
    assert (picture[0, 0] == table[255]).all()
    assert (picture[-1, -1] == table[0]).all()


def test_the_crop_is_drawn_where_it_was_taken():
    figure = crop(np.zeros((200, 1000, 3), np.uint8), (400.0, 0.0, 600.0, 200.0))
    outline = figure.layout.shapes[-1]
    assert (outline.x0, outline.y0, outline.x1, outline.y1) == (399.5, -0.5, 599.5, 199.5)
    # the picture itself is shrunk, yet lies in the original's own pixels
    image = figure.data[0]
    assert image.x0 - image.dx / 2 == pytest.approx(-0.5)


def test_the_crop_is_of_the_photo_itself_in_few_bytes():
    across, down = np.meshgrid(np.arange(1600), np.arange(1200))
    pixels = np.stack([across / 1600, down / 1200, (across + down) / 2800], -1)
    source = crop((255 * pixels).astype(np.uint8), (0.0, 0.0, 1200.0, 1200.0)).data[0].source
    shown = np.asarray(Image.open(io.BytesIO(base64.b64decode(source.partition(",")[2]))), float)
    assert shown.shape == (480, 640, 3)
    rows, columns = ((np.arange(count) * 2.5).astype(int) for count in (480, 640))
    wanted = 255 * pixels[np.ix_(rows, columns)]
    assert np.abs(shown - wanted).max() < 8
    assert len(source) < 60_000


def test_a_gradient_of_zero_is_grey_and_its_signs_are_light_and_dark():
    gradient = np.zeros((3, 5, 5), np.float32)
    gradient[:, 0, 0], gradient[:, 4, 4] = 2, -2
    picture = gradient_picture(gradient)
    assert picture.shape == (5, 5, 3)
    assert picture[2, 2].tolist() == [127] * 3
    assert picture[0, 0, 0] == 255
    assert picture[4, 4, 0] == 0


@given(hnp.arrays(np.uint8, st.tuples(st.integers(1, 6), st.integers(1, 6), st.sampled_from([3, 4]))))
def test_a_picture_arrives_as_its_pixels_though_others_came_before(pixels):
    for shown in (pixels, pixels.copy(), pixels[::-1], pixels.swapaxes(0, 1)):
        data = image(shown)["source"].removeprefix("data:image/png;base64,")
        np.testing.assert_array_equal(np.asarray(Image.open(io.BytesIO(base64.b64decode(data)))), shown)


def test_pictures_of_any_size_stand_side_by_side():
    tiles = [np.zeros((3, 9, 3), np.uint8), np.zeros((500, 20, 3), np.uint8), np.zeros((1, 1, 3), np.uint8)]
    figure = sheet(tiles, ["a", "b", "c"], columns=2)
    assert [note.text for note in figure.layout.annotations] == ["a", "b", "c"]
    assert len(photo(tiles[0]).data) == 1


def test_a_pooling_window_names_its_winner_and_leaves_the_padding_empty():
    figure = window(np.array([[np.nan, 1.0], [np.nan, 5.0]]), winner=(1, 1))
    assert figure.layout.shapes[0].x0 == 0.5
    assert np.isnan(np.asarray(figure.data[0].z, float)[0, 0])


@pytest.mark.parametrize(
    "figure",
    [
        top_classes(np.array([0.5, 0.5]), ["a", "b"]),
        feature_map(np.ones((2, 3)), unit=(1, 1)),
        window(np.ones((2, 2)), winner=(0, 0)),
        products(np.ones((7, 3, 3)), np.ones((7, 3, 3)), list("abcdefg"), row_titles=("a", "b", "c")),
        kernels(np.ones((3, 2, 2)), names=["a", "b", "c"]),
        histogram(np.arange(9.0)),
        photo(np.zeros((4, 4, 3), np.uint8)),
        crop(np.zeros((9, 9, 3), np.uint8), (1.0, 1.0, 5.0, 5.0)),
        sheet([np.zeros((3, 3, 3), np.uint8)], ["a"]),
    ],
)
def test_what_goes_to_the_browser_unchecked_is_what_plotly_would_have_taken(figure):
    go.Figure(figure.to_dict())
