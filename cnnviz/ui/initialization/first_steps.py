"""Fifty steps of training from every beginning, of the same network on the same digits, in one chart."""

from dataclasses import dataclass
from random import Random

import numpy as np
import pandas as pd  # type: ignore[import-untyped]
import plotly.graph_objects as go
import streamlit as st

from cnnviz.engine.requests import LearnFrom, Stack
from cnnviz.figures.by_depth import by_depth
from cnnviz.probes.first_steps import Learning
from cnnviz.ui.chart import chart
from cnnviz.ui.deep_stacks import SEED, call, functions
from cnnviz.ui.downloads import offer_downloads
from cnnviz.ui.engine import ask_each
from cnnviz.ui.form import Form, Preset
from cnnviz.ui.function_choice import line_of
from cnnviz.ui.number_controls import Number, Real
from cnnviz.ui.numbers import fixed, percent
from cnnviz.ui.part import Part
from cnnviz.ui.question import Question
from cnnviz.ui.screen import say_idea
from cnnviz.ui.words import Words, listed

WORDS = Words("initialization_steps")
FORM = Form(WORDS, screen="initialization", part="First steps")
say, text = WORDS.say, WORDS.text
FUNCTION = functions("tanh")
WIDTH = Number("width", 128, low=8, high=256)
DEPTH = Number("depth", 6, low=1, high=20)
RATE = Real("rate", 0.1, low=0.01, high=1.0, step=0.01)
STEPS = 50
_MOST = 30.0  # the greatest loss that the chart has room for
# By the end of their names in the lesson: a beginning, and its number.
RIVALS = {
    "zeros": ("zeros", 0.0),
    "constant": ("constant", 0.01),
    "small": ("normal", 0.01),
    "large": ("normal", 0.05),
    "xavier": ("xavier", 0.0),
    "kaiming_in": ("kaiming_in", 0.0),
    "kaiming_out": ("kaiming_out", 0.0),
    "orthogonal": ("orthogonal", 0.0),
}
PRESETS: dict[str, Preset] = {
    "tanh": {},
    "relu": {"function": "relu"},
    "shallow": {"depth": 1},
    "deep": {"function": "relu", "depth": 16},
    "fast": {"rate": 0.5},
}


@dataclass(frozen=True)
class State:
    """The network from every beginning, by the names of RIVALS, and the rate that it learns with."""

    stacks: dict[str, Stack]
    rate: float

    @property
    def one(self) -> Stack:
        """One of the stacks: they differ in the beginning alone."""
        return self.stacks["xavier"]


@dataclass(frozen=True, eq=False)
class Found:
    """What every beginning came to, by its name in RIVALS."""

    learnings: dict[str, Learning]

    @property
    def lines(self) -> dict[str, np.ndarray]:
        """Return the losses by the names in the lesson."""
        return {text(f"line_{name}"): each.losses for name, each in self.learnings.items()}

    def final(self, name: str) -> float:
        """Return the loss after the last step, infinite where it is no number."""
        loss = float(self.learnings[name].losses[-1])
        return loss if np.isfinite(loss) else float("inf")

    @property
    def ranked(self) -> list[str]:
        """Return the names, the least loss first."""
        return sorted(self.learnings, key=self.final)


def read() -> State:
    """Return what the form says."""
    widths = (784, *(FORM.get(WIDTH),) * FORM.get(DEPTH), 10)
    function, seed = FORM.get(FUNCTION), FORM.get(SEED)
    stacks = {name: Stack(widths, function, kind, amount, seed=seed) for name, (kind, amount) in RIVALS.items()}
    return State(stacks, FORM.get(RATE))


def find(state: State) -> Found | None:
    """Return all runs, each trained now, or None after an error was shown."""
    found = ask_each([LearnFrom(stack, state.rate, STEPS) for stack in state.stacks.values()], WORDS)
    return None if found is None else Found({name: each.found for name, each in zip(RIVALS, found, strict=True)})


def _figure(found: Found) -> go.Figure:
    return by_depth(found.lines, x=text("axis_step"), y=text("axis_loss"), most=_MOST, height=420)


def _draw(state: State, found: Found) -> None:
    chart(_figure(found), key=FORM.key("losses"), alt=text("losses_alt"))


def _show_notes(state: State, found: Found) -> None:
    """Name the best and those that have hardly begun, and write all down."""
    best = found.ranked[0]
    stuck = [name for name in RIVALS if found.final(name) > 0.95 * float(np.log(10))]
    name = "none" if best in stuck else "best"
    say(name, name=text(f"line_{best}"), loss=_loss(found, best), accuracy=_accuracy(found, best))
    if stuck:
        say("stuck", names=listed(text(f"line_{name}") for name in stuck))
    if not np.isfinite([found.final(name) for name in RIVALS]).all():
        say("diverged")
    rows = [text("row", name=text(f"line_{name}"), loss=_loss(found, name), accuracy=_accuracy(found, name))
            for name in found.ranked]  # fmt: skip
    st.markdown("\n".join([text("table"), *rows]))


def _loss(found: Found, name: str) -> str:
    loss = found.final(name)
    return fixed(loss, 3) if np.isfinite(loss) else "∞"


def _accuracy(found: Found, name: str) -> str:
    return percent(found.learnings[name].accuracies[-1])


def _show_formulas(state: State, found: Found) -> None:
    st.latex(text("formula", rate=f"{state.rate:g}"))
    say("formula_said", layers=state.one.depth, width=state.one.widths[1])


def _show_table(state: State, found: Found) -> None:
    table = pd.DataFrame({"step": range(STEPS + 1), **found.lines})
    offer_downloads(FORM, "first-steps", text("axis_loss"), table, [_figure(found)])


def question(state: State, found: Found, number: int) -> Question:
    """Ask which of four beginnings has the least or the greatest loss behind the present network."""
    least = number % 2 == 0
    four = sorted(Random(number).sample(found.ranked, 4), key=found.final)
    right, *others = four if least else four[::-1]
    function = WORDS.label(f"function.{state.one.function}")
    numbers = {"function": function, "layers": state.one.depth, "steps": STEPS}
    names = [text(f"line_{each}") for each in (right, *others)]
    why = text(
        "predict_why", name=names[0], loss=_loss(found, right), other=names[1], other_loss=_loss(found, others[0])
    )
    return Question(text("predict_least" if least else "predict_greatest", **numbers), names[0], names[1:], why)


def code(state: State, found: Found) -> str:
    """Return the few lines of Python that train the network from the best beginning."""
    best = state.stacks[found.ranked[0]]
    return text(
        "code",
        widths=list(best.widths),
        function=line_of(best.function),
        call=call(best.beginning, best.amount),
        rate=f"{state.rate:g}",
        steps=STEPS,
    )


PART = Part(
    form=FORM,
    presets=PRESETS,
    read=read,
    find=find,
    stage=_draw,
    settings=lambda: FORM.draw(FUNCTION, DEPTH, WIDTH, RATE, SEED),
    notes=_show_notes,
    formulas=_show_formulas,
    more=_show_table,
    question=question,
    code=code,
    height=440,
)


def show() -> None:
    """Draw the part."""
    say_idea(WORDS)
    PART.show()
