"""The functions and their slopes as curves, what is known of each, and what each costs."""

from dataclasses import dataclass

import numpy as np
import pandas as pd  # type: ignore[import-untyped]
import streamlit as st

from cnnviz.components.activation_curves import MOST, activation_curves
from cnnviz.engine.requests import SampleActivations, TimeActivations
from cnnviz.engine.results import Probed
from cnnviz.figures.sweep_curves import sweep
from cnnviz.probes.activation_functions import PRELU_START, Curves, Facts, gap
from cnnviz.ui.activation_functions.names import NAMES, choice, line_of, named
from cnnviz.ui.activation_functions.questions import question_about_slopes
from cnnviz.ui.chart import chart
from cnnviz.ui.choices import Choices
from cnnviz.ui.downloads import offer_downloads
from cnnviz.ui.engine import ask
from cnnviz.ui.form import Form, Preset
from cnnviz.ui.number_controls import Real
from cnnviz.ui.numbers import fixed, formula, percent, short
from cnnviz.ui.part import Part
from cnnviz.ui.question import Question
from cnnviz.ui.screen import say_idea
from cnnviz.ui.words import Words

WORDS = Words("activation_functions")
say, text = WORDS.say, WORDS.text
FORM = Form(WORDS)
FUNCTION = choice("sigmoid")
BESIDE = Choices("beside", (), (), NAMES, MOST - 1, "function")
THRESHOLD = Real("threshold", 0.05, low=0.0, high=0.5, step=0.01)
PRELU_SLOPE = Real("prelu_slope", PRELU_START, low=-0.5, high=1.0, step=0.05)
X = Real("at", 2.0, low=-6.0, high=6.0, step=0.01, slider=False)
PRESETS: dict[str, Preset] = {
    "saturation": {},
    "centred": {"function": "tanh", "beside": ("sigmoid",)},
    "rectifiers": {"function": "relu", "beside": ("leaky_relu", "prelu", "elu")},
    "selu": {"function": "selu", "beside": ("relu", "elu")},
    "gelu": {"function": "gelu", "beside": ("gelu_tanh", "gelu_sigmoid")},
    "smooth": {"function": "silu", "beside": ("softplus", "hardswish", "mish")},
}
_GELU = ("gelu", "gelu_tanh", "gelu_sigmoid")
_EVEN = 1e-3  # a mean output below it counts as none

Answer = Probed[tuple[Curves, dict[str, Facts]]]


@dataclass(frozen=True)
class State:
    """The function that is looked at, those beside it, and the x, the threshold and PReLU's slope of the moment."""

    name: str
    beside: tuple[str, ...]
    x: float
    threshold: float
    prelu_slope: float

    @property
    def names(self) -> tuple[str, ...]:
        """The functions that are drawn."""
        return self.name, *(each for each in self.beside if each != self.name)

    def request(self) -> SampleActivations:
        """Return the question for the engine."""
        return SampleActivations(NAMES, self.prelu_slope)


def read() -> State:
    """Return what the form says."""
    return State(FORM.get(FUNCTION), FORM.get(BESIDE), FORM.get(X), FORM.get(THRESHOLD), FORM.get(PRELU_SLOPE))


def _draw_curves(state: State, answer: Answer) -> None:
    curves, _ = answer.found
    rows = [NAMES.index(name) for name in state.names]
    activation_curves(
        curves.x,
        curves.values[rows],
        curves.slopes[rows],
        [named(name) for name in state.names],
        key=FORM.key("curves"),
        threshold=state.threshold,
        at=state.x,
        on_pick=lambda x: FORM.set(X, round(x, 2)),
    )


def _draw_settings() -> None:
    FORM.draw(FUNCTION, BESIDE, THRESHOLD, X)
    if "prelu" in read().names:
        FORM.draw(PRELU_SLOPE)


def _show_notes(state: State, answer: Answer) -> None:
    """Say where the function is flat, what it gives out, and what is known of it."""
    curves, known = answer.found
    facts = known[state.name]
    where, share = flat(curves, state.name, state.threshold)
    say("flat", name=named(state.name), threshold=short(state.threshold), where=where, share=percent(share, 1))
    say(
        "centred" if abs(facts.mean) < _EVEN else "uncentred",
        low=_end(facts.low),
        high=_end(facts.high),
        mean=fixed(facts.mean, 3),
        steepest=fixed(facts.steepest, 3),
    )
    say(f"about_{state.name}")


