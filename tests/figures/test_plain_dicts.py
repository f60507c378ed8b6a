"""Figures of plain dicts: what a browser gets is Plotly's own, and Plotly's objects are there for who asks."""

import copy
import json

import numpy as np
import plotly.graph_objects as go
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from cnnviz.figures.plain_dicts import PlainFigure

LAYOUT = {
    "template": {},
    "title": {"text": "shares"},
    "xaxis": {"range": [0, 3]},
    "shapes": [{"type": "line", "x0": 1, "x1": 1}],
}
TYPES = st.sampled_from(["int8", "uint8", "int16", "int32", "int64", "uint64", "float32", "float64", "bool"])


def sent(figure):
    return json.loads(figure.to_json())


def scatter(**more):
    return {"type": "scatter", "x": np.arange(3), "y": [1.5, None, 2], "name": None, **more}


@given(TYPES.flatmap(lambda kind: arrays(kind, array_shapes(max_dims=2, max_side=5))))
def test_arrays_are_sent_as_plotly_sends_them(values):
    trace = {"type": "heatmap", "z": values, "customdata": values, "colorscale": [[0, "#ffffff"], [1, "#0b5cad"]]}
    assert sent(PlainFigure.of([trace], LAYOUT)) == sent(go.Figure([trace], LAYOUT, _validate=False))


def test_what_is_not_set_is_not_sent():
    figure = PlainFigure.of([scatter()], {**LAYOUT, "height": None})
    assert sent(figure) == sent(go.Figure([scatter()], LAYOUT, _validate=False))
    assert "height" not in sent(figure)["layout"]


def test_plotlys_objects_are_there_when_asked_for():
    figure = PlainFigure.of([scatter()], LAYOUT)
    assert isinstance(figure, go.Figure)
    assert isinstance(figure.data[0], go.Scatter)
    assert figure.layout.title.text == "shares"
    with pytest.raises(AttributeError):
        figure.no_such_thing  # noqa: B018


def test_what_is_changed_by_plotlys_objects_is_sent():
    figure, whole = PlainFigure.of([scatter()], LAYOUT), go.Figure([scatter()], LAYOUT, _validate=False)
    for each in (figure, whole):
        each.update_layout(height=300).add_hline(y=1)
    assert sent(figure) == sent(whole)
    assert sent(figure)["layout"]["height"] == 300


def test_a_copy_is_plotlys_copy():
    figure, whole = PlainFigure.of([scatter()], LAYOUT), go.Figure([scatter()], LAYOUT, _validate=False)
    assert sent(copy.deepcopy(figure)) == sent(copy.deepcopy(whole))
