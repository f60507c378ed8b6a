"""Gradients and activations through many layers, as training would begin: what slopes do to them layer by layer."""

from dataclasses import dataclass

import numpy as np
import pandas as pd  # type: ignore[import-untyped]
import plotly.graph_objects as go
import streamlit as st

from cnnviz.engine.requests import SampleActivations, StackActivations
from cnnviz.figures.sweep_curves import sweep
from cnnviz.probes.activation_functions import PRELU_START, Facts
from cnnviz.probes.deep_stack import Measured
from cnnviz.ui.activation_functions.names import NAMES, choice, line_of, named
from cnnviz.ui.chart import chart
from cnnviz.ui.downloads import offer_downloads
from cnnviz.ui.engine import ask
from cnnviz.ui.form import Form, Preset
from cnnviz.ui.form_controls import Choice
from cnnviz.ui.number_controls import Number
from cnnviz.ui.numbers import fixed, short
from cnnviz.ui.part import Part
from cnnviz.ui.question import Question
from cnnviz.ui.screen import say_idea
from cnnviz.ui.words import Words

WORDS = Words("vanishing_gradients")
say, text = WORDS.say, WORDS.text
FORM = Form(WORDS, screen="activation_functions", part="Depth")
FUNCTION = choice("sigmoid")
DEPTH = Number("depth", 12, low=2, high=50)
WIDTH = Number("width", 128, low=8, high=512)
BEGINNING = Choice("beginning", "xavier", (), ("xavier", "kaiming_in", "orthogonal"))
SEED = Number("seed", 0, low=0, high=99, slider=False)
PRESETS: dict[str, Preset] = {
    "sigmoid": {},
    "tanh": {"function": "tanh"},
    "relu": {"function": "relu", "beginning": "kaiming_in", "depth": 50},
    "halved": {"function": "relu", "depth": 50},
    "selu": {"function": "selu", "depth": 50, "width": 256},
}


@dataclass(frozen=True)
class State:
    """A stack of layers with one function, to be compared with the same with another."""

    request: StackActivations

    @property
    def rival(self) -> str:
        """The function to compare with: SELU, and for SELU itself ReLU."""
        return "relu" if self.request.activation == "selu" else "selu"


@dataclass(frozen=True)
class Answer:
    """The stack measured, the same with the rival's function, and what is known of the first one."""

    found: Measured
    rival: Measured
    facts: Facts

    @property
    def sizes(self) -> np.ndarray:
        """The deviation of the gradient at h[0] to h[L], as a share of that at h[L]."""
        sizes = np.array([each.deviation for each in self.found.gradients])
        return np.array(sizes / sizes[-1])

    @property
    def products(self) -> np.ndarray:
        """The product of the largest slopes above h[0] to h[L]."""
        return np.array(self.facts.steepest ** np.arange(len(self.found.gradients) - 1, -1.0, -1.0))


def read() -> State:
    """Return what the form says."""
    names = FORM.get(FUNCTION), FORM.get(WIDTH), FORM.get(DEPTH), FORM.get(BEGINNING), FORM.get(SEED)
    return State(StackActivations(*names))


def find(state: State) -> Answer | None:
    """Ask the engine for both stacks, and what is known of the functions."""
    asked = state.request
    rival = StackActivations(state.rival, asked.width, asked.depth, asked.beginning, asked.seed)
    found, other = ask(asked), ask(rival)
    known = ask(SampleActivations(NAMES, PRELU_START))
    if found is None or other is None or known is None:
        return None
    return Answer(found.found, other.found, known.found[1][asked.activation])


def _draw_gradients(state: State, answer: Answer) -> None:
    chart(_gradients(state, answer), key=FORM.key("gradients"), alt=text("gradients"))
    sizes, products = answer.sizes, answer.products
    say(
        "first",
        depth=state.request.depth,
        size=short(sizes[0], 3),
        product=short(products[0], 3),
        each=short(sizes[0] ** (1 / state.request.depth), 3),
    )


def _gradients(state: State, answer: Answer) -> go.Figure:
    lines = {
        text("line_measured", name=named(state.request.activation)): answer.sizes,
        text("line_product", steepest=short(answer.facts.steepest, 3)): answer.products,
    }
    depths = range(state.request.depth + 1)
    return sweep(depths, lines, x=text("axis_depth"), y=text("axis_gradient"), scale="power", height=360)