def flat(curves: Curves, name: str, threshold: float) -> tuple[str, float]:
    """Return where a function's slope is below the threshold, in words, and the share of normal inputs there."""
    below = np.abs(curves.slopes[NAMES.index(name)]) < threshold
    edges = np.flatnonzero(np.diff(np.concatenate([[0], below.astype(int), [0]])))
    found = []
    for low, high in zip(edges[::2], edges[1::2] - 1, strict=True):
        kind = "below" if low == 0 else "above" if high == len(below) - 1 else "between"
        found.append(text(f"flat_{kind}", low=fixed(curves.x[low], 2), high=fixed(curves.x[high], 2)))
    density = np.exp(-(curves.x**2) / 2)
    return ", ".join(found) or text("flat_nowhere"), float(density[below].sum() / density.sum())


def _end(bound: float) -> str:
    return ("∞" if bound > 0 else "−∞") if np.isinf(bound) else short(bound, 3)


def _show_formula(state: State, answer: Answer) -> None:
    """Typeset the function and its slope with the numbers of this x."""
    curves, _ = answer.found
    row, at = NAMES.index(state.name), int(np.abs(curves.x - state.x).argmin())
    x, value, slope = (float(each) for each in (curves.x[at], curves.values[row, at], curves.slopes[row, at]))
    lines = text(
        f"formula_{state.name}",
        x=formula(x),
        bracketed=formula(x, brackets=True),
        opposite=formula(-x),
        value=formula(value),
        slope=formula(slope),
        bracketed_value=formula(value, brackets=True),
        below=formula(state.prelu_slope),
    )
    st.latex(r"\begin{aligned}" + lines + r"\end{aligned}\,")


def _show_table(state: State, answer: Answer) -> None:
    """Compare all functions, and how far GELU's shorter forms are from it."""
    curves, known = answer.found
    if set(_GELU) & set(state.names):
        _show_gaps(curves)
    st.subheader(text("table"))
    costs = ask(TimeActivations(NAMES))
    if costs is None:
        return
    rows = [
        (
            named(name),
            _end(each.low),
            _end(each.high),
            fixed(each.steepest, 3),
            fixed(each.mean, 3),
            fixed(each.variance, 3),
            fixed(costs.found[name].forward, 1),
            fixed(costs.found[name].both, 1),
        )
        for name, each in known.items()
    ]
    columns = ("name", "low", "high", "steepest", "mean", "variance", "forward", "both")
    table = pd.DataFrame(rows, columns=[text(f"column_{each}") for each in columns])
    st.dataframe(table, hide_index=True, alt=text("table"), height=35 * (len(table) + 1) + 3)
    say("table_text")
    slopes = {named(name): curves.slopes[NAMES.index(name)][::20] for name in state.names}
    figure = sweep(curves.x[::20].tolist(), slopes, x=text("axis_x"), y=text("axis_slope"), scale="signed")
    offer_downloads(FORM, "activation-functions", text("table"), table, [figure])


def _show_gaps(curves: Curves) -> None:
    st.subheader(text("gaps"))
    exact = curves.values[NAMES.index("gelu")]
    apart = {named(name): (curves.values[NAMES.index(name)] - exact)[::10] for name in _GELU[1:]}
    figure = sweep(curves.x[::10].tolist(), apart, x=text("axis_x"), y=text("axis_gap"), scale="signed", height=260)
    chart(figure, key=FORM.key("gaps"), alt=text("gaps"))
    by_sigmoid, by_tanh = gap("gelu_sigmoid"), gap("gelu_tanh")
    say(
        "gaps_text",
        sigmoid=fixed(by_sigmoid.largest, 4),
        sigmoid_at=fixed(by_sigmoid.at, 2),
        tanh=fixed(by_tanh.largest, 5),
        tanh_at=fixed(by_tanh.at, 2),
    )


def question(state: State, answer: Answer, number: int) -> Question:
    """Ask about slopes: of one function, of several, and of their product through layers."""
    return question_about_slopes(state.name, answer.found[0], number)


def code(state: State, answer: Answer) -> str:
    """Return the few lines of Python that compute value and slope."""
    return text("code", line=line_of(state.name, state.prelu_slope), x=state.x)


PART = Part(
    form=FORM,
    presets=PRESETS,
    read=read,
    request=State.request,
    stage=_draw_curves,
    settings=_draw_settings,
    notes=_show_notes,
    formulas=_show_formula,
    more=_show_table,
    question=question,
    code=code,
    height=440,
)


def show() -> None:
    """Draw the part."""
    say_idea(WORDS)
    PART.show()
