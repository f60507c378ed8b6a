"""What the transformer of the part "Learned" does to the box: its theta in numbers, and how it follows the digit."""

from collections.abc import Sequence

import numpy as np
import streamlit as st

from cnnviz import models
from cnnviz.arithmetic.pose import pose_of
from cnnviz.engine.results import Transformed
from cnnviz.figures.spatial_transformer import output
from cnnviz.figures.sweep_curves import sweep
from cnnviz.ui.chart import chart
from cnnviz.ui.engine import ask_named
from cnnviz.ui.form_controls import Choice
from cnnviz.ui.numbers import fixed, formula, matrix, percent
from cnnviz.ui.spatial_transformer.learned.state import AMOUNTS, FORM, SIDE, WORDS, State

say, text = WORDS.say, WORDS.text
_FOLLOWS, _PARTLY = 0.7, 0.3


def show_thetas(state: State, seen: Transformed) -> None:
    """Show theta as it was learned, beside the identity and the one that undoes the placing."""
    st.subheader(text("thetas"))
    say("thetas_text")
    looks, side = seen.found.looks, state.task.side
    classes = models.card(state.task.transformer).classes
    columns = {}
    for look, box in zip(looks, st.columns(3, gap="medium"), strict=True):
        theta = tuple(map(float, look.affine[0]))
        best = look.probabilities[0]
        answer = classes[int(best.argmax())]
        with box, st.container(key=FORM.key(f"formulas-{look.name}")):
            title = text(
                "look_title", name=text(f"look_{look.name}"), answer=answer, sure=percent(float(best.max()), 1)
            )
            st.markdown(title)
            chart(output(look.warped[0], height=190), key=FORM.key(f"look-{look.name}"), alt=title)
            st.latex(_matrix(theta))
        columns[look.name] = {**_parts(theta, side), "answer": answer}
    rows = [
        text("look_row", name=text(f"look_{part}"), **{name: each[part] for name, each in columns.items()})
        for part in next(iter(columns.values()))
    ]
    st.markdown("\n".join([text("look_table"), *rows]))
    if looks[0].theta.shape[1:] != (2, 3):
        say("spline", points=looks[0].theta.shape[1], bend=fixed(float(looks[0].bend[0]) * side / 2, 1))
    _show_formula(state)


def _show_formula(state: State) -> None:
    """Typeset the theta that undoes the placing."""
    pose, side = state.pose, state.task.side
    say("formula")
    with st.container(key=FORM.key("formulas")):
        numbers = {
            "degrees": formula(pose.degrees),
            "scale": formula(pose.size),
            "side": side,
            "share": fixed(SIDE * pose.size / side, 3),
            "right": formula(pose.right),
            "down": formula(pose.down),
            "matrix": _matrix(pose.box(side, SIDE)),
        }
        for key in ("formula_share", "formula_theta", "formula_numbers"):
            st.latex(text(key, **numbers))


def _matrix(theta: Sequence[float]) -> str:
    return matrix((theta[:3], theta[3:]), places=2)


def _parts(theta: Sequence[float], side: int) -> dict[str, str]:
    """Return what a theta does to the box, as it is written in the table."""
    a, b, c, d, e, f = theta
    found = pose_of((a, b, c, d, e, f), side)
    return {
        "rotated": fixed(found.degrees, 0) + "°",
        "width": percent(found.scale[0]),
        "height": percent(found.scale[1]),
        "shear": fixed(found.shear, 2),
        "right": fixed(found.right, 1),
        "down": fixed(found.down, 1),
    }


def show_following(state: State) -> None:
    """Show how the box follows the digit, and say honestly what was learned."""
    st.subheader(text("follow"))
    say("follow_text")
    sweeps = state.task.sweeps
    words = {name: amount for name, amount in AMOUNTS.items() if amount in sweeps}
    found = ask_named({name: state.follow(amount) for name, amount in words.items()})
    if found is None:
        return
    drawn_box, said_box = st.columns([3, 2], gap="large")
    control = Choice("follow", next(iter(words)), options=tuple(words))
    with said_box:
        FORM.draw(control, columns=1)
        rows = [_slope_row(WORDS.label(f"follow.{name}"), each.slope) for name, each in found.items()]
        st.markdown("\n".join([text("slope_table"), *rows]))
    name = FORM.get(control)
    values, each = sweeps[words[name]], found[name]
    lines = {text("line_box"): each.amounts.mean(axis=1), text("line_exact"): np.array(values)}
    unit = text(f"unit_{words[name]}")
    figure = sweep(
        values,
        lines,
        x=text("follow_x", unit=unit),
        y=text("follow_y", unit=unit),
        at=state.pose.along(words[name]),
        faint=each.amounts,
        scale="signed",
        height=380,
    )
    chart(figure, key=FORM.key("follow-chart"), at=drawn_box, alt=text("alt_follow"))
    with said_box:
        if "rotation" in found:
            slope = found["rotation"].slope
            say(f"rotation_{degree(slope)}", slope=fixed(slope, 2))
        if "shift right" in found:
            right, down = (found[f"shift {way}"].slope for way in ("right", "down"))
            # Where it follows less, it has found less.
            worse = max((right, down), key=lambda slope: abs(slope - 1))
            say(f"place_{degree(worse)}", right=fixed(right, 2), down=fixed(down, 2))


def _slope_row(name: str, slope: float) -> str:
    return text("slope_row", name=name, slope=fixed(slope, 2), word=text(f"slope_{degree(slope)}"))


def degree(slope: float) -> str:
    """Return "yes", "partly" or "no": whether a box follows. One that overshoots by as much follows no better."""
    off = abs(slope - 1)
    return "yes" if off <= 1 - _FOLLOWS else "partly" if off <= 1 - _PARTLY else "no"
