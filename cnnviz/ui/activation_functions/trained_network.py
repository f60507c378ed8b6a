"""Another function in the places of a trained network's own: what reaches it, what it stops, what is still right."""

from dataclasses import dataclass

import numpy as np
import pandas as pd  # type: ignore[import-untyped]
import plotly.graph_objects as go
import streamlit as st

from cnnviz import models
from cnnviz.engine.requests import ModelChoice, SampleActivations, SwapActivations
from cnnviz.figures.equivariance import bars
from cnnviz.figures.pre_activations import pre_activations
from cnnviz.figures.style import INPUT, KERNEL
from cnnviz.probes.activation_functions import PRELU_START, Curves
from cnnviz.probes.swapped_activations import BINS, FARTHEST, Layer, Swapped
from cnnviz.ui.chart import chart
from cnnviz.ui.downloads import offer_downloads
from cnnviz.ui.engine import ask
from cnnviz.ui.form import Form, Preset
from cnnviz.ui.form_controls import Choice
from cnnviz.ui.function_choice import NAMES, line_of, named
from cnnviz.ui.number_controls import Real
from cnnviz.ui.numbers import percent, short, whole
from cnnviz.ui.part import Part
from cnnviz.ui.question import Question
from cnnviz.ui.screen import say_idea
from cnnviz.ui.words import Words, listed

WORDS = Words("swapped_activations")
say, text, label = WORDS.say, WORDS.text, WORDS.label
FORM = Form(WORDS, screen="activation_functions", part="Network")
# By network: the sheet of test images, the function that it was trained with, and the layers that end in one.
NETWORKS = {
    "lenet-relu-mnist": ("digits", "relu", ("relu1", "relu2", "relu3")),
    "lenet5-mnist": ("digits", "sigmoid", ("sigmoid1", "sigmoid2", "sigmoid3", "sigmoid4")),
    "lenet5-fashion": ("clothes", "sigmoid", ("sigmoid1", "sigmoid2", "sigmoid3", "sigmoid4")),
    "mlp-mnist": ("digits", "relu", ("relu",)),
}
# The one that is no module of torch is left out.
_OFFERED = tuple(name for name in NAMES if name != "gelu_sigmoid")
FUNCTION = Choice("function", "tanh", (), _OFFERED)
NETWORK = Choice("network", "lenet-relu-mnist", ("layer", "function"), tuple(NETWORKS))
THRESHOLD = Real("threshold", 0.05, low=0.0, high=0.5, step=0.01)
SHOWN = Choice("shown", "after", (), ("before", "after"), "buttons")
PRESETS: dict[str, Preset] = {
    "tanh": {},
    "leaky": {"function": "leaky_relu"},
    "gelu": {"function": "gelu"},
    "sigmoid": {"function": "sigmoid"},
    "lenet5": {"network": "lenet5-mnist", "shown": "before"},
    "clothes": {"network": "lenet5-fashion", "shown": "before"},
}


@dataclass(frozen=True)
class State:
    """A network, the function that takes the places of its own, and the layer that is looked at."""

    network: str
    name: str
    layer: int
    threshold: float
    before: bool

    def request(self) -> SwapActivations:
        """Return the question for the engine."""
        sheet = NETWORKS[self.network][0]
        return SwapActivations(ModelChoice(self.network), sheet, self.name, PRELU_START, self.threshold)

    @property
    def drawn(self) -> str:
        """The function whose curve is drawn."""
        return NETWORKS[self.network][1] if self.before else self.name


@dataclass(frozen=True)
class Answer:
    """What the engine found, and the curves of all functions."""

    found: Swapped
    curves: Curves


def layers() -> Choice:
    """Return the choice of a layer of the network."""
    names = NETWORKS[FORM.get(NETWORK)][2]
    return Choice("layer", names[min(1, len(names) - 1)], (), names, technical=True)


def read() -> State:
    """Return what the form says."""
    layer = layers()
    at = layer.options.index(FORM.get(layer))
    return State(FORM.get(NETWORK), FORM.get(FUNCTION), at, FORM.get(THRESHOLD), FORM.get(SHOWN) == "before")


def find(state: State) -> Answer | None:
    """Ask the engine for the swapped network and the curves."""
    found, sampled = ask(state.request()), ask(SampleActivations(NAMES, PRELU_START))
    return None if found is None or sampled is None else Answer(found.found, sampled.found[0])


