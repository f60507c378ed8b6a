"""The colour tables, against Plotly's own interpolation and what colour-blind safety rests on."""

import numpy as np
import plotly.colors
import pytest

from cnnviz import colours

MAPS = [colours.SIGNED, colours.POSITIVE]


def _table(anchors: tuple[str, ...]) -> np.ndarray:
    return np.frombuffer(colours.table(anchors), np.uint8).reshape(256, 3)


@pytest.mark.parametrize("anchors", MAPS)
def test_the_browser_and_plotly_interpolate_alike(anchors: tuple[str, ...]) -> None:
    scale = [[place, f"rgb{plotly.colors.hex_to_rgb(colour)}"] for place, colour in colours.colorscale(anchors)]
    for i in (0, 1, 40, 127, 128, 200, 255):
        (text,) = plotly.colors.sample_colorscale(scale, i / 255)
        expected = [float(part) for part in text[4:-1].split(",")]
        assert np.abs(_table(anchors)[i] - expected).max() <= 1


def test_the_signed_map_is_lightest_and_neutral_in_the_middle() -> None:
    table = _table(colours.SIGNED).astype(int)
    luminance = table @ [0.2126, 0.7152, 0.0722]
    assert luminance.argmax() in (127, 128)
    assert np.ptp(table[128]) <= 4
    assert (np.diff(luminance[:128]) >= 0).all()
    assert (np.diff(luminance[128:]) <= 0).all()


def test_the_positive_map_only_gets_lighter() -> None:
    assert (np.diff(_table(colours.POSITIVE) @ [0.2126, 0.7152, 0.0722]) > -0.5).all()
