"""The figures of the receptive field's screen: Plotly would take every property, and they show what they are given."""

import numpy as np
import plotly.graph_objects as go
import pytest

from cnnviz.arithmetic.field_growth import Course
from cnnviz.figures.effective_field import effective_field
from cnnviz.figures.field_comparison import MOST, depths

COURSES = [
    Course("a", (64, 64), [0, 1, 2], [1, 3, 70], ["input", "conv1", "conv2"], (2, "conv2"), (3, "pool")),
    Course("b", (224, 200), [0, 1], [1, 7], ["input", "stem"], None, None),
    Course("c", (64, 64), [0], [1], ["input"], None, (0, "fc")),
    Course("d", (28, 28), [0, 4], [1, 28], ["input", "x"], (4, "x"), None),
]
WORDS = {"across": "layers", "image": "image of {side}", "whole": "{layer}: all"}
ENERGY = np.outer(np.hanning(20), np.hanning(24)).astype(np.float32)


@pytest.mark.parametrize(
    "figure",
    [
        depths(COURSES, **WORDS),
        depths(COURSES[:1], logarithmic=True, **WORDS),
        effective_field(ENERGY, (2, -3, 15, 10), radius=4.5),
        effective_field(ENERGY, None, radius=4.5),
        effective_field(np.zeros((5, 5), np.float32), (0, 0, 3, 3), radius=0),
    ],
)
def test_plotly_finds_nothing_wrong_with_it(figure):
    checked = go.Figure(figure.to_plotly_json())
    assert len(checked.data) == len(figure.data)


def test_each_network_has_a_line_of_its_own_colour_and_dash_and_a_star_where_it_sees_all():
    data = depths(COURSES, **WORDS).to_plotly_json()["data"]
    lines = [trace for trace in data if trace["mode"] == "lines+markers"]
    assert [trace["name"] for trace in lines] == list("abcd")
    assert len(COURSES) == MOST
    for what in ("color", "dash"):
        assert len({trace["line"][what] for trace in lines}) == MOST
    assert lines[0]["y"] == [1, 3, 70]
    stars = [trace for trace in data if trace["mode"] == "markers"]
    assert [(trace["x"], trace["y"]) for trace in stars] == [([3], [70]), ([0], [64])]
    texts = next(trace for trace in data if trace["mode"] == "text")
    assert texts["text"] == ["image of 28", "image of 64", "image of 224"]


def test_the_heatmap_is_the_strength_and_the_circle_holds_its_pixels():
    figure = effective_field(ENERGY, (2, 4, 12, 14), radius=3)
    strength = np.asarray(figure.data[0].z)
    np.testing.assert_allclose(strength**2, ENERGY / ENERGY.max(), atol=1e-6)
    box, *circles = figure.layout.shapes
    assert (box.x0, box.x1, box.y0, box.y1) == (3.5, 13.5, 1.5, 11.5)
    # The middle of rows 2 to 11 is 6.5.
    assert all((circle.y0, circle.y1) == (3.0, 10.0) for circle in circles)
    assert not any(shape.type == "circle" for shape in effective_field(0 * ENERGY, None, radius=1).layout["shapes"])
