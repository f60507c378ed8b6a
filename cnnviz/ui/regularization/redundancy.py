"""Redundancy: what a trained network loses when units are taken away, trained with dropout and without."""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

import numpy as np
import pandas as pd  # type: ignore[import-untyped]
import plotly.graph_objects as go
import streamlit as st

from cnnviz.engine.requests import RemoveUnits
from cnnviz.figures.redundancy import alone, several
from cnnviz.images.example_sets import SHEETS
from cnnviz.probes.redundancy import Removal
from cnnviz.training.live.script import script
from cnnviz.training.live.settings import Settings
from cnnviz.ui.chart import chart
from cnnviz.ui.downloads import offer_downloads
from cnnviz.ui.engine import ask
from cnnviz.ui.form import Form, Preset
from cnnviz.ui.form_controls import Choice
from cnnviz.ui.number_controls import Number, Real
from cnnviz.ui.numbers import fixed, formula, percent, short, whole
from cnnviz.ui.part import Part
from cnnviz.ui.question import Question
from cnnviz.ui.regularization.runs import COUNT, NAME, settings_of, train
from cnnviz.ui.screen import say_idea
from cnnviz.ui.words import Words

WORDS = Words("regularization_redundancy")
FORM = Form(WORDS, screen="regularization", part="Redundancy")
say, text = WORDS.say, WORDS.text
EXAMPLES = Choice("examples", "mnist", options=tuple(SHEETS))
UNITS = Number("units", 32, low=8, high=64)
DROP = Real("drop", 0.5, low=0.1, high=0.8)
STEPS = Choice("steps", "800", options=("400", "800", "1600"), technical=True)
SEED = Number("seed", 0, high=999, slider=False)
PRESETS: dict[str, Preset] = {
    "digits": {},
    "clothes": {"examples": "fashion-mnist"},
    "few": {"units": 16},
    "mild": {"drop": 0.2},
}


@dataclass(frozen=True)
class State:
    """Two runs of so many steps, without dropout and with it."""

    without: Settings
    dropped: Settings
    drop: float
    steps: int


@dataclass(frozen=True, eq=False)
class Both:
    """What units are worth in each of the two."""

    without: Removal
    dropped: Removal

    @property
    def rises(self) -> tuple[np.ndarray, np.ndarray]:
        """Return by how much the loss rises without each single unit."""
        return self.without.alone - self.without.loss, self.dropped.alone - self.dropped.loss


def read() -> State:
    """Return what the form says."""
    common = FORM.get(EXAMPLES), FORM.get(UNITS)
    seed, drop = FORM.get(SEED), FORM.get(DROP)
    return State(settings_of(*common, 0, seed), settings_of(*common, drop, seed), drop, int(FORM.get(STEPS)))


def find(state: State) -> Both | None:
    """Train both, and measure; None after an error was shown."""
    runs = train([state.without, state.dropped], state.steps, WORDS)
    if runs is None:
        return None
    found = []
    for each in runs:
        answer = ask(RemoveUnits(NAME, each.settings, each.steps))
        if answer is None:
            return None
        found.append(answer.found)
    return Both(*found)


def _names(state: State) -> tuple[str, str]:
    return text("line_without"), text("line_dropped", drop=short(state.drop))


def _figures(state: State, both: Both) -> tuple[go.Figure, go.Figure]:
    left = alone(both.rises, _names(state), x=text("axis_unit"), y=text("axis_rise"))
    lines = [(each.counts, each.losses, each.accuracies) for each in (both.without, both.dropped)]
    return left, several(lines, _names(state), x=text("axis_removed"), y=text("axis_accuracy"))


def _draw(state: State, both: Both) -> None:
    boxes = st.columns(2, gap="large")
    for name, figure, box in zip(("alone", "several"), _figures(state, both), boxes, strict=True):
        with box:
            say(f"{name}_title")
        chart(figure, key=FORM.key(name), at=box, alt=text(f"{name}_alt"))


