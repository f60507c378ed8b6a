"""One output pixel: where it is read, how its value is computed, and how it follows the six numbers of theta."""

import numpy as np
import streamlit as st

from cnnviz.engine.results import Probed
from cnnviz.figures.interpolation import read_at, value_along, written
from cnnviz.figures.maps import feature_map
from cnnviz.probes.interpolation import PixelDerivatives
from cnnviz.ui.chart import chart
from cnnviz.ui.engine import ask
from cnnviz.ui.numbers import formula, short
from cnnviz.ui.part import Part
from cnnviz.ui.question import Question
from cnnviz.ui.spatial_transformer.interpolation.state import (
    DIGIT,
    FORM,
    NUMBER,
    PICTURE,
    PRESETS,
    STEP,
    THETA,
    WORDS,
    PixelState,
    places,
    read_pixel,
)
from cnnviz.ui.spatial_transformer.theta import NAMES
from cnnviz.ui.words import listed

say, text = WORDS.say, WORDS.text
Answer = Probed[PixelDerivatives]
_NOTHING = 5e-7  # a derivative below this is what rounding has left of 0


def _draw_pictures(state: PixelState, answer: Answer) -> None:
    found = answer.found
    # By app.css they stand side by side on a phone.
    with st.container(key=FORM.key("abreast")):
        left, right = st.columns(2, gap="medium")
    names = text("point"), text("four"), text("rounded")
    with left:
        say("input" if state.digit is None else "input_part")
        alt = text("input_alt", x=_n(found.x), y=_n(found.y))
        chart(read_at(state.image, found.x, found.y, found.rounded, names=names), key=FORM.key("input"), alt=alt)
    with right:
        say("output", row=state.row, column=state.column)
        alt = text("output_alt", row=state.row, column=state.column, value=_n(found.bilinear.value))
        chart(written(found.output[0], (state.row, state.column)), key=FORM.key("output"), alt=alt)


def _draw_settings() -> None:
    FORM.draw(PICTURE, *([] if FORM.get(PICTURE) == "numbers" else [DIGIT]), columns=1)
    FORM.draw(*places(), THETA, columns=1)


def _show_notes(state: PixelState, answer: Answer) -> None:
    found = answer.found
    say("about")
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
        say("note_outside", **numbers)
        return
    say("note_rounding", **numbers)
    say("note_bilinear" if found.by_x or found.by_y else "note_flat", **numbers)
    say("note_theta")


def _show_account(state: PixelState, answer: Answer) -> None:
    """Typeset the source, the sum and the slopes with the user's numbers."""
    found, theta = answer.found, state.theta
    (near_00, near_01), (near_10, near_11) = found.neighbours
    across, down = found.x - found.left, found.y - found.top
    height, width = state.image.shape
    place = (*found.place, 1.0)
    source = [sum(t * p for t, p in zip(row, place, strict=True)) for row in (theta[:3], theta[3:])]
    horizontal = state.number < 3
    values = {
        "xs": source[0],
        "ys": source[1],
        "x": found.x,
        "y": found.y,
        "value": found.bilinear.value,
        "by_x": found.by_x,
        "by_y": found.by_y,
        "nearest": found.nearest.value,
        "slope": found.by_x if horizontal else found.by_y,
        "half": (width if horizontal else height) / 2,
        "factor": place[state.number % 3],
        "derivative": found.formula[state.number],
    }
    rough = {"xt": place[0], "yt": place[1], "a": across, "b": down, "a1": 1 - across, "b1": 1 - down}
    rough |= {f"t{i}": number for i, number in enumerate(theta)}
    rough |= {f"n{i}": number for i, number in enumerate((near_00, near_01, near_10, near_11))}
    rough |= {f"w{i}": number for i, number in enumerate(found.weights.flatten())}
    numbers: dict[str, object] = {name: _t(value) for name, value in values.items()}
    # A result stands alone and needs no brackets.
    numbers |= {f"{name}_is": formula(_clean(value)) for name, value in values.items()}
    numbers |= {name: _t(value, 3) for name, value in rough.items()}
    numbers |= {"width": width, "height": height, "column": found.rounded[0], "row": found.rounded[1]}
    numbers |= {"number": f"{state.number // 3 + 1}{state.number % 3 + 1}", "axis": "x" if horizontal else "y"}
    for key in ("formula_source", "formula_value", "formula_slopes", "formula_number", "formula_rounding"):
        st.latex(text(key, **numbers))


def _show_six(state: PixelState, answer: Answer) -> None:
    """Show every derivative, torch's and the numeric one, through weights and through rounding, and their curves."""
    found = answer.found
    st.subheader(text("six"))
    say("six_text", row=state.row, column=state.column)
    heads = [text(f"head_{name}") for name in ("number", "automatic", "numeric", "nearest", "nearest_numeric")]
    rows = []
    for i, name in enumerate(NAMES):
        cells = [name]
        for each in (found.bilinear, found.nearest):
            cells += [_n(each.automatic[i]), _n(each.numeric[i]) + (" ↯" if each.crosses[i] else "")]
        rows.append(dict(zip(heads, cells, strict=True)))
    st.table(rows, border="horizontal")
    key = "agree_nowhere" if found.bilinear.crosses.all() else "agree"
    say(key, gap=short(found.gap, 1), formula=short(found.formula_gap, 1))
    _warn(state, found)
    curve_box, map_box = st.columns([3, 2], gap="large")
    with curve_box:
        FORM.draw(STEP, NUMBER, columns=1)
        _show_curve(state, found)
    with map_box:
        _show_map(state, found)


