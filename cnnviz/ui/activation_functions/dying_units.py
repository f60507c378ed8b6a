"""Dying ReLU: the share of units without any gradient while a small network learns, and what keeps them alive."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd  # type: ignore[import-untyped]
import plotly.graph_objects as go
import streamlit as st

from cnnviz.engine.requests import TrainUnits
from cnnviz.figures.sweep_curves import sweep
from cnnviz.probes.dying_units import LAYERS, WIDTH, Training
from cnnviz.ui.chart import chart
from cnnviz.ui.downloads import offer_downloads
from cnnviz.ui.engine import ask_each
from cnnviz.ui.form import Form, Preset
from cnnviz.ui.form_controls import Choice
from cnnviz.ui.number_controls import Number, Real
from cnnviz.ui.numbers import percent, short
from cnnviz.ui.part import Part
from cnnviz.ui.question import Question
from cnnviz.ui.screen import say_idea
from cnnviz.ui.words import Words

WORDS = Words("dying_relu")
say, text = WORDS.say, WORDS.text
FORM = Form(WORDS, screen="activation_functions", part="Dying")
RATES = ("0.03", "0.1", "0.2", "0.3", "0.5", "0.7", "1", "1.5")
RATE = Choice("rate", "0.5", (), RATES, "buttons", technical=True)
BIAS = Real("bias", 0.01, low=-0.5, high=0.5, step=0.01, slider=False)
STEPS = Number("steps", 150, low=10, high=400)
SEED = Number("seed", 0, low=0, high=99, slider=False)
PRESETS: dict[str, Preset] = {
    "dying": {},
    "slow": {"rate": "0.1"},
    "fast": {"rate": "1.5"},
    "bias": {"bias": 0.2},
}


@dataclass(frozen=True)
class State:
    """How the networks learn, and the bias that one of them begins with."""

    rate: float
    bias: float
    steps: int
    seed: int

    def requests(self, rate: float | None = None) -> dict[str, TrainUnits]:
        """Return what the engine is asked, by names in the lesson, at another rate if one is given."""
        shared = self.steps, self.seed
        used = self.rate if rate is None else rate
        return {
            "plain": TrainUnits("relu", used, 0.0, *shared),
            "biased": TrainUnits("relu", used, self.bias, *shared),
            "leaky": TrainUnits("leaky_relu", used, 0.0, *shared),
        }


Answer = dict[str, Training]


def read() -> State:
    """Return what the form says."""
    return State(float(FORM.get(RATE)), FORM.get(BIAS), FORM.get(STEPS), FORM.get(SEED))


def find(state: State) -> Answer | None:
    """Ask the engine for the three runs."""
    requests = state.requests()
    answers = ask_each(list(requests.values()), WORDS)
    return None if answers is None else {name: each.found for name, each in zip(requests, answers, strict=True)}


def called(name: str, state: State) -> str:
    """Return how a run is called."""
    return text(f"run_{name}", bias=short(state.bias))


def _draw_shares(state: State, answer: Answer) -> None:
    """Chart the share of dead units and the loss, step by step."""
    left, right = st.columns(2, gap="medium")
    chart(_dead(state, answer), key=FORM.key("dead"), at=left, alt=text("axis_dead"))
    chart(_losses(state, answer), key=FORM.key("losses"), at=right, alt=text("axis_loss"))
    shares = {name: percent(float(run.dead[-1].mean())) for name, run in answer.items()}
    right_ones = {f"{name}_right": percent(float(run.accuracies[-1])) for name, run in answer.items()}
    say("ended", rate=short(state.rate), bias=short(state.bias), **shares, **right_ones)


def _draw_settings() -> None:
    FORM.draw(RATE, columns=1)
    FORM.draw(BIAS, STEPS, SEED)


def _padded(values: np.ndarray, steps: int) -> np.ndarray:
    return np.concatenate([values, np.full(steps + 1 - len(values), np.nan)])


def _dead(state: State, answer: Answer) -> go.Figure:
    lines = {called(name, state): _padded(run.dead.mean(axis=1), state.steps) for name, run in answer.items()}
    return sweep(range(state.steps + 1), lines, x=text("axis_step"), y=text("axis_dead"), scale="whole", height=320)


def _losses(state: State, answer: Answer) -> go.Figure:
    lines = {called(name, state): _padded(run.losses, state.steps) for name, run in answer.items()}
    return sweep(range(state.steps + 1), lines, x=text("axis_step"), y=text("axis_loss"), scale="power", height=320)


def _show_notes(state: State, answer: Answer) -> None:
    say("how", layers=LAYERS, width=WIDTH)
    ended = [name for name, run in answer.items() if len(run.losses) <= state.steps]
    for name in ended:
        say("diverged", name=called(name, state), step=len(answer[name].losses) - 1)
    leaky = answer["leaky"]
    say("leaky", negative=percent(float(leaky.negative[-1].mean())))


def _show_formula(state: State, answer: Answer) -> None:
    say("formula_said")
    st.latex(text("formula"))


def _show_rates(state: State, answer: Answer) -> None:
    """Chart the share of dead units at the end over all learning rates."""
    st.subheader(text("rates"))
    found = _sweep_rates(state)
    if found is None:
        return
    lines = {called(name, state): shares for name, shares in found.items()}
    rates = [float(rate) for rate in RATES]
    figure = sweep(rates, lines, x=text("axis_rate"), y=text("axis_dead"), scale="whole", at=state.rate)
    chart(figure, key=FORM.key("rates"), alt=text("rates"))
    say("rates_text", steps=state.steps)
    table = pd.DataFrame({text("axis_rate"): rates, **lines})
    figures = [_dead(state, answer), _losses(state, answer), figure]
    offer_downloads(FORM, "dying-relu", text("rates"), table, figures)


def _sweep_rates(state: State) -> dict[str, list[float]] | None:
    """Ask for every rate, with a bar where that takes long; None after an error was shown."""
    wanted = [(name, each) for rate in RATES for name, each in state.requests(float(rate)).items()]
    answers = ask_each([request for _, request in wanted], WORDS)
    if answers is None:
        return None
    shares: dict[str, list[float]] = {}
    for (name, _), answer in zip(wanted, answers, strict=True):
        shares.setdefault(name, []).append(float(answer.found.dead[-1].mean()))
    return shares


def question(state: State, answer: Answer, number: int) -> Question:
    """Ask for the share of dead units after some steps of one of the runs."""
    name = ("plain", "biased", "leaky")[number % 3]
    run = answer[name]
    step = (37 * (number + 1)) % len(run.losses)
    share = float(run.dead[step].mean())
    bounds = (0.0, 0.02, 0.1, 0.3, 0.6)
    ranges = [(percent(low), percent(high)) for low, high in pairwise((*bounds, 1.0))]
    options = [text("predict_none_dead"), *(text("predict_between", low=low, high=high) for low, high in ranges)]
    right = 0 if share == 0 else 1 + max(at for at, bound in enumerate(bounds) if share > bound)
    nearest = sorted(options, key=lambda each: abs(options.index(each) - right))
    asked = text("predict", name=called(name, state), step=step, rate=short(state.rate))
    return Question(asked, options[right], nearest, text("predict_why", share=percent(share, 1)))


def code(state: State, answer: Answer) -> str:
    """Return the few lines of Python that count the dead units."""
    return text("code", rate=state.rate, steps=state.steps, width=WIDTH, bias=state.bias)


PART = Part(
    form=FORM,
    presets=PRESETS,
    read=read,
    find=find,
    stage=_draw_shares,
    settings=_draw_settings,
    notes=_show_notes,
    formulas=_show_formula,
    more=_show_rates,
    question=question,
    code=code,
    height=400,
)


def show() -> None:
    """Draw the part."""
    say_idea(WORDS)
    PART.show()
