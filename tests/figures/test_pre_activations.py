"""The histogram under a curve: bars, line and tinted stretches where they belong."""

import numpy as np
import plotly.graph_objects as go

from cnnviz.figures.pre_activations import pre_activations

EDGES = np.linspace(-8, 8, 17)
X = np.linspace(-8, 8, 161)


def test_bars_line_and_flat_stretches():
    shares = np.arange(16) / 120
    values = np.tanh(X)
    figure = pre_activations(EDGES, shares, X, values, 1 - values**2 < 0.1, ("x", "share", "tanh"))
    # Checked by Plotly this time.
    go.Figure(figure.to_dict())
    bars, line = figure.data
    assert list(bars.x) == [-7.5 + at for at in range(16)]
    assert list(bars.y) == list(shares)
    assert list(line.y) == list(values)
    # tanh's slope is 0.1 at x = 1.8184.
    assert [(round(each.x0, 6), round(each.x1, 6)) for each in figure.layout.shapes] == [(-8, -1.9), (1.9, 8)]
    low, high = figure.layout.yaxis2.range
    assert low < -1 < 1 < high


def test_an_unbounded_function_does_not_flatten_the_rest():
    figure = pre_activations(EDGES, np.full(16, 1 / 16), X, X, np.zeros(161, bool), ("x", "share", "x"))
    assert figure.layout.yaxis2.range[1] < 5
    assert not figure.layout.shapes