def _show_notes(state: State, both: Both) -> None:
    """Say what a unit is worth in the mean and at most, and what half of them are."""
    without, dropped = both.rises
    say(
        "single",
        without=short(without.mean(), 2),
        dropped=short(dropped.mean(), 2),
        most_without=short(without.max(), 2),
        most_dropped=short(dropped.max(), 2),
        drop=short(state.drop),
    )
    half = len(both.without.counts) // 2
    say(
        "half",
        removed=both.without.counts[half],
        units=len(both.without.alone),
        without=percent(both.without.accuracies[half]),
        dropped=percent(both.dropped.accuracies[half]),
    )
    say(
        "whole",
        without=percent(both.without.accuracy, 1),
        dropped=percent(both.dropped.accuracy, 1),
        loss_without=fixed(both.without.loss, 3),
        loss_dropped=fixed(both.dropped.loss, 3),
        count=whole(COUNT),
        steps=state.steps,
    )


def _show_formulas(state: State, both: Both) -> None:
    worst = int(np.argmax(both.rises[0]))
    values = {"loss": both.without.alone[worst], "whole": both.without.loss, "rise": both.rises[0][worst]}
    st.latex(text("formula", unit=worst + 1, **{name: formula(each, places=3) for name, each in values.items()}))
    say("formula_said")


def _show_table(state: State, both: Both) -> None:
    without, dropped = both.rises
    table = pd.DataFrame({"unit": range(1, len(without) + 1), "without dropout": without, "with dropout": dropped})
    offer_downloads(FORM, "redundancy", text("alone_title"), table, _figures(state, both))


def question(state: State, both: Both, number: int) -> Question:
    """Ask what a unit is worth, or which network lost units."""
    kinds: tuple[Callable[[Both, Random], Question], ...] = (_rise, _which, _expected)
    return kinds[number % len(kinds)](both, Random(number))


def _rise(both: Both, draw: Random) -> Question:
    removal = draw.choice([both.without, both.dropped])
    unit = draw.randrange(len(removal.alone))
    # As they are told: from 0.599 and 0.499 nobody would come to 0.099.
    loss, rest = round(removal.loss, 3), round(float(removal.alone[unit]), 3)
    others = [fixed(each, 3) for each in (rest + loss, loss - rest, rest / loss, rest)]
    right = fixed(rest - loss, 3)
    numbers = {"unit": unit + 1, "loss": fixed(loss, 3), "rest": fixed(rest, 3)}
    others = [each for each in others if each != right]
    return Question(text("predict_rise", **numbers), right, others, text("predict_rise_why", result=right, **numbers))


def _which(both: Both, draw: Random) -> Question:
    at = draw.randrange(1, len(both.without.counts) - 2)
    falls = [percent(each.accuracy - each.accuracies[at], 1) for each in (both.without, both.dropped)]
    names = [text("line_without"), text("which_dropped"), text("which_alike")]
    first = both.without.accuracy - both.without.accuracies[at] < both.dropped.accuracy - both.dropped.accuracies[at]
    right = names.pop(2 if falls[0] == falls[1] else 0 if first else 1)
    numbers = {"removed": both.without.counts[at], "units": len(both.without.alone)}
    why = text("predict_which_why", without=falls[0], dropped=falls[1])
    return Question(text("predict_which", **numbers), right, names, why)


def _expected(both: Both, draw: Random) -> Question:
    units, drop = draw.choice([16, 32, 64, 128, 512]), draw.choice([0.25, 0.5, 0.75])
    right = int(units * (1 - drop))
    others = [int(units * drop), units, right // 2, right + units // 8]
    others = [each for each in others if each != right]
    numbers = {"units": units, "drop": drop}
    return Question(
        text("predict_expected", **numbers), right, others, text("predict_expected_why", result=right, **numbers)
    )


def code(state: State, both: Both) -> str:
    """Return the lines that train the network with dropout, and take its units away one by one."""
    return script(state.dropped, {0: state.dropped.rate}, state.steps) + text("code")


PART = Part(
    form=FORM,
    presets=PRESETS,
    read=read,
    find=find,
    stage=_draw,
    settings=lambda: FORM.draw(EXAMPLES, UNITS, DROP, STEPS, SEED),
    notes=_show_notes,
    formulas=_show_formulas,
    more=_show_table,
    question=question,
    code=code,
    height=400,
)


def show() -> None:
    """Draw the part."""
    say_idea(WORDS)
    PART.show()
