"""What the transformer of the part "Learned" does to the box: its theta in numbers, and how it follows the digit."""

from typing import Any

import numpy as np
import streamlit as st

from cnnviz import models
from cnnviz.arithmetic.pose import pose_of
from cnnviz.figures.spatial_transformer import output
from cnnviz.figures.sweep_curves import sweep
from cnnviz.ui.chart import chart
from cnnviz.ui.controls import Choice, value_of
from cnnviz.ui.engine import ask
from cnnviz.ui.lesson import say, text
from cnnviz.ui.transform.learned_form import AMOUNTS, DIGIT, SCREEN, Experiment
from cnnviz.ui.transform.writing import fixed, matrix

_FOLLOWS, _PARTLY = 0.7, 0.3


def show_thetas(made: Experiment, seen: Any) -> None:
    """Show theta as it was learned, beside the identity and the one that undoes the placing."""
    st.subheader(text(SCREEN, "thetas"))
    say(SCREEN, "thetas_text")
    looks = seen.found.looks
    classes = models.card(made.task.transformer).classes
    side = made.task.side
    columns = {}
    for look, box in zip(looks, st.columns(3, gap="medium"), strict=True):
        theta = tuple(map(float, look.affine[0]))
        best = look.probabilities[0]
        answer, sure = classes[int(best.argmax())], f"{float(best.max()):.1%}"
        with box, st.container(key=f"formulas-{look.name}"):
            title = text(SCREEN, "look_title", name=text(SCREEN, f"look_{look.name}"), answer=answer, sure=sure)
            st.markdown(title)
            chart(output(look.warped[0], height=190), key=f"look-{look.name}", alt=title)
            st.latex(matrix(theta))
        columns[look.name] = {**_parts(theta, side), "answer": answer}
    rows = [
        text(
            SCREEN,
            "look_row",
            name=text(SCREEN, f"look_{part}"),
            **{name: each[part] for name, each in columns.items()},
        )
        for part in next(iter(columns.values()))
    ]
    st.markdown("\n".join([text(SCREEN, "look_table"), *rows]))
    if looks[0].theta.shape[1:] != (2, 3):
        say(SCREEN, "spline", points=looks[0].theta.shape[1], bend=f"{float(looks[0].bend[0]) * side / 2:.1f}")
    _show_formula(made)


def _show_formula(made: Experiment) -> None:
    """Typeset how the theta that undoes the placing comes about."""
    pose, side = made.pose, made.task.side
    say(SCREEN, "formula")
    with st.container(key="formulas"):
        share = DIGIT * pose.size / side
        numbers = {
            "degrees": f"{pose.degrees:g}",
            "scale": f"{pose.size:g}",
            "side": side,
            "share": f"{share:.3f}",
            "right": f"{pose.right:g}",
            "down": f"{pose.down:g}",
            "matrix": matrix(pose.box(side, DIGIT)),
        }
        st.latex(text(SCREEN, "formula_share", **numbers))
        st.latex(text(SCREEN, "formula_theta", **numbers))
        st.latex(text(SCREEN, "formula_numbers", **numbers))


def _parts(theta: tuple[float, ...], side: int) -> dict[str, str]:
    """Return what a theta does to the box, as it is written in the table."""
    a, b, c, d, e, f = theta
    found = pose_of((a, b, c, d, e, f), side)
    return {
        "turned": fixed(found.degrees, 0) + "°",
        "width": f"{found.scale[0]:.0%}",
        "height": f"{found.scale[1]:.0%}",
        "shear": fixed(found.shear, 2),
        "right": fixed(found.right, 1),
        "down": fixed(found.down, 1),
    }


def show_following(made: Experiment) -> None:
    """Show how the box follows the digit, and say honestly what was learned."""
    st.subheader(text(SCREEN, "follow"))
    say(SCREEN, "follow_text")
    words = {name: amount for name, amount in AMOUNTS.items() if amount in made.task.sweeps}
    answers = {name: ask(made.follow(amount)) for name, amount in words.items()}
    found = {name: each.found for name, each in answers.items() if each is not None}
    if len(found) < len(answers):
        return
    drawn_box, said_box = st.columns([3, 2], gap="large")
    control = Choice("learned_follow", "What changes", list(words), next(iter(words)))
    with said_box:
        control.draw()
        rows = [_slope_row(name, each.slope) for name, each in found.items()]
        st.markdown("\n".join([text(SCREEN, "slope_table"), *rows]))
    name = value_of(control)
    values, each = made.task.sweeps[words[name]], found[name]
    lines = {text(SCREEN, "line_box"): each.amounts.mean(axis=1), text(SCREEN, "line_exact"): np.array(values)}
    unit = text(SCREEN, f"unit_{words[name]}")
    figure = sweep(
        values,
        lines,
        x=text(SCREEN, "follow_x", unit=unit),
        y=text(SCREEN, "follow_y", unit=unit),
        at=made.pose.along(words[name]),
        faint=each.amounts,
        scale="signed",
        height=380,
    )
    chart(figure, key="follow", at=drawn_box, alt=text(SCREEN, "alt_follow"))
    with said_box:
        if "rotation" in found:
            say(SCREEN, f"rotation_{degree(found['rotation'].slope)}", slope=fixed(found["rotation"].slope, 2))
        if "shift right" in found:
            right, down = (found[f"shift {way}"].slope for way in ("right", "down"))
            # Where it follows less, it has found less.
            worse = max((right, down), key=lambda slope: abs(slope - 1))
            say(SCREEN, f"place_{degree(worse)}", right=fixed(right, 2), down=fixed(down, 2))


def _slope_row(name: str, slope: float) -> str:
    return text(SCREEN, "slope_row", name=name, slope=fixed(slope, 2), word=text(SCREEN, f"slope_{degree(slope)}"))


def degree(slope: float) -> str:
    """Return "yes", "partly" or "no": whether a box follows. One that overshoots by as much follows no better."""
    off = abs(slope - 1)
    return "yes" if off <= 1 - _FOLLOWS else "partly" if off <= 1 - _PARTLY else "no"
