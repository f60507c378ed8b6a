"""Figures on a dark page: every text and line stands out, and what colours mean stays."""

import re
from typing import Any

import numpy as np
import plotly.graph_objects as go
import pytest

from cnnviz.colours import contrast
from cnnviz.figures.classes import top_classes
from cnnviz.figures.maps import feature_map
from cnnviz.figures.photo import photo
from cnnviz.figures.plain import PICTURE, plain_figure, tint
from cnnviz.figures.statistics import histogram
from cnnviz.figures.style import DARK, INK, INPUT, KERNEL, OUTPUT, RULE, dress

RNG = np.random.default_rng(0)
LINE = {"type": "scatter", "x": [0, 1], "y": [1, 2], "line": {"color": KERNEL}}


def colours_of(part: Any) -> list[str]:
    """Every colour #rrggbb under a name that ends with color, wherever it stands."""
    if isinstance(part, dict):
        found = [each for name, value in part.items() if name.endswith("color") for each in np.atleast_1d(value)]
        return [str(each) for each in found] + [hue for value in part.values() for hue in colours_of(value)]
    return [hue for each in part for hue in colours_of(each)] if isinstance(part, (list, tuple)) else []


@pytest.mark.parametrize("figure", [
    top_classes(np.array([0.7, 0.2, 0.1]), ["a", "b", "c"]),
    histogram(RNG.normal(size=(4, 5, 5)).astype(np.float32)),
    plain_figure([LINE, {**LINE, "line": {"color": "#6b21a8"}}, {**LINE, "line": {"color": "#4d4d4d"}}],
          {"annotations": [{"text": "x", "font": {"color": OUTPUT}}], "xaxis": {"gridcolor": RULE}}, height=90),
])  # fmt: skip
def test_lines_bars_and_text_stand_out_on_a_dark_page(figure: go.Figure) -> None:
    before = figure.to_plotly_json()
    dressed = dress(figure, dark=True).to_plotly_json()
    layout = {name: part for name, part in dressed["layout"].items() if name in ("font", "annotations", "shapes")}
    for hue in colours_of([dressed["data"], layout]):
        if re.fullmatch("#[0-9a-f]{6}", hue) and hue != "#0f141b":
            assert contrast(hue, DARK) >= 4.5, hue
    assert dressed["layout"]["font"]["color"] != INK
    assert figure.to_plotly_json() == before or str(figure.to_plotly_json()) == str(before)
    assert [each["type"] for each in dressed["data"]] == [each["type"] for each in before["data"]]


@pytest.mark.parametrize("picture", [
    feature_map(RNG.normal(size=(6, 7)).astype(np.float32), unit=(1, 2)),
    photo(RNG.integers(0, 255, (8, 8, 3), dtype=np.uint8)),
])  # fmt: skip
def test_pictures_and_what_is_drawn_over_them_keep_their_colours(picture: go.Figure) -> None:
    dressed = dress(picture, dark=True)
    for before, after in zip(picture._data, dressed._data, strict=True):
        assert after is before or after.get("colorscale") == before.get("colorscale")
    assert list(dressed._layout["shapes"]) == list(picture._layout.get("shapes", []))
    assert contrast(dressed.layout.font.color, DARK) >= 4.5


def test_a_line_beside_a_picture_is_shaded_and_one_over_it_is_not() -> None:
    heat = {"type": "heatmap", "z": np.eye(3), "colorscale": [[0, "#000000"], [1, "#0b5cad"]]}
    figure = plain_figure([heat, LINE, {**LINE, "xaxis": "x2", "yaxis": "y2"}], PICTURE, height=100)
    over, beside = (trace["line"]["color"] for trace in dress(figure, dark=True)._data[1:])
    assert over == KERNEL
    assert contrast(beside, DARK) >= 4.5


def test_a_light_page_gets_the_figure_itself() -> None:
    figure = plain_figure([LINE], {}, height=80)
    assert dress(figure, dark=False) is figure


def test_a_tint_keeps_its_opacity() -> None:
    area = {**LINE, "fillcolor": tint(INPUT, 0.12)}
    (trace,) = dress(plain_figure([area], {}, height=80), dark=True)._data
    assert trace["fillcolor"].startswith("rgba(108,180,255,")
    assert trace["fillcolor"].endswith(",0.12)")
