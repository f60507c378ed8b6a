"""Symmetry: from one and the same number, the units of a layer stay equal through fifty real steps of training."""

from dataclasses import dataclass

import pandas as pd  # type: ignore[import-untyped]
import plotly.graph_objects as go
import streamlit as st

from cnnviz.engine.requests import Stack, WatchUnits
from cnnviz.engine.results import Probed
from cnnviz.figures.by_depth import by_depth
from cnnviz.figures.unit_rows import unit_rows
from cnnviz.probes.first_steps import UnitRows
from cnnviz.ui.chart import chart
from cnnviz.ui.downloads import offer_downloads
from cnnviz.ui.form import Form, Preset
from cnnviz.ui.initialization.stacks import (
    SEED,
    amount_of,
    beginnings,
    call,
    functions,
    module,
    number_controls,
)
from cnnviz.ui.number_controls import Number, Real
from cnnviz.ui.numbers import fixed, short
from cnnviz.ui.part import Part
from cnnviz.ui.question import Question
from cnnviz.ui.screen import say_idea
from cnnviz.ui.words import Words

WORDS = Words("initialization_symmetry")
FORM = Form(WORDS, screen="initialization", part="Symmetry")
say, text = WORDS.say, WORDS.text
BEGINNING, FUNCTION = beginnings("constant"), functions("tanh")
UNITS = Number("units", 6, low=2, high=8)
RATE = Real("rate", 0.1, low=0.01, high=1.0, step=0.01)
STEPS, KEPT = 50, (0, 10, 20, 30, 40, 50)
PRESETS: dict[str, Preset] = {
    "constant": {},
    "zeros": {"beginning": "zeros"},
    "normal": {"beginning": "normal"},
    "xavier": {"beginning": "xavier"},
}
# Rounding of double precision, through fifty steps.
_EQUAL = 1e-12


@dataclass(frozen=True)
class State:
    """A network on the hundred digits, and the rate that it learns with."""

    stack: Stack
    rate: float

    def request(self) -> WatchUnits:
        """Return the question for the engine."""
        return WatchUnits(self.stack, self.rate, STEPS, KEPT)


def read() -> State:
    """Return what the form says."""
    beginning, units = FORM.get(BEGINNING), FORM.get(UNITS)
    widths, amount = (784, units, units, 10), amount_of(FORM, beginning)
    return State(Stack(widths, FORM.get(FUNCTION), beginning, amount, seed=FORM.get(SEED)), FORM.get(RATE))


def _draw(state: State, answer: Probed[UnitRows]) -> None:
    left, right = st.columns([3, 2], gap="large")
    with left:
        say("rows_title")
    chart(_rows(answer.found), key=FORM.key("rows"), at=left, alt=text("rows_alt"))
    with right:
        say("apart_title")
    chart(_apart(answer.found), key=FORM.key("apart"), at=right, alt=text("apart_alt"))
    with right:
        say("apart_said", **_ends(answer.found))


def _rows(found: UnitRows) -> go.Figure:
    # A picture of the change: beside a beginning that is large, it could not be seen.
    return unit_rows(found.rows[1:] - found.rows[0], KEPT[1:], unit=text("axis_unit"), step=text("axis_step"))


def _apart(found: UnitRows) -> go.Figure:
    lines = {text(f"line_{layer}"): found.apart[:, at] for at, layer in enumerate(("first", "second", "outputs"))}
    return by_depth(lines, x=text("axis_step"), y=text("axis_apart"), logarithm=False, height=330)


def _ends(found: UnitRows) -> dict[str, str]:
    names = ("first", "second", "outputs")
    return {name: short(found.apart[:, at].max(), 2) for at, name in enumerate(names)}


def _show_notes(state: State, answer: Probed[UnitRows]) -> None:
    """Say whether the weights moved, and whether the units parted."""
    found = answer.found
    numbers = {"moved": short(found.moved[-1, 0], 3), "steps": STEPS, "apart": short(found.apart[:, :2].max(), 2)}
    losses = {"before": fixed(found.losses[0], 3), "after": fixed(found.losses[-1], 3)}
    if not found.moved.any():
        say("still", **losses)
    elif found.apart[:, :2].max() < _EQUAL:
        say("alike", units=state.stack.widths[1], **numbers, **losses)
    else:
        say("part", **numbers, **losses)


def _show_formulas(state: State, answer: Probed[UnitRows]) -> None:
    st.latex(text("formula"))
    say("formula_said")


def _show_table(state: State, answer: Probed[UnitRows]) -> None:
    found = answer.found
    names = ("first", "second", "outputs")
    columns = {f"{of} {name}": getattr(found, of)[:, at] for of in ("apart", "moved") for at, name in enumerate(names)}
    table = pd.DataFrame({"step": range(STEPS + 1), "loss": found.losses, **columns})
    offer_downloads(FORM, "symmetry", text("apart_alt"), table, [_rows(found), _apart(found)])


def question(state: State, answer: Probed[UnitRows], number: int) -> Question:
    """Ask how many different units a layer has, from one beginning after the other."""
    beginnings_asked = ("constant", "xavier", "zeros", "normal")
    beginning, units = beginnings_asked[number % 4], 4 + 3 * (number // 4) + number % 4
    right = 1 if beginning in ("constant", "zeros") else units
    slips = [units if right == 1 else 1, units - 1, units // 2, 10 if units != 10 else 2]
    why = text(f"predict_why_{beginning}", units=units)
    asked = text("predict", units=units, beginning=text(f"named_{beginning}"), steps=STEPS)
    return Question(asked, right, [slip for slip in slips if slip != right], why)


def code(state: State, answer: Probed[UnitRows]) -> str:
    """Return the few lines of Python that train such a network and compare its units."""
    return text(
        "code",
        units=state.stack.widths[1],
        function=module(state.stack.function),
        call=call(state.stack.beginning, state.stack.amount),
        rate=f"{state.rate:g}",
        steps=STEPS,
    )


PART = Part(
    form=FORM,
    presets=PRESETS,
    read=read,
    request=State.request,
    stage=_draw,
    settings=lambda: FORM.draw(BEGINNING, *number_controls(FORM.get(BEGINNING)), FUNCTION, UNITS, RATE, SEED),
    notes=_show_notes,
    formulas=_show_formulas,
    more=_show_table,
    question=question,
    code=code,
    height=520,
)


def show() -> None:
    """Draw the part."""
    say_idea(WORDS)
    PART.show()
