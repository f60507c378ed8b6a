"""Every figure that a test of this folder makes is what Plotly itself would send of the same traces and layout."""

import json

import plotly.graph_objects as go
import pytest

from cnnviz.figures.plain_dicts import PlainFigure


@pytest.fixture(autouse=True)
def sent_as_plotly_would(monkeypatch):
    make = PlainFigure.of

    def checked(data, layout):
        wanted = json.loads(go.Figure(data=data, layout=layout, _validate=False).to_json())
        figure = make(data, layout)
        assert json.loads(figure.to_json()) == wanted
        return figure

    monkeypatch.setattr(PlainFigure, "of", checked)
