"""What pooling forgives, a pixel but not half the image, and what nothing in the network forgives: turning, scaling."""

from typing import Any

import numpy as np
import pandas as pd  # type: ignore[import-untyped]
import streamlit as st

from cnnviz import models
from cnnviz.arithmetic.pose import Pose, similarity
from cnnviz.engine.requests import Layers, ModelChoice, MoveMaps, ShiftAnswers
from cnnviz.figures.equivariance import bars
from cnnviz.figures.sweep_curves import sweep
from cnnviz.ui.chart import chart
from cnnviz.ui.engine import ask
from cnnviz.ui.layers import shown_rows
from cnnviz.ui.lesson import say, text
from cnnviz.ui.transform.keeping import csv_of, offer
from cnnviz.ui.transform.subject import Subject

SCREEN = "equivariance"
DIGITS = "lenet-relu-mnist"
SHIFTS = (0, 1, 2, 3, 4, 6, 8, 10, 12, 14)
# Before and after each of its poolings.
_PAIRS = ("relu1", "pool1", "relu2", "pool2")
_DEGREES, _SCALES = (15.0, 45.0, 90.0, 180.0), (0.8, 1.25)


@st.fragment
def show_digits() -> None:
    """Show what a shift does to the answers to the hundred test digits and to the poolings; it runs again alone."""
    st.subheader(text(SCREEN, "digits"))
    answer = ask(ShiftAnswers(ModelChoice(DIGITS), SHIFTS))
    if answer is None:
        return
    found = answer.found
    at = {name: found.names.index(name) for name in _PAIRS}
    one, half = SHIFTS.index(1), SHIFTS.index(14)
    six = SHIFTS.index(6)
    say(
        SCREEN,
        "digits_text",
        network=models.card(DIGITS).title,
        right_one=f"{found.right[one]:.0%}",
        right_six=f"{found.right[six]:.0%}",
        inside_six=f"{found.inside[six]:.0%}",
        right_half=f"{found.right[half]:.0%}",
        inside_half=f"{found.inside[half]:.0%}",
    )
    left, right = st.columns(2, gap="large")
    x = text(SCREEN, "digits_x")
    lines = {text(SCREEN, "line_right"): found.right, text(SCREEN, "line_inside"): found.inside}
    figures = [sweep(SHIFTS, lines, x=x, y=text(SCREEN, "share"), scale="whole")]
    chart(figures[0], key="digits-right", at=left, alt=text(SCREEN, "digits_alt"))
    changes = {name: found.changes[number] for name, number in at.items()}
    figures.append(sweep(SHIFTS, changes, x=x, y=text(SCREEN, "relative"), scale="share"))
    chart(figures[1], key="digits-changes", at=right, alt=text(SCREEN, "digits_changes_alt"))
    one_pixel = {name: f"{found.changes[number, one]:.0%}" for name, number in at.items()}
    half_image = {f"{name}_half": f"{found.changes[number, half]:.0%}" for name, number in at.items()}
    say(SCREEN, "digits_pooling", **one_pixel, **half_image)
    table = pd.DataFrame({"shift": SHIFTS, "right": found.right, "ink inside": found.inside, **_named(found)})
    offer("shifted-digits", text(SCREEN, "digits"), csv_of(table), lambda: figures)


def _named(found: Any) -> dict[str, np.ndarray]:
    return dict(zip(found.names, found.changes, strict=True))


@st.fragment
def show_movements(subject: Subject) -> None:
    """Compare shifts with turns and scales at the last layer that has positions; it runs again alone."""
    st.subheader(text(SCREEN, "others"))
    table = ask(Layers(subject.model))
    if table is None:
        return
    rows = [row for row in shown_rows(table.rows).values() if row.maps[1] * row.maps[2] > 1]
    if not rows:
        say(SCREEN, "others_none")
        return
    layer, side = rows[-1], table.input_size[3]
    field = layer.receptive_field
    stride = max(1, round(float(field.stride[1]))) if field is not None and field.size else side // layer.maps[2]
    moves = movements_of(stride, side)
    answer = ask(MoveMaps(**subject.given(), layer=layer.name, poses=tuple(moves.values())))
    if answer is None:
        return
    say(SCREEN, "others_text", layer=layer.name, rows=layer.maps[1], columns=layer.maps[2], stride=stride)
    series: dict[str, list[float | None]] = {
        text(SCREEN, "series_along"): [change.along for change in answer.found],
        text(SCREEN, "series_still"): [change.still for change in answer.found],
    }
    figure = bars(list(moves), series, y=text(SCREEN, "relative"))
    chart(figure, key="others", alt=text(SCREEN, "others_alt"))
    changes = dict(zip(moves.values(), answer.found, strict=True))
    names = list(moves)
    shift, turn, scale = (
        changes[move]
        for move in (similarity(right=float(stride)), similarity(degrees=_DEGREES[1]), similarity(scale=_SCALES[0]))
    )
    say(
        SCREEN,
        "others_said",
        stride=stride,
        degrees=f"{_DEGREES[1]:g}",
        factor=f"{_SCALES[0]:g}",
        shift=f"{shift.along:.0%}",
        turn=f"{turn.along:.0%}",
        scale=f"{scale.along:.0%}",
        shift_still=f"{shift.still:.0%}",
        turn_still=f"{turn.still:.0%}",
        scale_still=f"{scale.still:.0%}",
    )
    classes = models.card(subject.model.name).classes
    data = pd.DataFrame(
        {
            "movement": names,
            "moved along": [change.along for change in answer.found],
            "as it was": [change.still for change in answer.found],
            "answer": [_class(classes, change.answer) for change in answer.found],
            "probability": [change.probability for change in answer.found],
        }
    )
    shares = {
        name: st.column_config.NumberColumn(format="percent") for name in data.columns if data[name].dtype == float
    }
    st.dataframe(data, hide_index=True, height="content", alt=text(SCREEN, "others_table"), column_config=shares)
    offer("movements", text(SCREEN, "others"), csv_of(data), lambda: [figure])


def movements_of(stride: int, side: int) -> dict[str, Pose]:
    """Return the poses by their names: shifts by one pixel, one unit and half the image, turns and scales."""
    shifts = {1: None, stride: None, side // 2: None}
    moves = {text(SCREEN, "move_right", pixels=pixels): similarity(right=float(pixels)) for pixels in shifts}
    moves |= {text(SCREEN, "move_turn", degrees=f"{degrees:g}"): similarity(degrees=degrees) for degrees in _DEGREES}
    return moves | {text(SCREEN, "move_scale", scale=f"{scale:g}"): similarity(scale=scale) for scale in _SCALES}


def _class(classes: tuple[str, ...], number: int) -> str:
    return classes[number] if number < len(classes) else f"class {number}"
