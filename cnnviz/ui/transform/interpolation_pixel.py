"""One output pixel: where it is read, how its value comes about, and how it follows the six numbers of theta."""

from typing import Any

import numpy as np
import streamlit as st

from cnnviz.figures.interpolation import read_at, value_along, written
from cnnviz.figures.maps import feature_map
from cnnviz.ui import lesson
from cnnviz.ui.chart import chart
from cnnviz.ui.controls import Control
from cnnviz.ui.engine import ask
from cnnviz.ui.lesson import say, text
from cnnviz.ui.transform.interpolation_form import (
    DIGIT,
    NAMES,
    NUMBER,
    PICTURE,
    STEP,
    THETA,
    PixelState,
    pixel_state,
    places,
)
from cnnviz.ui.transform.writing import short

SCREEN = "interpolation"


@st.fragment
def show_pixel() -> None:
    """Draw all about one output pixel; runs again alone at every change."""
    state = pixel_state()
    answer = ask(state.request())
    if answer is None:
        return
    found = answer.found
    _show_pictures(state, found)
    _show_controls(state)
    worked_box, notes_box = st.columns([3, 2], gap="large")
    with worked_box, st.container(key="formulas"):
        _show_account(state, found)
    with notes_box:
        _show_notes(state, found)
    st.subheader(text(SCREEN, "six"))
    say(SCREEN, "six_text", row=state.row, column=state.column)
    _show_six(found)
    inside = not found.bilinear.crosses.all()
    say(SCREEN, "agree" if inside else "agree_nowhere", gap=short(found.gap, 1), formula=short(found.formula_gap, 1))
    _warn(state, found)
    curve_box, map_box = st.columns([3, 2], gap="large")
    with curve_box:
        STEP.draw()
        NUMBER.draw()
        _show_curve(state, found)
    with map_box:
        _show_map(state, found)
    _predict(state, found)
    lesson.code(code_lines(state))


def _show_pictures(state: PixelState, found: Any) -> None:
    left, right = st.columns(2, gap="large")
    names = text(SCREEN, "point"), text(SCREEN, "four"), text(SCREEN, "rounded")
    with left:
        say(SCREEN, "input" if state.digit is None else "input_part")
        alt = text(SCREEN, "input_alt", x=_n(found.x), y=_n(found.y))
        chart(read_at(state.image, found.x, found.y, found.rounded, names=names), key="why-input", alt=alt)
    with right:
        say(SCREEN, "output", row=state.row, column=state.column)
        alt = text(SCREEN, "output_alt", row=state.row, column=state.column, value=_n(found.bilinear.value))
        chart(written(found.output[0], (state.row, state.column)), key="why-output", alt=alt)


def _show_controls(state: PixelState) -> None:
    place_box, theta_box = st.columns(2, gap="large")
    with place_box:
        pictures: list[Control] = [PICTURE, *([] if state.digit is None else [DIGIT])]
        for controls in (pictures, places()):
            for control, box in zip(controls, st.columns(len(controls), vertical_alignment="bottom"), strict=True):
                with box:
                    control.draw()
    with theta_box:
        for row in (THETA[:3], THETA[3:]):
            with st.container(horizontal=True, gap="small"):
                for number in row:
                    number.draw()


