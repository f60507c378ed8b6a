import numpy as np
import plotly.graph_objects as go
import pytest

from cnnviz.figures.interpolation import loss_along, read_at, value_along, written

NAMES = "point", "four", "rounded"
IMAGE = np.arange(25.0).reshape(5, 5)
LARGE = np.arange(784.0).reshape(28, 28)
AT = np.linspace(-1, 1, 11)
ENDS = np.array([0.5, 0.3]), np.array([1.0, 0.0])


def along(*kinks):
    names = "bilinear", "rounding", "tangent", "secant"
    return value_along(
        AT, (AT**2, AT > 0), (0.2, 0.04, 1.0), 0.4, 0.1, ENDS, np.array(kinks), names=names, x="theta", y="value"
    )


def losses():
    names = "bilinear", "rounding"
    return loss_along(AT, (AT**2, AT > 0), (0.2, 0.04, 1.0), 0.0, names=names, answer_name="goal", x="theta", y="loss")


@pytest.mark.parametrize("figure", [
    read_at(IMAGE, 1.6, 2.4, (2, 2), names=NAMES),
    read_at(LARGE, -40.0, 90.0, (-40, 90), names=NAMES),
    written(IMAGE, (3, 1)),
    written(LARGE, (3, 1)),
    along(),
    along(-0.4, 0.4),
    losses(),
])  # fmt: skip
def test_plotly_finds_nothing_wrong_with_it(figure):
    checked = go.Figure(figure.to_plotly_json())
    assert len(checked.data) == len(figure.data)


def test_the_four_neighbours_and_the_rounded_one_are_framed():
    frames = {trace["name"]: trace for trace in read_at(IMAGE, 1.6, 2.4, (2, 2), names=NAMES).data if trace["name"]}
    assert (min(frames["four"]["x"]), max(frames["four"]["x"])) == (0.5, 2.5)
    assert (min(frames["four"]["y"]), max(frames["four"]["y"])) == (1.5, 3.5)
    assert np.mean(frames["rounded"]["x"][:4]) == pytest.approx(2)
    assert (frames["point"]["x"], frames["point"]["y"]) == ((1.6,), (2.4,))


@pytest.mark.parametrize(("x", "y"), [(12.9, 20.6), (0.2, 27.0), (-40.0, 90.0)])
def test_of_a_large_image_the_part_about_the_point_is_drawn_where_it_lies(x, y):
    cells = read_at(LARGE, x, y, (round(x), round(y)), names=NAMES).data[0]
    rows, columns = cells["z"].shape
    assert rows == columns <= 7
    np.testing.assert_array_equal(
        cells["z"], LARGE[cells["y0"] : cells["y0"] + rows, cells["x0"] : cells["x0"] + columns]
    )
    assert cells["x0"] <= min(max(x, 0), 27) <= cells["x0"] + columns


def test_the_numeric_derivative_joins_the_values_a_step_up_and_down():
    lines = [trace for trace in along().data if trace["name"] == "secant"]
    assert [tuple(line["x"]) for line in lines] == [pytest.approx((0.3, 0.1))] * 2
    assert [tuple(line["y"]) for line in lines] == [tuple(each) for each in ENDS]
    tangent = next(trace for trace in along().data if trace["name"] == "tangent")
    rise = (tangent["y"][1] - tangent["y"][0]) / (tangent["x"][1] - tangent["x"][0])
    assert rise == pytest.approx(0.4)


def test_the_present_value_is_marked_on_both_curves():
    points = losses().data[-1]
    assert (tuple(points["x"]), tuple(points["y"])) == ((0.2, 0.2), (0.04, 1.0))
    assert losses().layout["shapes"][0]["x0"] == 0
