"""What batch normalisation buys: two networks trained at several learning rates, and what is known of why."""

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd  # type: ignore[import-untyped]
import streamlit as st
from numpy.typing import NDArray

from cnnviz.assets import CURVES
from cnnviz.figures.banded_curves import banded
from cnnviz.ui.chart import chart
from cnnviz.ui.downloads import offer_downloads
from cnnviz.ui.form import Form
from cnnviz.ui.form_controls import Choice
from cnnviz.ui.numbers import percent, whole
from cnnviz.ui.part import Part
from cnnviz.ui.question import Question
from cnnviz.ui.screen import say_idea
from cnnviz.ui.words import Words, in_code

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

WORDS = Words("normalization_rates")
FORM = Form(WORDS, screen="normalization", part="What it buys")
say, text = WORDS.say, WORDS.text

FILE = CURVES / "normalization-rates.json"
VARIANTS = ("normalised", "plain")
_LEARNS = 0.5  # of the test images, from every seed


@dataclass(frozen=True, eq=False)
class Curves:
    """By variant the `losses` (rate, seed, point), no number where a run diverged, and the `accuracy` (rate, seed)."""

    card: dict[str, Any]
    rates: tuple[float, ...]
    steps: NDArray[np.int_]
    losses: dict[str, NDArray[np.float64]]
    accuracy: dict[str, NDArray[np.float64]]

    def highest(self, variant: str) -> float:
        """Return the highest rate at which every seed learns."""
        worst = self.accuracy[variant].min(axis=1)
        return max(rate for rate, accuracy in zip(self.rates, worst, strict=True) if accuracy > _LEARNS)


@st.cache_data(show_spinner=False)
def curves() -> Curves:
    """Return the shipped curves of cnnviz.training.normalization_rates."""
    found = json.loads(FILE.read_text(encoding="utf-8"))
    losses = {name: np.array(found["losses"][name], float) for name in VARIANTS}
    steps = found["every"] * np.arange(1, losses["plain"].shape[-1] + 1)
    accuracy = {name: np.array(found["accuracy"][name]) for name in VARIANTS}
    return Curves(found["card"], tuple(found["rates"]), steps, losses, accuracy)


def _rate(found: Curves) -> Choice:
    return Choice("rate", "1", options=tuple(f"{rate:g}" for rate in found.rates), style="buttons", technical=True)


def read() -> int:
    """Return the place of the chosen rate among the rates."""
    choice = _rate(curves())
    return choice.options.index(FORM.get(choice))


def _lines(values: dict[str, NDArray[np.float64]]) -> dict[str, NDArray[np.float64]]:
    return {text(f"line_{name}"): values[name] for name in VARIANTS}


def _figures(at: int, found: Curves) -> tuple["Figure", "Figure"]:
    at_rate = _lines({name: each[at] for name, each in found.losses.items()})
    losses = banded(found.steps.tolist(), at_rate, x=text("x_step"), y=text("y_loss"), height=340)
    across = _lines({name: each.T for name, each in found.accuracy.items()})
    x, y, rate = text("x_rate"), text("y_accuracy"), found.rates[at]
    return losses, banded(found.rates, across, logarithmic=True, scale="whole", at=rate, height=340, x=x, y=y)


def _draw_curves(at: int, found: Curves) -> None:
    """Draw the losses at the chosen rate, and the accuracy over all rates."""
    for box, name, figure in zip(st.columns(2, gap="medium"), ("losses", "accuracy"), _figures(at, found), strict=True):
        chart(figure, key=FORM.key(name), at=box, alt=text(f"alt_{name}"))
    numbers = {}
    for name in VARIANTS:
        numbers[name] = percent(found.accuracy[name][at].mean(), 1)
        numbers[f"{name}_low"] = percent(found.accuracy[name][at].min(), 1)
        numbers[f"{name}_high"] = percent(found.accuracy[name][at].max(), 1)
    card = found.card
    say("said", epochs=card["epochs"], rate=f"{found.rates[at]:g}", seeds=len(card["seeds"]), **numbers)


def _show_notes(at: int, found: Curves) -> None:
    """Say which rates still learn, how it was measured, and what is known of why."""
    card = found.card
    diverged = int((~np.isfinite(found.losses["plain"][at])).any(axis=1).sum())
    if diverged:
        say("said_diverged", diverged=diverged, seeds=len(card["seeds"]))
    say("highest", **{name: f"{found.highest(name):g}" for name in VARIANTS})
    say(
        "about",
        parameters=whole(card["parameters"]["normalised"]),
        images=whole(card["train_images"]),
        tests=whole(card["test_images"]),
        batch=card["batch_size"],
        seeds=len(card["seeds"]),
        command=in_code(card["command"]),
    )


def _show_why(at: int, found: Curves) -> None:
    """Say what is known of why, and offer the numbers to keep."""
    st.subheader(text("why"))
    say("why_text")
    rows = [
        (name, rate, seed, accuracy)
        for name in VARIANTS
        for rate, runs in zip(found.rates, found.accuracy[name], strict=True)
        for seed, accuracy in zip(found.card["seeds"], runs, strict=True)
    ]
    table = pd.DataFrame(rows, columns=["network", "learning_rate", "seed", "accuracy"])
    offer_downloads(FORM, "normalization-rates", text("table"), table, _figures(at, found))


def question(at: int, found: Curves, number: int) -> Question:
    """Ask for the best network and rate, then for the accuracy of each network at each rate."""
    means = {(name, rate): float(each) for name in VARIANTS
             for rate, each in zip(found.rates, found.accuracy[name].mean(axis=1), strict=True)}  # fmt: skip
    shown = {key: text("option", variant=text(f"named_{key[0]}"), rate=f"{key[1]:g}") for key in means}
    best = max(means, key=lambda key: means[key])
    if number == 0:
        slips = [shown[key] for key in (("normalised", found.rates[-1]), ("plain", best[1]), ("normalised", 0.01))]
        others = [each for each in [*slips, shown["plain", found.highest("plain")]] if each != shown[best]]
        why = text("predict_best_why", right=shown[best], accuracy=percent(means[best], 1))
        return Question(text("predict_best"), shown[best], others, why)
    key = list(means)[(5 * number + at) % len(means)]
    right = percent(means[key])
    slips = list(dict.fromkeys(percent(each) for each in means.values()))
    others = [each for each in slips[number % 3 :: 3] + slips if each != right]
    named = {"rate": f"{key[1]:g}", "variant": text(f"named_{key[0]}")}
    why = text("predict_accuracy_why", seeds=len(found.card["seeds"]), right=percent(means[key], 1))
    return Question(text("predict_accuracy", **named), right, others, why)


def code(at: int, found: Curves) -> str:
    """Return the few lines of Python that make the network."""
    return text("code", rate=f"{found.rates[at]:g}")


def show() -> None:
    """Draw the part."""
    say_idea(WORDS)
    Part(
        form=FORM,
        read=read,
        find=lambda at: curves(),
        stage=_draw_curves,
        settings=lambda: FORM.draw(_rate(curves()), columns=1),
        notes=_show_notes,
        more=_show_why,
        question=question,
        code=code,
        height=400,
    ).show()
