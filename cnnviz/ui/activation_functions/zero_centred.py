"""Why zero-centred outputs help: a neuron fed with positive numbers zigzags to where centred ones lead it straight."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd  # type: ignore[import-untyped]
import streamlit as st

from cnnviz.components.two_weights import Plane, two_weights
from cnnviz.engine.requests import DescendTwoWeights
from cnnviz.engine.results import Probed
from cnnviz.figures.sweep_curves import sweep
from cnnviz.probes.two_weights import GOAL, NEAR, Descent
from cnnviz.ui.activation_functions.names import choice, line_of, named
from cnnviz.ui.chart import chart
from cnnviz.ui.downloads import offer_downloads
from cnnviz.ui.form import Form, Preset
from cnnviz.ui.number_controls import Number, Real
from cnnviz.ui.numbers import fixed, formula, percent, short
from cnnviz.ui.part import Part
from cnnviz.ui.question import Question
from cnnviz.ui.screen import say_idea
from cnnviz.ui.words import Words

WORDS = Words("zero_centred")
say, text = WORDS.say, WORDS.text
FORM = Form(WORDS, screen="activation_functions", part="Zero-centred")
FUNCTION = choice("sigmoid", ("at",))
RATE = Real("rate", 1.0, ("at",), low=0.05, high=2.0, step=0.05)
EXAMPLES = Number("examples", 30, ("at",), low=2, high=100)
STEPS = Number("steps", 90, ("at",), low=10, high=300)
SEED = Number("seed", 1, ("at",), low=0, high=99)
AT = Number("at", 40, low=0, high=300)
PRESETS: dict[str, Preset] = {
    "sigmoid": {},
    "tanh": {"function": "tanh", "rate": 0.5},
    "relu": {"function": "relu", "rate": 0.5},
    "small": {"rate": 0.3, "steps": 300},
}

Answer = Probed[tuple[Descent, Descent]]


@dataclass(frozen=True)
class State:
    """One experiment, and the step that is looked at."""

    request: DescendTwoWeights
    step: int


def read() -> State:
    """Return what the form says."""
    request = DescendTwoWeights(FORM.get(FUNCTION), FORM.get(EXAMPLES), FORM.get(RATE), FORM.get(STEPS), FORM.get(SEED))
    return State(request, min(FORM.get(AT), request.steps))


def _draw_paths(state: State, answer: Answer) -> None:
    titles = text("plane_raw", name=named(state.request.activation)), text("plane_centred")
    planes = [
        Plane(title, each.inputs, each.weights, each.gradients, each.examples)
        for title, each in zip(titles, answer.found, strict=True)
    ]
    two_weights(planes, key=FORM.key("planes"), goal=GOAL, at=state.step, on_pick=lambda step: FORM.set(AT, step))


def _draw_settings() -> None:
    FORM.draw(FUNCTION, RATE, EXAMPLES, STEPS, SEED)


def _show_notes(state: State, answer: Answer) -> None:
    """Compare both paths."""
    raw, centred = answer.found
    say("drawn")
    say("compared", name=named(state.request.activation), **_numbers(raw, "raw"), **_numbers(centred, "centred"))
    say("positive" if (raw.inputs >= 0).all() else "mixed", name=named(state.request.activation))
    say("limits")


def _numbers(found: Descent, name: str) -> dict[str, str]:
    arrival = found.arrival
    return {
        f"opposed_{name}": percent(found.opposed),
        f"length_{name}": short(found.length, 3),
        f"arrival_{name}": text("never", near=NEAR) if arrival is None else text("arrived", step=arrival, near=NEAR),
    }


def _show_formula(state: State, answer: Answer) -> None:
    """Write out the gradient of this step."""
    raw = answer.found[0]
    step = min(state.step, state.request.steps - 1)
    x, weights, gradient = raw.inputs[raw.examples[step]], raw.weights[step], raw.gradients[step]
    error = float(x @ weights - x @ np.array(GOAL))
    say("formula_said", step=step)
    numbers = {"error": formula(error, brackets=True, digits=3)}
    for name, values in (("x", x), ("g", gradient)):
        numbers |= {f"{name}{at}": formula(value, digits=3) for at, value in enumerate(values, 1)}
    st.latex(text("formula", **numbers))


def _show_losses(state: State, answer: Answer) -> None:
    st.subheader(text("losses"))
    lines = {text(name): found.losses for name, found in zip(("line_raw", "line_centred"), answer.found, strict=True)}
    steps = range(state.request.steps + 1)
    figure = sweep(steps, lines, x=text("axis_step"), y=text("axis_loss"), scale="power", at=state.step, height=260)
    chart(figure, key=FORM.key("losses"), alt=text("losses"))
    columns: dict[str, Sequence[float] | np.ndarray] = {"step": steps}
    for name, found in zip(("raw", "centred"), answer.found, strict=True):
        columns |= {f"{name}_w1": found.weights[:, 0], f"{name}_w2": found.weights[:, 1], f"{name}_loss": found.losses}
    offer_downloads(FORM, "two-weights", text("losses"), pd.DataFrame(columns), [figure])


def question(state: State, answer: Answer, number: int) -> Question:
    """Ask where the second weight goes when the first one grows, for the inputs of a step."""
    found = answer.found[number % 2]
    # An input of 0 moves no weight.
    moved = np.flatnonzero(found.inputs[found.examples, 0])
    step = int(moved[number % len(moved)]) if len(moved) else 0
    x, (first, second) = found.inputs[found.examples[step]], found.gradients[step]
    options = {"up": text("predict_up"), "down": text("predict_down"), "still": text("predict_still")}
    # The first weight grows or falls with the sign of its input; what is asked is the other one, relative to it.
    product = float(x[0] * x[1])
    right = options["still" if product == 0 else "up" if product > 0 else "down"]
    shown = {"x1": fixed(x[0], 2), "x2": fixed(x[1], 2)}
    why = text("predict_why", **shown, first=fixed(first, 3), second=fixed(second, 3))
    return Question(text("predict", **shown), right, list(options.values()), why)


def code(state: State, answer: Answer) -> str:
    """Return the few lines of Python that compare the signs."""
    asked = state.request
    return text("code", line=line_of(asked.activation), count=asked.examples, rate=asked.rate, start=[-1.0, 1.0])


PART = Part(
    form=FORM,
    presets=PRESETS,
    read=read,
    request=lambda state: state.request,
    stage=_draw_paths,
    settings=_draw_settings,
    notes=_show_notes,
    formulas=_show_formula,
    more=_show_losses,
    question=question,
    code=code,
    height=400,
)


def show() -> None:
    """Draw the part."""
    say_idea(WORDS)
    PART.show()
