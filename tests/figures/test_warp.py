import numpy as np
import plotly.graph_objects as go

from cnnviz.figures.warp import as_pixels, difference, pictures

GREY = np.array([[[0.0, 1.2], [-0.1, 0.5]]], np.float32)


def test_values_become_bytes_and_those_beyond_white_and_black_stop_there():
    assert as_pixels(GREY)[..., 0].tolist() == [[0, 255], [0, 128]]
    assert as_pixels(np.repeat(GREY, 3, axis=0)).shape == (2, 2, 3)


def test_a_difference_is_red_where_there_is_more_and_white_where_there_is_none():
    pixels = difference(GREY, np.zeros_like(GREY)).astype(int)
    assert (pixels[0, 0] > 240).all()
    assert pixels[1, 1, 0] > pixels[1, 1, 2] + 50
    assert difference(np.zeros_like(GREY), GREY)[1, 1, 2] > difference(np.zeros_like(GREY), GREY)[1, 1, 0]


def test_plotly_finds_nothing_wrong_with_it():
    figure = pictures([as_pixels(GREY)] * 4, ["a", "b", "c", "d"])
    assert len(go.Figure(figure.to_plotly_json()).data) == 1
    assert [note["text"] for note in figure.to_plotly_json()["layout"]["annotations"]] == ["a", "b", "c", "d"]
