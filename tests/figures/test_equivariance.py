import numpy as np
import plotly.graph_objects as go
import pytest

from cnnviz.figures.equivariance import bars, side_by_side, signals

NAMES, SERIES = ["conv1", "pool1", "fc1"], {"inside": [0.0, 0.3, None], "border": [0.2, 0.1, None]}
MAP = np.arange(6.0).reshape(2, 3)
INSIDE = np.array([[0, 1, 1], [0, 0, 0]])


@pytest.mark.parametrize("figure", [
    bars(NAMES, SERIES, y="share", hatched=[False, True, False]),
    bars([f"layer{number}" for number in range(99)], {"inside": [0.1] * 99}, y="share", x="layers"),
    bars([], {"inside": []}, y="share"),
    side_by_side({"one": MAP, "other": -MAP}, frame=INSIDE),
    side_by_side({"one": MAP, "other": MAP}, frame=np.zeros((2, 3)), signed=True),
    signals({"signal": np.array([0.0, 1, np.nan]), "kept": np.array([np.nan, 1, 1])}),
])  # fmt: skip
def test_plotly_finds_nothing_wrong_with_it(figure):
    checked = go.Figure(figure.to_plotly_json())
    assert len(checked.data) == len(figure.data)


def test_only_exact_zeros_are_written_and_only_what_is_hatched_is():
    drawn = bars(NAMES, SERIES, y="share", hatched=[False, True, False]).data
    assert [list(each.text) for each in drawn] == [["0", "", ""], ["", "", ""]]
    assert list(drawn[0].marker.pattern.shape) == ["", "/", ""]


def test_maps_stand_side_by_side_and_each_has_its_frame():
    figure = side_by_side({"one": MAP, "other": 2 * MAP}, frame=INSIDE)
    drawn = figure.data[0].z
    np.testing.assert_array_equal(drawn[:, :3], MAP)
    np.testing.assert_array_equal(drawn[:, 4:], 2 * MAP)
    assert np.isnan(drawn[:, 3]).all()
    edges = {
        (shape["x0"], shape["x1"], shape["y0"], shape["y1"]) for shape in figure.to_plotly_json()["layout"]["shapes"]
    }
    assert edges == {(0.5, 2.5, -0.5, 0.5), (4.5, 6.5, -0.5, 0.5)}


def test_a_hover_names_the_column_of_its_own_map():
    columns = np.array(side_by_side({"one": MAP, "other": MAP}).data[0].customdata)
    assert columns[0].tolist() == [0, 1, 2, -1, 0, 1, 2]