def _show_notes(state: State, answer: Answer) -> None:
    say("product", steepest=short(answer.facts.steepest, 3), name=named(state.request.activation))
    say(f"beginning_{state.request.beginning}")


def _show_formula(state: State, answer: Answer) -> None:
    """Write out the product of the largest slopes."""
    numbers = {"steepest": fixed(answer.facts.steepest, 3), "depth": state.request.depth}
    mantissa, _, power = f"{answer.products[0]:.2e}".partition("e")
    st.latex(text("formula", **numbers, mantissa=mantissa, power=int(power)))


def _show_activations(state: State, answer: Answer) -> None:
    """Chart mean and variance of the activations by depth, beside those of the rival."""
    st.subheader(text("activations"))
    names = named(state.request.activation), named(state.rival)
    both = dict(zip(names, (answer.found, answer.rival), strict=True))
    depths = range(state.request.depth + 1)
    means = {name: np.array([each.mean for each in found.activations]) for name, found in both.items()}
    variances = {name: np.array([each.deviation**2 for each in found.activations]) for name, found in both.items()}
    figures = []
    for box, (what, lines) in zip(st.columns(2), (("mean", means), ("variance", variances)), strict=True):
        scale = "signed" if what == "mean" else "power"
        figures.append(sweep(depths, lines, x=text("axis_depth"), y=text(f"axis_{what}"), scale=scale))
        chart(figures[-1], key=FORM.key(what), at=box, alt=text(f"axis_{what}"))
    numbers: dict[str, object] = {}
    for key, name in zip(("own", "rival"), names, strict=True):
        mean, variance = fixed(means[name][-1], 2), short(variances[name][-1], 2)
        numbers |= {key: name, f"{key}_mean": mean, f"{key}_variance": variance}
    say("activations_said", depth=state.request.depth, **numbers)
    if "selu" in (state.request.activation, state.rival):
        say("selu" if state.request.beginning == "xavier" else "selu_begins")
    columns = {"depth": depths, "gradient": answer.sizes, "product": answer.products}
    for what, lines in (("mean", means), ("variance", variances)):
        columns |= {f"{what} {name}": values for name, values in lines.items()}
    figures.insert(0, _gradients(state, answer))
    offer_downloads(FORM, "depth", text("gradients"), pd.DataFrame(columns), figures)


def question(state: State, answer: Answer, number: int) -> Question:
    """Ask how large the gradient still is some layers below the top."""
    depth = state.request.depth
    below = 1 + (number * 3 + depth // 2) % depth
    size = float(answer.sizes[depth - below])
    options = {10.0**power: text("predict_option", size=short(10.0**power, 1)) for power in range(-12, 7, 2)}
    nearest = sorted(options, key=lambda each: abs(np.log10(each) - np.log10(max(size, 1e-30))))
    shown = {"below": below, "name": named(state.request.activation)}
    why = text("predict_why", size=short(size, 2), **shown)
    return Question(text("predict", **shown), options[nearest[0]], [options[each] for each in nearest[1:]], why)


def code(state: State, answer: Answer) -> str:
    """Return the few lines of Python that measure the gradient."""
    asked = state.request
    begin = {
        "xavier": "nn.init.xavier_normal_(weights)",
        "kaiming_in": 'nn.init.kaiming_normal_(weights, nonlinearity="relu")',
        "orthogonal": "nn.init.orthogonal_(weights)",
    }[asked.beginning]
    return text("code", line=line_of(asked.activation), width=asked.width, depth=asked.depth, begin=begin)


PART = Part(
    form=FORM,
    presets=PRESETS,
    read=read,
    find=find,
    stage=_draw_gradients,
    settings=lambda: FORM.draw(FUNCTION, DEPTH, WIDTH, BEGINNING, SEED),
    notes=_show_notes,
    formulas=_show_formula,
    more=_show_activations,
    question=question,
    code=code,
    height=440,
)


def show() -> None:
    """Draw the part."""
    say_idea(WORDS)
    PART.show()
