"""A cloud of points, five ways side by side, in words, numbers, formulas, questions and code."""

import numpy as np
import pandas as pd  # type: ignore[import-untyped]
import streamlit as st

from cnnviz.components.cloud import cloud
from cnnviz.engine.results import Probed
from cnnviz.figures.sweep_curves import sweep
from cnnviz.probes.preprocessing import WAYS, Cloud, Prepared
from cnnviz.ui.chart import chart
from cnnviz.ui.downloads import offer_downloads
from cnnviz.ui.numbers import fixed, formula, matrix, percent, short
from cnnviz.ui.part import Part
from cnnviz.ui.preprocessing.points.question import question
from cnnviz.ui.preprocessing.points.state import (
    APART,
    AT,
    COUNT,
    FORM,
    PLACE,
    PRESETS,
    RATE,
    ROTATE,
    SEED,
    STEPS,
    WORDS,
    State,
    change,
    point,
    read,
)
from cnnviz.ui.screen import say_idea
from cnnviz.ui.words import listed

say, text = WORDS.say, WORDS.text
Answer = Probed[Cloud]
# A loss beyond this has no place on a chart with the others.
_HIGHEST = 2.0


def show() -> None:
    """Draw the part."""
    say_idea(WORDS)
    PART.show()


def _draw(state: State, answer: Answer) -> None:
    found = answer.found
    ways = [found.ways[name] for name in WAYS]
    cloud(
        found.base,
        found.labels,
        np.stack([each.covariance for each in ways]),
        np.stack([each.losses for each in ways]),
        place=dict(zip((each.name for each in PLACE), state.place, strict=True)),
        limits={each.name: (each.low, each.high) for each in (*PLACE, RATE, ROTATE)},
        rate=state.rate,
        rotate=state.rotate,
        at=state.at,
        point=state.point,
        key=FORM.key("cloud"),
        on_change=change,
    )


def _draw_settings() -> None:
    with st.expander(text("exact"), icon=":material/tune:"):
        FORM.draw(*PLACE, columns=5)
        FORM.draw(RATE, AT, ROTATE, COUNT, APART, SEED, columns=6)


def _show_notes(state: State, answer: Answer) -> None:
    """Say what each way takes away, with the numbers of this cloud."""
    ways = answer.found.ways
    raw, centred, standardised = ways["raw"], ways["centred"], ways["standardised"]
    decorrelated, whitened = ways["decorrelated"], ways["whitened"]
    say("note_raw", **_valley(raw), x=fixed(raw.mean[0], 2), y=fixed(raw.mean[1], 2), **_changed(raw))
    say("note_centred", **_valley(centred), **_changed(centred))
    say("note_standardised", **_valley(standardised), correlation=fixed(standardised.covariance[0, 1], 2))
    first, second = decorrelated.eigenvalues
    say("note_decorrelated", **_valley(decorrelated), first=fixed(first, 2), second=fixed(second, 2))
    say("note_whitened", **_valley(whitened), **_changed(whitened))
    slow = [WORDS.label(f"way.{name}") for name, each in ways.items() if state.rate >= each.fastest]
    if slow:
        say("note_diverges", rate=f"{state.rate:g}", names=listed(slow))
    say("note_loss")


def _valley(way: Prepared) -> dict[str, str]:
    return {"condition": short(way.condition, 3), "fastest": short(way.fastest, 2)}


def _changed(way: Prepared) -> dict[str, object]:
    return {"changed": len(way.changed), "points": len(way.points)}