def _show_account(state: PixelState, found: Any) -> None:
    """Typeset the source, the sum and the slopes with the user's numbers."""
    (near_00, near_01), (near_10, near_11) = found.neighbours
    across, down = found.x - found.left, found.y - found.top
    height, width = state.image.shape
    place = (*found.place, 1.0)
    theta = state.theta
    source = [sum(t * p for t, p in zip(row, place, strict=True)) for row in (theta[:3], theta[3:])]
    numbers: dict[str, object] = {
        "xt": _t(place[0], 3),
        "yt": _t(place[1], 3),
        "xs": _t(source[0]),
        "ys": _t(source[1]),
        "x": _t(found.x),
        "y": _t(found.y),
        "width": width,
        "height": height,
        "a": _t(across, 3),
        "b": _t(down, 3),
        "a1": _t(1 - across, 3),
        "b1": _t(1 - down, 3),
        "value": _t(found.bilinear.value),
        "by_x": _t(found.by_x),
        "by_y": _t(found.by_y),
        "column": found.rounded[0],
        "row": found.rounded[1],
        "nearest": _t(found.nearest.value),
        "number": _name(state.number),
    }
    numbers |= {f"t{i}": _t(number, 3) for i, number in enumerate(theta)}
    numbers |= {f"n{i}": _t(number, 3) for i, number in enumerate((near_00, near_01, near_10, near_11))}
    numbers |= {f"w{i}": _t(number, 3) for i, number in enumerate(found.weights.flatten())}
    horizontal = state.number < 3
    numbers |= {
        "axis": "x" if horizontal else "y",
        "slope": _t(found.by_x if horizontal else found.by_y),
        "half": _t((width if horizontal else height) / 2),
        "factor": _t(place[state.number % 3]),
        "derivative": _t(found.formula[state.number]),
    }
    # A result stands alone and needs no brackets.
    numbers |= {
        f"{name}_is": str(numbers[name]).strip("()") for name in ("xs", "ys", "value", "by_x", "by_y", "derivative")
    }
    for key in ("formula_source", "formula_value", "formula_slopes", "formula_number", "formula_rounding"):
        st.latex(text(SCREEN, key, **numbers))


def _show_notes(state: PixelState, found: Any) -> None:
    numbers = {
        "x": _n(found.x),
        "y": _n(found.y),
        "column": found.rounded[0],
        "row": found.rounded[1],
        "value": _n(found.bilinear.value),
        "nearest": _n(found.nearest.value),
        "by_x": _n(found.by_x),
        "by_y": _n(found.by_y),
    }
    if not found.weights[found.inside].any():
        say(SCREEN, "note_outside", **numbers)
        return
    say(SCREEN, "note_rounding", **numbers)
    say(SCREEN, "note_bilinear" if found.by_x or found.by_y else "note_flat", **numbers)
    say(SCREEN, "note_theta")


def _show_six(found: Any) -> None:
    """Show every derivative: torch's and the numeric one, through weights and through rounding."""
    crossing = text(SCREEN, "crosses")
    columns = ("head_number", "head_automatic", "head_numeric", "head_nearest", "head_nearest_numeric")
    rows = []
    for i, name in enumerate(NAMES):
        marks = [crossing if each.crosses[i] else "" for each in (found.bilinear, found.nearest)]
        rows.append(
            (
                name,
                _n(found.bilinear.automatic[i]),
                f"{_n(found.bilinear.numeric[i])}{marks[0]}",
                _n(found.nearest.automatic[i]),
                f"{_n(found.nearest.numeric[i])}{marks[1]}",
            )
        )
    st.table(
        [{text(SCREEN, key): cell for key, cell in zip(columns, row, strict=True)} for row in rows], border="horizontal"
    )


def _warn(state: PixelState, found: Any) -> None:
    """Say where a derivative is not what it seems: at a kink, and where the step leads into other pixels."""
    for axis, (before, after) in found.kinks.items():
        taken = found.by_x if axis == "x" else found.by_y
        place = found.x if axis == "x" else found.y
        if abs(before - after) < 1e-9:
            say(SCREEN, "kink_straight", axis=axis, place=round(place), slope=_n(after))
            continue
        numbers = {"axis": axis, "place": round(place), "before": _n(before), "after": _n(after)}
        say(SCREEN, "kink", **numbers, taken=_n(taken), mean=_n((before + after) / 2))
    crossed = [name for name, crosses in zip(NAMES, found.bilinear.crosses, strict=True) if crosses]
    if crossed:
        say(SCREEN, "crossed", names=", ".join(crossed), step=f"{state.step:g}")
    jumped = [i for i in range(6) if found.nearest.numeric[i]]
    if jumped:
        numeric = {"numeric": _n(found.nearest.numeric[jumped[0]]), "name": NAMES[jumped[0]]}
        say(SCREEN, "jumped", step=f"{state.step:g}", **numeric)


