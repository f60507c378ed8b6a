"""The figures on normalisation: Plotly finds nothing wrong, and what is drawn are the numbers."""

import numpy as np
import plotly.graph_objects as go
import pytest

from cnnviz.figures.banded_curves import banded
from cnnviz.figures.normalization import channel_histograms, noise_curve, normalised_pair, statistic_curves

RUNS = {"a": np.array([[1.0, 2.0, 3.0], [3.0, 4.0, np.nan]]), "b": np.array([[1.0, np.nan, np.nan]] * 2)}
FIGURES = {
    "banded": banded((0.1, 1, 10), RUNS, x="x", y="y", logarithmic=True, at=1),
    "nothing": banded((1, 2), {"a": np.full((2, 2), np.nan)}, x="x", y="y"),
    "statistics": statistic_curves(np.ones(3), np.ones(3), ("own", "running"), x="batches"),
    "noise": noise_curve((2, 4), np.array([0.5, 0.25]), x="size", y="noise", at=4),
    "histograms": channel_histograms(np.random.default_rng(0).normal(size=(3, 50)), x="channel", y="value", at=1),
    "flat": channel_histograms(np.zeros((2, 4)), x="channel", y="value"),
}


@pytest.mark.parametrize("name", FIGURES)
def test_plotly_finds_nothing_wrong_with_it(name):
    go.Figure(FIGURES[name].to_dict())


def test_a_line_is_the_mean_of_the_runs_that_are_numbers_and_the_band_their_extremes():
    upper, lower, line = FIGURES["banded"].data[:3]
    assert list(upper.y) == [3, 4, 3]
    assert list(lower.y) == [1, 2, 3]
    assert list(line.y) == [2, 3, 3]
    assert list(FIGURES["banded"].data[5].x) == [0.1]


def test_a_column_holds_the_shares_of_its_channel():
    values = np.array([[0.0, 0, 0, 9], [9, 9, 9, 9]])
    heat = channel_histograms(values, x="channel", y="value", bins=3).data[0]
    assert np.array(heat.customdata).tolist() == [[0.75, 0], [0, 0], [0.25, 1]]
    np.testing.assert_allclose(heat.y, [1.5, 4.5, 7.5])


def test_a_pair_stands_side_by_side_with_the_mean_in_grey():
    drawn = normalised_pair(np.zeros((3, 2, 2)), np.full((3, 2, 2), 9.0), scale=2)
    assert drawn.shape == (4, 4 + 12 + 4, 4)
    assert drawn[0, 0].tolist() == [128, 128, 128, 255]
    assert drawn[0, -1].tolist() == [255, 255, 255, 255]
    assert drawn[0, 8, 3] == 0
