import plotly.graph_objects as go
import pytest

from cnnviz.figures.field_by_layer import Growth, depth
from cnnviz.figures.network_costs import Costs, where

SMALL = Costs(["conv1", "fc1"], [2**20, 2**19], [10, 1000], [5000, 1000], ("m", "p", "c"), "one")
LARGE = Costs([f"conv{i}" for i in range(90)], [2**21] * 90, [7] * 90, [10**9] * 90, ("m", "p", "c"), "two")


def test_each_panel_has_every_layers_number():
    memory, parameters, macs = where([SMALL]).data
    assert list(memory.y) == [1.0, 0.5]  # MiB
    assert list(parameters.y) == [10, 1000]
    assert list(macs.y) == [5000, 1000]
    assert list(macs.customdata) == ["conv1", "fc1"]


def test_two_networks_stand_side_by_side_on_one_scale():
    figure = where([SMALL, LARGE])
    layout = figure.layout
    for one, two in (("", "4"), ("2", "5"), ("3", "6")):
        assert layout[f"yaxis{one}"].range == layout[f"yaxis{two}"].range
        assert layout[f"yaxis{one}"].domain == layout[f"yaxis{two}"].domain
        assert layout[f"xaxis{one}"].range == layout[f"xaxis{two}"].range
        assert layout[f"xaxis{one}"].domain[1] < layout[f"xaxis{two}"].domain[0]
    assert layout.yaxis.range[1] >= 2
    assert {"<b>one</b>", "<b>two</b>"} <= {note.text for note in layout.annotations}


def test_names_of_many_layers_do_not_run_into_one_another():
    axis = where([LARGE]).layout.xaxis3
    assert 12 <= len(axis.tickvals) <= 20
    assert axis.ticktext[1] == f"conv{axis.tickvals[1]}"
    long = Costs(["features.denseblock4.denselayer16.conv2"], [1], [1], [1], ("", "", ""))
    (name,) = where([long]).layout.xaxis3.ticktext
    assert len(name) <= 20
    assert name.endswith("layer16.conv2")


def growth(**changes) -> Growth:
    known = {"names": ["a", "b", "c"], "sizes": [3, 30, None], "side": 28, "covers": 1, "whole_from": 2}
    return Growth(**{**known, "line": "the image", "whole": "all", **changes})


def test_the_field_is_drawn_against_the_image_and_where_it_covers_it():
    figure = depth([growth()])
    assert list(figure.data[0].y) == [3, 30, None]
    image, covers, whole = figure.layout.shapes
    assert (image.y0, image.y1) == (28, 28)
    assert covers.x0 == covers.x1 == 1
    assert (whole.x0, whole.x1) == (1.5, 2.6)
    assert figure.layout.yaxis.range[1] > 30


def test_the_layer_that_covers_the_image_is_named_where_there_is_room():
    names, sizes = [f"layer {at}" for at in range(9)], [9] * 9
    for covers, side in ((1, "left"), (7, "right")):
        figure = depth([growth(names=names, sizes=sizes, covers=covers)])
        (note,) = [each for each in figure.layout.annotations if "layer" in each.text]
        assert (note.x, note.xanchor) == (covers, side)


def test_where_nothing_covers_the_image_only_its_side_is_drawn():
    figure = depth([growth(sizes=[3, 5, 7], covers=None, whole_from=None)])
    assert len(figure.layout.shapes) == 1
    assert figure.layout.yaxis.range[1] > 28


def test_what_is_said_at_the_image_does_not_run_into_what_is_said_at_the_top():
    (_, top), side = depth([growth(side=200)]).layout.yaxis.range, 200
    # Two lines of 14 pixels with some room, in what a figure of 240 has for its axis.
    assert (top - side) / top * 215 >= 40


@pytest.mark.parametrize(
    "figure", [where([SMALL, LARGE]), depth([growth(), growth(names=["x"], sizes=[9], covers=None, whole_from=None)])]
)
def test_plotly_itself_accepts_the_figures(figure):
    go.Figure(figure.to_dict())


def test_networks_without_layers_make_empty_charts():
    empty = Costs([], [], [], [], ("", "", ""))
    assert len(where([empty]).data[0].y) == 0