def _warn(state: PixelState, found: PixelDerivatives) -> None:
    """Say where a derivative is not what it seems: at a kink, and where the step leads into other pixels."""
    for axis, (before, after) in found.kinks.items():
        taken, place = (found.by_x, found.x) if axis == "x" else (found.by_y, found.y)
        if abs(before - after) < 1e-9:
            say("kink_straight", axis=axis, place=round(place), slope=_n(after))
            continue
        numbers = {"axis": axis, "place": round(place), "before": _n(before), "after": _n(after)}
        say("kink", **numbers, taken=_n(taken), mean=_n((before + after) / 2))
    crossed = [name for name, crosses in zip(NAMES, found.bilinear.crosses, strict=True) if crosses]
    if crossed:
        say("crossed", names=listed(crossed), step=f"{state.step:g}")
    jumped = [i for i in range(6) if found.nearest.numeric[i]]
    if jumped:
        say("jumped", step=f"{state.step:g}", numeric=_n(found.nearest.numeric[jumped[0]]), name=NAMES[jumped[0]])


def _show_curve(state: PixelState, found: PixelDerivatives) -> None:
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
        names=(text("bilinear"), text("rounding"), text("tangent"), text("secant")),
        x=name,
        y=text("value"),
    )
    chart(figure, key=FORM.key("value"), alt=text("curve_alt", name=name))
    say("curve" if abs(moves) > 1e-6 else "curve_flat", name=name, kinks=len(curve.kinks))


def _show_map(state: PixelState, found: PixelDerivatives) -> None:
    name, changes = NAMES[state.number], found.changes[0, state.number]
    say("map", name=name, count=int(np.count_nonzero(changes)), pixels=changes.size)
    figure = feature_map(changes, signed=True, unit=(state.row, state.column), height=320)
    chart(figure, key=FORM.key("map"), alt=text("map_alt", name=name))
    say("map_rounding", count=int(np.count_nonzero(found.changes[1])), pixels=changes.size)


def _question(state: PixelState, answer: Answer, number: int) -> Question:
    """Ask for the slope along x or y, or for the value, once the point lies elsewhere between the same four pixels."""
    found = answer.found
    across, down = found.x - found.left, found.y - found.top
    (a, b), (c, d) = found.neighbours
    at = (0.25, 0.75, 0.5)[number // 3 % 3]
    sideways = (state.row + state.column + number) % 2 == 0
    to_x, to_y = (at, down) if sideways else (across, at)
    along_x, along_y = (1 - to_y) * (b - a) + to_y * (d - c), (1 - to_x) * (c - a) + to_x * (d - b)
    value = (1 - to_y) * ((1 - to_x) * a + to_x * b) + to_y * ((1 - to_x) * c + to_x * d)
    numbers = {"x": _n(found.left + to_x), "y": _n(found.top + to_y), "a": _n(to_x), "b": _n(to_y)}
    # The other slope, the wrong sign, one pair alone, no change; for a value the mean of the four, and rounding.
    slopes = [found.by_x, -along_x, b - a, d - c, along_y, 0.0, along_x + 1, along_x - 1]
    downs = [found.by_y, -along_y, c - a, d - b, along_x, 0.0, along_y + 1, along_y - 1]
    near = found.neighbours[round(to_y), round(to_x)]
    values = [near, found.bilinear.value, (a + b + c + d) / 4, value + along_x, value + 1, value - 1]
    kind, right, wrong = (
        ("slope_x", along_x, slopes),
        ("slope_y", along_y, downs),
        ("value", value, values),
    )[number % 3]
    asked = text(f"predict_{kind}", **numbers, now=_n(found.by_x if kind == "slope_x" else found.by_y))
    why = text(f"predict_{kind}_why", **numbers, right=_n(right))
    return Question(asked, _n(right), [_n(each) for each in wrong], why)


def _code(state: PixelState, answer: Answer) -> str:
    """Return the few lines of Python that compute the derivatives."""
    if state.digit is None:
        image = text("code_numbers", values=[[float(v) for v in row] for row in state.image])
    else:
        image = text("code_digit", digit=state.digit)
    return text("code", image=image, theta=list(state.theta), row=state.row, column=state.column)


def _clean(value: float) -> float:
    return 0.0 if abs(value) < _NOTHING else float(value)


def _n(value: float) -> str:
    """Return a number for the text."""
    return short(_clean(value))


def _t(value: float, digits: int = 4) -> str:
    """Return a number for a formula."""
    return formula(_clean(value), digits=digits, brackets=True)


PART = Part(
    form=FORM,
    presets=PRESETS,
    read=read_pixel,
    request=PixelState.request,
    stage=_draw_pictures,
    settings=_draw_settings,
    notes=_show_notes,
    formulas=_show_account,
    more=_show_six,
    question=_question,
    code=_code,
    beside=True,
    height=400,
)
