import numpy as np
import plotly.graph_objects as go
import pytest

from cnnviz.figures.sweep_curves import MOST, SCALES, sweep

AMOUNTS = (-10, 0, 25)


@pytest.mark.parametrize("scale", SCALES)
def test_plotly_finds_nothing_wrong_with_it(scale):
    lines = {str(number): np.array([0.1, 0, np.inf]) for number in range(MOST + 3)}
    figure = sweep(AMOUNTS, lines, x="x", y="y", scale=scale, at=0, band=(-5, 5), faint=np.ones((3, 4)))
    assert len(go.Figure(figure.to_plotly_json()).data) == MOST + 4


def test_the_amount_and_the_stretch_are_where_they_are_and_an_amount_outside_is_not_marked():
    figure = sweep(AMOUNTS, {"a": [0, 1, 2]}, x="x", y="y", at=5, band=(-2, 3)).to_plotly_json()
    assert [(shape["x0"], shape["x1"]) for shape in figure["layout"]["shapes"]] == [(-2, 3), (5, 5)]
    assert sweep(AMOUNTS, {"a": [0, 1, 2]}, x="x", y="y", at=26).to_plotly_json()["layout"]["shapes"] == []


def test_what_is_no_number_is_left_out_and_a_zero_from_a_logarithm():
    lines = {"a": np.array([0.0, 0.5, np.inf])}
    assert np.isnan(sweep(AMOUNTS, lines, x="", y="").data[0].y).tolist() == [False, False, True]
    assert np.isnan(sweep(AMOUNTS, lines, x="", y="", scale="log").data[0].y).tolist() == [True, False, True]


def test_powers_of_ten_have_a_tick_each_or_every_few_and_zeros_are_left_out():
    figure = sweep(range(4), {"a": [1, 1e-4, 0, 1e-30]}, x="x", y="y", scale="power")
    go.Figure(figure.to_dict())
    assert (figure.layout.yaxis.type, figure.layout.yaxis.dtick) == ("log", 4)
    assert np.isnan(figure.data[0].y[2])
    assert sweep(range(2), {"a": [1, 1e-3]}, x="x", y="y", scale="power").layout.yaxis.dtick == 1
    assert sweep(range(2), {"a": [1, 2]}, x="x", y="y", scale="power").layout.yaxis.dtick is None
