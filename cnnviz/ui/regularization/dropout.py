"""Dropout in a network of up to ten units: all its subnetworks, and the one scaled pass that stands for their mean."""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

import numpy as np
import pandas as pd  # type: ignore[import-untyped]
import streamlit as st

from cnnviz.components.dropout import dropout
from cnnviz.engine.requests import DropUnits
from cnnviz.engine.results import Probed
from cnnviz.probes.dropout import LINEAR, MOST_UNITS, SCALINGS, Subnetworks, draw_network
from cnnviz.ui.downloads import offer_downloads
from cnnviz.ui.form import Form, Preset
from cnnviz.ui.form_controls import Choice
from cnnviz.ui.function_choice import line_of
from cnnviz.ui.number_controls import Number, Real
from cnnviz.ui.numbers import fixed, formula, percent, short, whole
from cnnviz.ui.part import Part
from cnnviz.ui.question import Question
from cnnviz.ui.regularization.pooled import show_pooled
from cnnviz.ui.screen import say_idea
from cnnviz.ui.words import Words

WORDS = Words("regularization_dropout")
FORM = Form(WORDS, screen="regularization", part="Dropout")
say, text = WORDS.say, WORDS.text
FIRST = Number("first", 5, ("at",), low=1, high=8)
ACTIVATION = Choice("activation", "relu", options=(LINEAR, "relu", "tanh", "sigmoid"))
KEEP = Real("keep", 0.5, low=0.1, high=0.9)
SCALING = Choice("scaling", "test", options=SCALINGS, style="buttons")
SEED = Number("seed", 3, high=999, slider=False)
PRESETS: dict[str, Preset] = {
    "relu": {},
    "linear": {"activation": LINEAR},
    "last": {"first": 6, "second": 0},
    "tanh": {"activation": "tanh"},
    "rare": {"keep": 0.8},
    "forgotten": {"scaling": "none"},
}


@dataclass(frozen=True)
class State:
    """A network, how its units are dropped, and the mask that is shown."""

    request: DropUnits
    mask: int

    @property
    def units(self) -> int:
        """The number of units that can be dropped."""
        return sum(self.request.widths)


def second(first: int) -> Number:
    """Return the control of the second layer, which leaves ten units in all; without units there is none."""
    return Number("second", min(5, MOST_UNITS - first), ("at",), low=0, high=MOST_UNITS - first)


def read() -> State:
    """Return what the form says; a mask over other units shows all of them."""
    first = FORM.get(FIRST)
    widths = (first, FORM.get(second(first)))
    request = DropUnits(widths, FORM.get(ACTIVATION), FORM.get(KEEP), FORM.get(SCALING), FORM.get(SEED))
    most = 2 ** sum(widths) - 1
    return State(request, FORM.get(Number("at", most, high=most)))


def _draw(state: State, answer: Probed[Subnetworks]) -> None:
    request = state.request
    network = draw_network(request.widths, seed=request.seed)
    dropout(
        network.x.numpy(),
        [each.numpy() for each in network.weights],
        answer.found,
        keep=request.keep,
        seed=request.seed,
        mask=state.mask,
        key=FORM.key("network"),
        on_pick=lambda mask: FORM.put({"at": None if mask == 2**state.units - 1 else mask}),
    )


def _draw_settings() -> None:
    FORM.draw(KEEP, FIRST, second(FORM.get(FIRST)), ACTIVATION)
    left, right = st.columns([3, 1], gap="medium")
    with left:
        FORM.draw(SCALING, columns=1)
    with right:
        FORM.draw(SEED, columns=1)


def _exact(state: State) -> bool:
    """Return whether only linear layers follow what is dropped."""
    request = state.request
    return request.scaling != "none" and (request.activation == LINEAR or not request.widths[1])


def _show_notes(state: State, answer: Probed[Subnetworks]) -> None:
    """Say what both conventions call p, how close the scaled pass comes, and why."""
    found, keep = answer.found, state.request.keep
    numbers = {"mean": fixed(found.mean, 4), "scaled": fixed(found.scaled, 4), "count": whole(len(found.outputs))}
    say("names", keep=short(keep), drop=short(1 - keep))
    say("gap", gap=short(abs(found.mean - found.scaled), 2), deviation=short(found.deviation, 3), **numbers)
    if state.request.scaling == "none":
        say("unscaled", factor=short(1 / keep, 3))
    elif _exact(state):
        say("exact_linear" if state.request.activation == LINEAR else "exact_last")
    else:
        name = WORDS.label(f"activation.{state.request.activation}")
        typical, most = np.median(found.offs), np.quantile(found.offs, 0.9)
        say("close", name=name, typical=percent(typical, 1), most=percent(most), count=len(found.offs))


