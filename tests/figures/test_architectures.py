"""Figures of the gallery: what is drawn is what was given, and Plotly takes it."""

from itertools import pairwise

import numpy as np
import plotly.graph_objects as go
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnviz.figures.accuracy_by_cost import Disc, accuracy_by_cost
from cnnviz.figures.class_panels import class_panels
from cnnviz.figures.cost_panels import Panel, cost_panels
from cnnviz.figures.error_timeline import error_timeline
from cnnviz.figures.style import INPUT, KERNEL, OUTPUT

DISCS = [Disc(number, 10.0**number, 50 + number, 10**6 * (number + 1), f"net {number}") for number in range(6)]


def valid(figure: go.Figure) -> go.Figure:
    """Return the figure again, with every property checked by Plotly."""
    return go.Figure(data=list(figure._data), layout=dict(figure._layout))


@given(st.lists(st.floats(0.5, 40), min_size=2, max_size=12), st.floats(1, 20), st.data())
def test_bars_are_the_errors_and_the_line_is_at_the_persons(errors, person, data):
    names = [f"{2010 + place}" for place in range(len(errors))]
    chosen = data.draw(st.integers(0, len(errors) - 1))
    figure = error_timeline(names, errors, [True] * len(errors), chosen=chosen, person=person, words=("y", "a person"))
    (bars,) = figure._data
    assert bars["y"] == errors
    assert bars["customdata"] == list(range(len(errors)))
    assert [colour == KERNEL for colour in bars["marker"]["color"]] == [place == chosen for place in range(len(errors))]
    assert {shape["y0"] for shape in figure._layout["shapes"]} == {person}
    # A gap in the line is where a number stands, and nowhere else.
    drawn = [(shape["x0"], shape["x1"]) for shape in figure._layout["shapes"]]
    for place, error in enumerate(errors):
        covered = any(start <= place <= end for start, end in drawn)
        assert covered == (not person - 1.9 < error < person)
    # It goes on beside it, between two such numbers too.
    assert all(start < end for start, end in drawn)
    assert all(any(start < place + 0.5 < end for start, end in drawn) for place in range(len(errors) - 1))


def test_the_timeline_is_valid():
    valid(error_timeline(["a", "b"], [28.2, 3.57], [False, True], chosen=1, person=5.1, words=("y", "a person")))


@pytest.mark.parametrize("chosen", [None, DISCS[2]])
def test_discs_have_parameters_as_area_and_can_be_picked(chosen):
    figure = accuracy_by_cost({"a": DISCS[:2], "b": DISCS[2:4]}, DISCS[4:], chosen=chosen, words=("x", "y"))
    valid(figure)
    drawn = {}
    for trace in figure._data:
        assert trace["marker"]["sizemode"] == "area"
        if trace.get("hoverinfo") != "skip":
            numbers = zip(trace["x"], trace["y"], trace["marker"]["size"], trace["text"], strict=True)
            drawn |= dict(zip(trace["customdata"], numbers, strict=True))
    assert drawn == {each.number: (each.macs, each.accuracy, each.parameters, each.said) for each in DISCS}
    assert len({trace["marker"]["sizeref"] for trace in figure._data}) == 1
    rings = [trace for trace in figure._data if trace.get("hoverinfo") == "skip"]
    assert [ring["customdata"] for ring in rings] == ([] if chosen is None else [[chosen.number]])


@given(st.lists(st.integers(0, 10**12), min_size=2, max_size=3), st.integers(1, 4))
def test_every_panel_has_its_bars_from_0(values, count):
    names = [f"way {place}" for place in range(len(values))]
    panel = Panel("parameters", INPUT, values, [str(value) for value in values])
    figure = cost_panels(names, [panel] * count)
    assert [trace["x"] for trace in figure._data] == [values] * count
    layout = figure._layout
    axes = [layout[f"xaxis{number or ''}"] for number in (None, *range(2, count + 1))]
    assert all(axis["range"][0] == 0 and axis["range"][1] > max(values) for axis in axes)
    domains = [layout[f"yaxis{number or ''}"]["domain"] for number in (None, *range(2, count + 1))]
    assert all(0 <= low < high <= 1 for low, high in domains)
    assert all(above[0] >= below[1] for above, below in pairwise(domains))


def test_panels_are_valid():
    valid(cost_panels(["a", "b"], [Panel("parameters", INPUT, [1, 2], ["1", "2"])] * 3))


@given(st.integers(1, 5), st.integers(2, 10), st.integers(0, 2**32 - 1))
def test_class_panels_have_every_class_of_every_classifier_and_set_off_the_best(count, classes, seed):
    shares = np.random.default_rng(seed).dirichlet([0.2] * classes, size=count)
    names = [f"class {number}" for number in range(classes)]
    figure = valid(class_panels([f"panel {number}" for number in range(count)], list(shares), names))
    assert len(figure.data) == count
    for bars, share in zip(figure.data, shares, strict=True):
        assert list(bars.x) == share.tolist()
        (set_off,) = (row for row, colour in enumerate(bars.marker.color) if colour == OUTPUT)
        assert share[set_off] == share.max()
        assert list(bars.text) == [f"{each:.0%}" if each >= 0.005 else "" for each in share]
    assert list(figure.layout.yaxis.ticktext) == names
    assert [note.text for note in figure.layout.annotations] == [f"panel {number}" for number in range(count)]
    axes = ["xaxis", *(f"xaxis{number}" for number in range(2, count + 1))]
    domains = [figure.layout[axis].domain for axis in axes]
    assert all(left[1] < right[0] for left, right in pairwise(domains))