def _show_formulas(state: State, answer: Answer) -> None:
    """Typeset what is done to the point that is looked at, and the step of descent that follows the one shown."""
    FORM.draw(point(state.count), columns=1)
    ways, at = answer.found.ways, state.point
    raw = ways["raw"]
    for name in WAYS[1:]:
        numbers = {
            "x": _column(raw.points[at]),
            "mean": _column(raw.mean),
            "centred": _column(ways["centred"].points[at]),
            "deviations": _column(np.sqrt(np.diag(raw.covariance)), r" \\ "),
            "standardised": _column(ways["standardised"].points[at]),
            "vectors": matrix(raw.eigenvectors.T, places=3),
            "decorrelated": _column(ways["decorrelated"].points[at]),
            "roots": _column(np.sqrt(raw.eigenvalues)),
            "whitened": _column(ways["whitened"].points[at]),
        }
        st.latex(text(f"formula_{name}", **numbers))
    st.latex(text("formula_eigen", covariance=matrix(raw.covariance, places=2), values=_values(raw)))


def _column(numbers: np.ndarray, between: str = r" \\ ") -> str:
    return r"\begin{pmatrix}" + between.join(fixed(each, 2).replace("−", "-") for each in numbers) + r"\end{pmatrix}"


def _values(way: Prepared) -> str:
    return ",\\; ".join(formula(each, digits=4) for each in way.eigenvalues)


def _show_descent(state: State, answer: Answer) -> None:
    """Chart the losses along the five paths, tell a step, and offer the table."""
    st.subheader(text("descent"))
    ways = answer.found.ways
    names = {name: WORDS.label(f"way.{name}") for name in WAYS}
    left, right = st.columns([3, 2], gap="large")
    lines = {names[name]: np.where(each.losses > _HIGHEST, np.nan, each.losses) for name, each in ways.items()}
    figure = sweep(range(STEPS + 1), lines, x=text("axis_steps"), y=text("axis_loss"), at=state.at, height=340)
    chart(figure, key=FORM.key("losses"), at=left, alt=text("losses_alt"))
    with right:
        say("descent_text", rate=f"{state.rate:g}", steps=STEPS)
        with st.container(key=FORM.key("formulas-step")):
            _show_step(state, ways["centred"])
    table = pd.DataFrame([_row(names[name], each, answer.found.labels, state) for name, each in ways.items()])
    st.dataframe(table, hide_index=True, key=FORM.key("table"))
    offer_downloads(FORM, "preprocessing", WORDS.label("title"), table, [figure])


def _show_step(state: State, way: Prepared) -> None:
    at = min(state.at, STEPS - 1)
    before, after = way.path[at], way.path[at + 1]
    gradient = (before - after) / state.rate
    st.latex(
        text(
            "formula_step",
            before=_small(before),
            rate=f"{state.rate:g}",
            gradient=_small(gradient),
            after=_small(after),
        )
    )


def _small(numbers: np.ndarray) -> str:
    return r"\begin{pmatrix}" + r" \\ ".join(formula(each, digits=3) for each in numbers) + r"\end{pmatrix}"


def _row(name: str, way: Prepared, labels: np.ndarray, state: State) -> dict[str, object]:
    (xx, xy), (_, yy) = way.covariance
    right = float(np.mean((way.points @ way.best > 0) == (labels > 0)))
    return {
        text("column_way"): name,
        text("column_covariance"): f"{fixed(xx, 2)}, {fixed(xy, 2)}, {fixed(yy, 2)}",
        "λ₁": fixed(way.eigenvalues[0], 3),
        "λ₂": fixed(way.eigenvalues[1], 3),
        "κ": short(way.condition, 3),
        text("column_fastest"): short(way.fastest, 3),
        text("column_loss", steps=state.at): short(way.losses[state.at], 4),
        text("column_least"): short(way.least, 4),
        text("column_right"): percent(right),
        text("column_changed", degrees=f"{state.rotate:g}"): len(way.changed),
    }


def code(state: State, answer: Answer) -> str:
    """Return the few lines of Python that do the same to any points."""
    return text("code", rate=f"{state.rate:g}", steps=STEPS)


PART = Part(
    form=FORM,
    presets=PRESETS,
    read=read,
    request=State.request,
    stage=_draw,
    settings=_draw_settings,
    notes=_show_notes,
    formulas=_show_formulas,
    more=_show_descent,
    question=question,
    code=code,
    height=600,
)