def _show_formulas(state: State, answer: Probed[Subnetworks]) -> None:
    keep, kept = state.request.keep, state.mask.bit_count()
    say("formula_mask")
    chance = answer.found.probabilities[state.mask]
    st.latex(
        text(
            "formula",
            kept=kept,
            dropped=state.units - kept,
            keep=formula(keep),
            drop=formula(1 - keep),
            chance=formula(chance, digits=3),
        )
    )
    say(f"formula_{state.request.scaling}")
    st.latex(text(f"scaling_{state.request.scaling}", keep=formula(keep), times=formula(1 / keep, digits=3)))


def _show_more(state: State, answer: Probed[Subnetworks]) -> None:
    found = answer.found
    table = pd.DataFrame({
        "mask": [f"{mask:0{state.units}b}"[::-1] for mask in range(len(found.outputs))],
        "probability": found.probabilities,
        "output": found.outputs,
        **{f"unit {unit + 1}": found.units[:, unit] for unit in range(state.units)},
    })  # fmt: skip
    offer_downloads(FORM, "subnetworks", text("names_title"), table)
    show_pooled(WORDS)


def question(state: State, answer: Probed[Subnetworks], number: int) -> Question:
    """Return question 0, 1, 2, …: each kind in turn, with numbers of its own."""
    kinds: tuple[Callable[[Random], Question], ...] = (_convention, _count, _scaled, _chance, _inverted)
    return kinds[number % len(kinds)](Random(number))


def _asked(name: str, right: str, others: list[str], **numbers: object) -> Question:
    why = text(f"predict_{name}_why", result=right, **numbers)
    return Question(text(f"predict_{name}", **numbers), right, [each for each in others if each != right], why)


def _convention(draw: Random) -> Question:
    keep = draw.choice([0.6, 0.7, 0.75, 0.8, 0.9])
    others = [short(each) for each in (keep, 1 / keep, keep / 2)]
    return _asked("convention", short(1 - keep), others, keep=short(keep))


def _count(draw: Random) -> Question:
    units = draw.randrange(4, 15)
    others = [whole(each) for each in (units**2, 2 * units, 2 ** (units - 1), 2**units - 1)]
    return _asked("count", whole(2**units), others, units=units)


def _scaled(draw: Random) -> Question:
    keep, value = draw.choice([0.2, 0.4, 0.5, 0.8]), draw.randrange(2, 20)
    others = [short(each) for each in (value, value / keep, value * (1 - keep))]
    return _asked("scaled", short(value * keep), others, keep=short(keep), value=value)


def _chance(draw: Random) -> Question:
    keep, units = draw.choice([0.2, 0.4, 0.8, 0.9]), draw.randrange(2, 5)
    others = [short(each, 3) for each in (1 - keep**units, (1 - keep) ** units, keep * units / 10, keep)]
    return _asked("chance", short(keep**units, 3), others, keep=short(keep), units=units)


def _inverted(draw: Random) -> Question:
    drop, value = draw.choice([0.2, 0.5, 0.6, 0.75]), draw.randrange(2, 20)
    others = [short(each) for each in (value, value * (1 - drop), value / drop)]
    return _asked("inverted", short(value / (1 - drop)), others, drop=short(drop), value=value)


def code(state: State, answer: Probed[Subnetworks]) -> str:
    """Return the lines of Python that go through all masks of such a network."""
    request = state.request
    line = "nn.Identity()" if request.activation == LINEAR else line_of(request.activation)
    widths = [3, *(width for width in request.widths if width), 1]
    in_training = f" / {request.keep:g}" if request.scaling == "inverted" else ""
    at_test = f"{request.keep:g}" if request.scaling == "test" else "1.0"
    return text("code", widths=widths, line=line, keep=f"{request.keep:g}", in_training=in_training, at_test=at_test)


PART = Part(
    form=FORM,
    presets=PRESETS,
    read=read,
    request=lambda state: state.request,
    stage=_draw,
    settings=_draw_settings,
    notes=_show_notes,
    formulas=_show_formulas,
    more=_show_more,
    question=question,
    code=code,
    height=400,
)


def show() -> None:
    """Draw the part."""
    say_idea(WORDS)
    PART.show()