def _draw_stage(state: State, answer: Answer) -> None:
    """Draw what reaches the layer under its curve, and beside it the shares of all layers."""
    before, after = answer.found.before, answer.found.after
    say(
        "accuracy",
        before=percent(before.accuracy),
        after=percent(after.accuracy),
        own=named(NETWORKS[state.network][1]),
        name=named(state.name),
        changed=int((before.predictions != after.predictions).sum()),
        count=len(before.predictions),
    )
    left, right = st.columns([3, 2], gap="medium")
    histogram, shares = _histogram(state, answer), _shares(answer)
    chart(histogram, key=FORM.key("histogram"), at=left, alt=text("histogram", layer=_layer(state, answer).name))
    chart(shares, key=FORM.key("shares"), at=right, alt=text("saturated"))


def _layer(state: State, answer: Answer) -> Layer:
    return (answer.found.before if state.before else answer.found.after).layers[state.layer]


def _histogram(state: State, answer: Answer) -> go.Figure:
    curves, row = answer.curves, NAMES.index(state.drawn)
    counts = _layer(state, answer).counts
    names = text("axis_x", layer=_layer(state, answer).name), text("axis_share"), named(state.drawn)
    return pre_activations(
        np.linspace(-FARTHEST, FARTHEST, BINS + 1),
        counts / counts.sum(),
        curves.x[::5],
        curves.values[row][::5],
        (np.abs(curves.slopes[row]) < state.threshold)[::5],
        names,
        colour=INPUT if state.before else KERNEL,
    )


def _shares(answer: Answer) -> go.Figure:
    series = {
        text(f"series_{name}"): [layer.saturated for layer in measured.layers]
        for name, measured in (("before", answer.found.before), ("after", answer.found.after))
    }
    names = [layer.name for layer in answer.found.before.layers]
    return bars(names, series, y=text("saturated"), colours=(INPUT, KERNEL), height=320)


def _show_notes(state: State, answer: Answer) -> None:
    layer = _layer(state, answer)
    say(
        "layer",
        layer=layer.name,
        values=whole(int(layer.counts.sum())),
        saturated=percent(layer.saturated, 1),
        threshold=short(state.threshold),
        dead=layer.dead,
        units=layer.units,
        name=named(state.drawn),
    )
    same = state.name == NETWORKS[state.network][1]
    say("same" if same else "why", own=named(NETWORKS[state.network][1]), name=named(state.name))


def _show_table(state: State, answer: Answer) -> None:
    rows = [
        (layer.name, text(f"series_{name}"), percent(layer.saturated, 1), layer.dead, layer.units)
        for name, measured in (("before", answer.found.before), ("after", answer.found.after))
        for layer in measured.layers
    ]
    table = pd.DataFrame(rows, columns=[text(f"column_{each}") for each in ("layer", "state", "flat", "dead", "units")])
    st.dataframe(table, hide_index=True, alt=text("table"))
    figures = [_histogram(state, answer), _shares(answer)]
    offer_downloads(FORM, "swapped-activations", text("table"), table, figures)


def question(state: State, answer: Answer, number: int) -> Question | None:
    """Ask in which layer of the network, as trained or swapped, the largest share is flat."""
    measured, key = ((answer.found.before, "before"), (answer.found.after, "after"))[number % 2]
    layers = sorted(measured.layers, key=lambda layer: -layer.saturated)
    if len(layers) < 2 or layers[0].saturated == layers[1].saturated:
        return None
    told = listed(text("predict_told", layer=each.name, share=percent(each.saturated, 1)) for each in layers)
    name = named(NETWORKS[state.network][1] if key == "before" else state.name)
    asked = text("predict", name=name, threshold=short(state.threshold))
    return Question(asked, layers[0].name, [each.name for each in layers[1:]], text("predict_why", layers=told))


def code(state: State, answer: Answer) -> str:
    """Return the few lines of Python that swap the functions."""
    sheet, own, _ = NETWORKS[state.network]
    how = models.card(state.network).preprocessing
    torch_name = line_of(own).partition("(")[0]
    numbers = {"mean": how.mean[0], "std": how.std[0]}
    return text("code", network=state.network, sheet=sheet, own=torch_name, line=line_of(state.name), **numbers)


PART = Part(
    form=FORM,
    presets=PRESETS,
    read=read,
    find=find,
    stage=_draw_stage,
    settings=lambda: FORM.draw(NETWORK, FUNCTION, layers(), THRESHOLD, SHOWN),
    notes=_show_notes,
    more=_show_table,
    question=question,
    code=code,
    height=400,
)


def show() -> None:
    """Draw the part."""
    say_idea(WORDS)
    PART.show()
