"""Figures of a network that learns: what is drawn is what was given."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnviz.figures.training import confusion, decision_plane, layer_ratios, learning_curve

WORDS = {"right": "right", "said": "said", "hover": "%{customdata}"}


@given(st.integers(0, 2000))
def test_a_curve_is_its_means_at_the_middle_of_what_they_are_means_of(count):
    values = np.arange(count, dtype=np.float32) * 3 + 1
    figure = learning_curve(values, np.array([[0, 2.0], [count, 1.0]]), ("a", "b", "c"), x="steps", y="loss")
    curve, tests = figure._data
    # Of numbers in a line the mean is the number in the middle.
    assert np.allclose(curve["y"], curve["x"] * 3 + 1)
    assert len(curve["x"]) <= 300
    assert len(curve["x"]) == count or len(curve["x"]) >= 150
    assert tests["x"].tolist() == [0, count]
    assert figure._layout["xaxis"]["range"][1] >= count


def test_a_kept_run_lies_behind():
    now, then = (np.ones(3), np.array([[0, 0.5]])), (np.zeros(40), np.array([[0, 2.0], [40, 1.0]]))
    figure = learning_curve(*now, ("a", "b", "c"), x="", y="", kept=then)
    assert [each["name"] for each in figure._data] == ["c", "c", "a", "b"]
    assert [len(each["x"]) for each in figure._data] == [40, 2, 3, 1]
    assert figure._layout["xaxis"]["range"][1] == 40


def test_shares_are_percentages():
    figure = learning_curve(np.ones(3), np.array([[0, 0.5]]), ("a", "b", "c"), x="steps", y="accuracy", share=True)
    assert figure._layout["yaxis"]["tickformat"] == ".0%"


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=60))
def test_every_mistake_has_a_point_that_can_be_clicked(pairs):
    right, said = np.array(pairs).T
    counts = np.histogram2d(right, said, bins=4, range=[[0, 4], [0, 4]])[0].astype(int)
    heat, cells = confusion(counts, "abcd", **WORDS)._data
    clicked = {(row, column) for row, column in zip(cells["y"], cells["x"], strict=True)}
    assert clicked == {(a, b) for a, b in pairs if a != b}
    assert heat["z"].sum() == (right != said).sum()
    assert heat["z"].trace() == 0
    assert (heat["text"] != "").sum() == len(set(pairs))


def test_a_plane_is_drawn_upright():
    plane = np.zeros((4, 4))
    plane[0, 3] = 1.0  # right and above
    heat, dots = decision_plane(plane, np.array([[1.0, 2.0]]), np.array([1]), reach=8)._data
    row, column = np.argwhere(heat["z"] == 1)[0]
    assert (heat["x"][column], heat["y"][row]) == (6, 6)
    assert (dots["x"][0], dots["y"][0]) == (1, 2)


@given(st.integers(1, 3000))
def test_many_tests_are_thinned_and_the_last_one_stays(count):
    tests = np.stack([np.arange(count) * 7.0, np.arange(count) + 0.5], axis=1)
    drawn = learning_curve(np.ones(3), tests, ("a", "b", "c"), x="", y="")._data[1]
    assert drawn["x"][-1] == 7 * (count - 1)
    assert len(drawn["x"]) == len(drawn["y"]) <= 300
    assert (drawn["x"] / 7 + 0.5 == drawn["y"]).all()
    assert len(drawn["x"]) == count or len(drawn["x"]) >= 150


def test_layers_have_a_line_each_and_a_zero_none():
    figure = layer_ratios(
        np.array([0, 10]), {"conv1": np.array([0.1, 0.0]), "fc1": np.array([1, 2])}, x="", y="", usual=""
    )
    assert [each["name"] for each in figure._data] == ["conv1", "fc1"]
    assert np.isnan(figure._data[0]["y"][1])
    assert figure._layout["shapes"][0]["y0"] == pytest.approx(10 ** figure._layout["annotations"][0]["y"])
