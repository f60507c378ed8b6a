"""The figures of the screen on initialisation."""

import numpy as np
import plotly.graph_objects as go

from cnnviz.figures.by_depth import by_depth
from cnnviz.figures.unit_rows import unit_rows


def test_lines_keep_their_numbers_and_leave_gaps_where_there_is_none():
    given = {"a": [1.0, 0.1, 0.0, np.inf], "b": np.array([1e-6, 1e-5, np.nan, 2.0])}
    figure = by_depth(given, x="layer", y="deviation", first=1)
    assert [trace.name for trace in figure.data] == ["a", "b"]
    assert list(figure.data[0].x) == [1, 2, 3, 4]
    np.testing.assert_array_equal(figure.data[0].y, [1, 0.1, np.nan, np.nan])
    np.testing.assert_array_equal(figure.data[1].y, [1e-6, 1e-5, np.nan, 2])
    assert figure.layout.yaxis.type == "log"
    low, high = figure.layout.yaxis.range
    assert low < -6 < np.log10(2) < high


def test_eight_lines_look_different():
    figure = by_depth({str(line): [1.0, 2.0] for line in range(8)}, x="", y="")
    assert len({(each.line.color, each.line.dash) for each in figure.data}) == 8


def test_an_axis_ends_at_the_most_and_need_not_be_a_logarithm():
    diverging = by_depth({"a": [2.0, 1e12], "b": [2.0, 0.1]}, x="", y="", most=30)
    assert diverging.layout.yaxis.range[1] < 2
    assert diverging.layout.yaxis.tickformat == "~g"
    plain = by_depth({"a": [0.0, 0.5]}, x="", y="", logarithm=False)
    assert plain.data[0].y[0] == 0
    assert plain.layout.yaxis.type != "log"
    # Plotly finds nothing wrong with any of them.
    for each in (diverging, plain):
        go.Figure(each.to_plotly_json())
    # Nothing but zeros has no place on a logarithm, and no error either.
    assert np.isnan(by_depth({"a": [0.0, 0.0]}, x="", y="").data[0].y).all()


def test_units_are_rows_and_steps_columns():
    rows = np.arange(2 * 3 * 4, dtype=np.float32).reshape(2, 3, 4)
    figure = unit_rows(rows, (10, 20), unit="unit", step="step")
    go.Figure(figure.to_plotly_json())
    drawn = np.array(figure.data[0].z, float)
    assert drawn.shape == (3 * 4 - 2, 2 * 4 - 2)
    np.testing.assert_array_equal(drawn[4:6, 0:2], rows[0, 1].reshape(2, 2))
    np.testing.assert_array_equal(drawn[8:10, 4:6], rows[1, 2].reshape(2, 2))
    assert np.isnan(drawn[2:4]).all()
    assert (list(figure.layout.xaxis.ticktext), list(figure.layout.yaxis.ticktext)) == (["10", "20"], ["1", "2", "3"])
    assert figure.data[0].zmax == -figure.data[0].zmin == 23
