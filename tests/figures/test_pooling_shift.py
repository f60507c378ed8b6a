import numpy as np
import plotly.graph_objects as go
import pytest

from cnnviz.figures.pooling_shift import before_and_after, stays

BEFORE, AFTER = np.array([[0.0, 1], [2, 3]]), np.array([[0.0, 1], [5, 3]])
LINES = {"no pooling": np.array([0.5, 0.2, 0.1]), "max": np.array([0.9, 0.3, 0.2])}


@pytest.mark.parametrize("figure", [
    before_and_after(BEFORE, AFTER, BEFORE == AFTER, ("before", "after")),
    before_and_after(np.zeros((1, 30)), np.zeros((1, 30)), np.ones((1, 30), bool), ("a", "b")),
    before_and_after(-BEFORE, AFTER, BEFORE == AFTER, ("before", "after")),
    stays(LINES, 2, x="columns", y="share"),
    stays(LINES, 0, x="columns", y="share"),
])  # fmt: skip
def test_plotly_finds_nothing_wrong_with_it(figure):
    checked = go.Figure(figure.to_plotly_json())
    assert len(checked.data) == len(figure.data)


def test_what_stays_is_outlined_in_both_maps():
    figure = before_and_after(BEFORE, AFTER, BEFORE == AFTER, ("before", "after")).to_plotly_json()
    centres = {((s["x0"] + s["x1"]) / 2, (s["y0"] + s["y1"]) / 2) for s in figure["layout"]["shapes"]}
    assert centres == {(0, 0), (1, 0), (1, 1), (3, 0), (4, 0), (4, 1)}
    drawn = before_and_after(BEFORE, AFTER, BEFORE == AFTER, ("before", "after")).data[0].z
    np.testing.assert_array_equal(drawn[:, :2], BEFORE)
    np.testing.assert_array_equal(drawn[:, 3:], AFTER)