def _show_curve(state: PixelState, found: Any) -> None:
    height, width = state.image.shape
    moves = (width if state.number < 3 else height) / 2 * (*found.place, 1.0)[state.number % 3]
    answer = ask(state.profile(moves))
    if answer is None:
        return
    curve, name = answer.found, NAMES[state.number]
    both = found.bilinear, found.nearest
    figure = value_along(
        curve.at,
        (curve.bilinear, curve.nearest),
        (state.theta[state.number], both[0].value, both[1].value),
        float(both[0].automatic[state.number]),
        state.step,
        (both[0].ends[:, state.number], both[1].ends[:, state.number]),
        curve.kinks,
        names=(text(SCREEN, "bilinear"), text(SCREEN, "rounding"), text(SCREEN, "tangent"), text(SCREEN, "secant")),
        x=name,
        y=text(SCREEN, "value"),
    )
    chart(figure, key="why-value", alt=text(SCREEN, "curve_alt", name=name))
    say(SCREEN, "curve" if abs(moves) > 1e-6 else "curve_flat", name=name, kinks=len(curve.kinks))


def _show_map(state: PixelState, found: Any) -> None:
    name, changes = NAMES[state.number], found.changes[0, state.number]
    say(SCREEN, "map", name=name, count=int(np.count_nonzero(changes)), pixels=changes.size)
    figure = feature_map(changes, signed=True, unit=(state.row, state.column), height=320)
    chart(figure, key="why-map", alt=text(SCREEN, "map_alt", name=name))
    say(SCREEN, "map_rounding", count=int(np.count_nonzero(found.changes[1])), pixels=changes.size)


def _predict(state: PixelState, found: Any) -> None:
    """Ask for the slope along x once the point lies elsewhere between the same four pixels."""
    across, down = found.x - found.left, found.y - found.top
    (a, b), (c, d) = found.neighbours
    sideways = (state.row + state.column) % 2 == 0
    to_x, to_y = (0.25 if across >= 0.5 else 0.75, down) if sideways else (across, 0.25 if down >= 0.5 else 0.75)
    slope = (1 - to_y) * (b - a) + to_y * (d - c)
    guesses = [slope, 2 * found.by_x, -slope, found.by_y, 0.0, found.bilinear.value, slope + 1]
    options = sorted(set([_n(each) for each in guesses][:5] if slope else [_n(each) for each in guesses]), key=_value)
    lesson.predict(
        f"why-{state}",
        text(SCREEN, "predict", x=_n(found.left + to_x), y=_n(found.top + to_y), now=_n(found.by_x), was=_n(found.x)),
        options,
        options.index(_n(slope)),
        text(SCREEN, "predict_sideways" if sideways else "predict_down", slope=_n(slope), b=_n(to_y)),
    )


def code_lines(state: PixelState) -> str:
    """Return the few lines of Python that compute the derivatives."""
    if state.digit is None:
        image = text(SCREEN, "code_numbers", values=[[float(v) for v in row] for row in state.image])
    else:
        image = text(SCREEN, "code_digit", digit=state.digit)
    return text(SCREEN, "code", image=image, theta=list(state.theta), row=state.row, column=state.column)


def _n(value: float) -> str:
    """Return a number of up to four digits for the text."""
    written = f"{0.0 if abs(value) < 5e-7 else value:.4g}"
    return written.replace("-", "−")


def _value(written: str) -> float:
    return float(written.replace("−", "-"))


def _t(value: float, digits: int = 4) -> str:
    """Return a number for a formula, in brackets below 0."""
    written = f"{0.0 if abs(value) < 5e-7 else value:.{digits}g}"
    return f"({written})" if value < 0 and written != "0" else written


def _name(number: int) -> str:
    return f"{number // 3 + 1}{number % 3 + 1}"
