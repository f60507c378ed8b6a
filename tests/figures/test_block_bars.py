"""Bars by block: heights, extremes, blocks without numbers, and the levels of the whole networks."""

import numpy as np

from cnnviz.figures.block_bars import block_bars


def test_bars_are_means_with_their_extremes_and_gaps_stay_empty():
    runs = np.array([[0.2, np.nan, 0.6], [0.4, np.nan, 0.9]])
    figure = block_bars(
        {"plain": runs, "residual": runs / 2}, x="block", y="error", whole={"plain": 0.1, "residual": 0}
    )
    bars = figure.data[0]
    assert list(bars.x) == [1, 3]
    np.testing.assert_allclose(bars.y, [0.3, 0.75])
    np.testing.assert_allclose(bars.error_y.array, [0.1, 0.15])
    np.testing.assert_allclose(bars.error_y.arrayminus, [0.1, 0.15])
    assert [each.y0 for each in figure.layout.shapes] == [0.1, 0]


def test_one_run_has_no_extremes_and_the_chosen_block_is_set_off():
    figure = block_bars({"cat": np.array([[0.5, 0.2]])}, x="block", y="probability", whole={"cat": 0.6}, at=1)
    assert figure.data[0].error_y.array is None
    first, second = figure.data[0].marker.color
    assert first.startswith("rgba")
    assert second.startswith("#")
