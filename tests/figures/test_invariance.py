import numpy as np
import plotly.graph_objects as go
import pytest

from cnnviz.figures.invariance import layers_heat

AMOUNTS = [-10, 0, 25]
VALUES = np.array([[0.1, 0.0, np.inf], [0.5, 0.0, 0.3]])
HEAT = layers_heat(AMOUNTS, VALUES, ["input", "a.very.long.name.of.a.layer"], at=0, chosen=1, x="degrees", y="change")


@pytest.mark.parametrize("figure", [
    HEAT,
    layers_heat(AMOUNTS, np.zeros((150, 3)), [f"layer{k}" for k in range(150)], at=-10, chosen=0, x="x", y="y"),
])  # fmt: skip
def test_plotly_finds_nothing_wrong_with_it(figure):
    checked = go.Figure(figure.to_plotly_json())
    assert len(checked.data) == len(figure.data)


def test_the_amount_and_the_layer_are_marked_and_what_is_no_number_is_left_out():
    shapes = HEAT.to_plotly_json()["layout"]["shapes"]
    assert [shape["x0"] for shape in shapes if shape["type"] == "line"] == [0, 0]
    assert [(shape["y0"], shape["y1"]) for shape in shapes if shape["type"] == "rect"] == [(0.5, 1.5)]
    assert np.isnan(HEAT.data[0].z[0, 2])
    assert HEAT.layout.yaxis.ticktext[1].startswith("…")


@pytest.mark.parametrize("chosen", [0, 1, 7, 24])
def test_the_chosen_layer_has_its_name_and_no_two_names_touch(chosen):
    names = [f"layer{k}" for k in range(25)]
    axis = layers_heat(AMOUNTS, np.zeros((25, 3)), names, at=0, chosen=chosen, x="x", y="y").layout.yaxis
    assert f"layer{chosen}" in axis.ticktext
    assert min(np.diff(axis.tickvals)) >= 2
