"""The figures of penalties and of redundancy: valid for Plotly, and of the numbers that they are given."""

import numpy as np
import plotly.graph_objects as go

from cnnviz.figures.penalties import loss_gap, weight_histogram
from cnnviz.figures.redundancy import alone, averaging, several


def test_the_gap_lies_between_both_losses():
    steps = np.arange(500.0)
    learnt, tests = np.stack([steps, 1 / (1 + steps)], 1), np.stack([steps, 1 + steps / 100, steps], 1)
    figure = go.Figure(loss_gap(learnt, tests, ("a", "b", "c"), x="x", y="y", before=tests))
    first, second, third = figure.data
    assert (first.x[-1], first.y[-1]) == (499, learnt[-1, 1])
    assert (second.x[-1], second.y[-1], second.fill) == (499, tests[-1, 1], "tonexty")
    assert third.name == "c"
    assert len(first.x) <= 200


def test_zeros_have_a_bar_of_their_own():
    counts = np.array([0.0, 3, 5, 2])
    figure = go.Figure(weight_histogram(counts, 2.0, 70, zero="zero", x="x", y="y"))
    weights, zeros = figure.data
    assert np.nansum(weights.y) == 10
    assert list(weights.x) == [-2, -1, 0, 1]
    assert list(zeros.y) == [70]
    assert zeros.x[0] + zeros.width / 2 == 0
    assert len(weight_histogram(counts, 2.0, 0, zero="zero", x="x", y="y").data) == 1


def test_the_most_costly_unit_comes_first():
    rises = np.array([0.1, 0.4, -0.1]), np.array([0.0, 0.1, 0.2])
    figure = go.Figure(alone(rises, ("a", "b"), x="x", y="y"))
    assert [list(each.y) for each in figure.data] == [[0.4, 0.1, -0.1], [0.2, 0.1, 0.0]]
    lines = [((0, 2, 4), np.ones(3), np.array([0.9, 0.5, 0.1]))] * 2
    assert [list(each.x) for each in go.Figure(several(lines, ("a", "b"), x="x", y="y")).data] == [[0, 2, 4]] * 2
    level = go.Figure(averaging(np.array([3.0, 2, 1]), 1.5, names=("a", "b"), x="x", y="y")).data[1]
    assert list(level.y) == [1.5, 1.5]
