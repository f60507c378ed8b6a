"""Augmentation: the same network trained on digits as they are, and on digits turned, scaled and moved."""

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd  # type: ignore[import-untyped]
import streamlit as st

from cnnviz import models
from cnnviz.arithmetic.pose import similarity
from cnnviz.engine.requests import ModelChoice, Picture, Sweep, View
from cnnviz.figures.equivariance import bars
from cnnviz.figures.photo import photo
from cnnviz.figures.style import INPUT, KERNEL
from cnnviz.figures.sweep_curves import sweep
from cnnviz.training.recipes import RECIPES
from cnnviz.ui import lesson
from cnnviz.ui.chart import chart
from cnnviz.ui.controls import Dial, value_of
from cnnviz.ui.engine import ask
from cnnviz.ui.lesson import say, text
from cnnviz.ui.transform.choosing import choose_digit, tell_missing
from cnnviz.ui.transform.error_curves import AUGMENTED, PLAIN, curve_of, ranges, show_curves
from cnnviz.ui.transform.keeping import csv_of, offer
from cnnviz.ui.transform.writing import less

SCREEN = "augmentation"
TURN = Dial("turned", "Turned counter-clockwise, degrees", -180, 180, 180, -45)
SIZE = Dial("sized", "Scale, %", 40, 160, 160, 100)
MOVE = Dial("shifted", "To the right, pixels", -14, 14, 14, 0)
ANGLES = tuple(range(-90, 91, 6))


@dataclass(frozen=True)
class State:
    """How the digit is placed."""

    degrees: int
    percent: int
    right: int

    def view(self, degrees: int | None = None) -> View:
        """Return it as the engine's, with another angle if one is given."""
        angle = self.degrees if degrees is None else degrees
        return View(similarity(degrees=angle, scale=self.percent / 100, right=self.right))


def show() -> None:
    """Show the part."""
    drawn = ranges()
    say(
        SCREEN,
        "about",
        degrees=f"{drawn['degrees'][1]:g}",
        least=f"{drawn['scale'][0]:.2f}",
        most=f"{drawn['scale'][1]:.2f}",
        pixels=f"{drawn['right'][1]:.2g}",
        epochs=RECIPES[AUGMENTED].epochs,
    )
    missing = [name for name in (PLAIN, AUGMENTED) if not models.is_ready(name)]
    if missing:
        say(SCREEN, "untrained", command=models.card(missing[0]).weights)
        return
    digit = choose_digit(SCREEN, PLAIN, entered=TURN.key)
    if digit.picture is None:
        tell_missing()
    else:
        _explore(digit.picture, digit.label, digit.invert)


@st.fragment
def _explore(picture: Picture, label: int | None, invert: bool) -> None:
    """The digit placed by sliders, both networks' answers, and all that follows; runs again alone."""
    drawn_box, controls_box = st.columns([3, 2], gap="large")
    with controls_box:
        for control in (TURN, SIZE, MOVE):
            control.draw()
    state = State(value_of(TURN), value_of(SIZE), value_of(MOVE))
    given: dict[str, Any] = {"picture": picture, "invert": invert}
    now = {name: ask(Sweep(ModelChoice(name), views=(state.view(),), **given)) for name in (PLAIN, AUGMENTED)}
    if any(answer is None for answer in now.values()):
        return
    found = {name: answer.found for name, answer in now.items() if answer is not None}
    with drawn_box:
        _show_answers(found)
    _show_sweep(given, state, _wanted(found) if label is None else label)
    show_curves(state.degrees, state.percent / 100, state.right)
    with st.container(key="formulas"):
        _show_formula(state)
    _predict(state)
    least, most = (f"{scale:.2f}" for scale in ranges()["scale"])
    recipe = RECIPES[AUGMENTED]
    lesson.code(text(SCREEN, "code", degrees=recipe.rotation, shift=recipe.shift, least=least, most=most))


def _show_answers(found: dict[str, Any]) -> None:
    """Show the digit as the networks get it, and the probability that each gives to each class."""
    image_box, bars_box = st.columns([1, 2], gap="medium")
    chart(photo(found[PLAIN].pictures[0], height=200), key="placed", at=image_box, alt=text(SCREEN, "placed_alt"))
    classes = models.card(PLAIN).classes
    series = {_name(name): each.probabilities[0].tolist() for name, each in found.items()}
    figure = bars(classes, series, y=text(SCREEN, "probability"), colours=(INPUT, KERNEL), zeros=False, height=240)
    chart(figure, key="answers", at=bars_box, alt=text(SCREEN, "answers_alt"))
    answers = {name: each.probabilities[0] for name, each in found.items()}
    say(
        SCREEN,
        "answers",
        plain=classes[int(answers[PLAIN].argmax())],
        plain_share=f"{answers[PLAIN].max():.0%}",
        augmented=classes[int(answers[AUGMENTED].argmax())],
        augmented_share=f"{answers[AUGMENTED].max():.0%}",
    )


def _wanted(found: dict[str, Any]) -> int:
    """Return the class to look for where nobody knows it: what the networks see in the unmoved digit."""
    return int((found[PLAIN].unmoved + found[AUGMENTED].unmoved).argmax())


def _show_sweep(given: dict[str, Any], state: State, wanted: int) -> None:
    """Chart how sure each network is of a class while the digit turns."""
    views = tuple(state.view(angle) for angle in ANGLES)
    swept = {name: ask(Sweep(ModelChoice(name), views=views, **given)) for name in (PLAIN, AUGMENTED)}
    if any(answer is None for answer in swept.values()):
        return
    sure = {_name(name): answer.found.probabilities[:, wanted] for name, answer in swept.items() if answer is not None}
    label = models.card(PLAIN).classes[wanted]
    st.subheader(text(SCREEN, "sweep", label=label))
    figure = sweep(
        ANGLES,
        sure,
        x=text(SCREEN, "angle"),
        y=text(SCREEN, "sure", label=label),
        at=state.degrees,
        band=ranges()["degrees"],
        scale="whole",
    )
    chart(figure, key="sweep", alt=text(SCREEN, "sweep_alt"))
    held = {name: int((values > 0.5).sum()) for name, values in sure.items()}
    say(
        SCREEN,
        "sweep_text",
        label=label,
        plain=held[_name(PLAIN)],
        augmented=held[_name(AUGMENTED)],
        count=len(ANGLES),
    )
    table = pd.DataFrame({"degrees": ANGLES, **sure})
    offer("turned-digit", text(SCREEN, "sweep", label=label), csv_of(table), lambda: [figure])


def _name(model: str) -> str:
    return text(SCREEN, "name_plain" if model == PLAIN else "name_augmented")


def _show_formula(state: State) -> None:
    """Typeset where a pixel of the placed digit comes from, in the numbers of the sliders."""
    angle, size = np.deg2rad(state.degrees), state.percent / 100
    say(SCREEN, "formula_text")
    numbers = {"cos": f"{np.cos(angle) / size:.3f}", "sin": f"{np.sin(angle) / size:.3f}"}
    st.latex(text(SCREEN, "formula", **numbers, minus=f"{-np.sin(angle) / size:.3f}", right=less(state.right)))


def _predict(state: State) -> None:
    """Ask how many of the test digits the plain network gets wrong at an angle that was measured."""
    curve = curve_of("augmentation-rotation")
    if curve is None:
        return
    degrees = curve["degrees"]
    near = min(degrees, key=lambda angle: (abs(angle - state.degrees), angle))
    at = degrees.index(near)
    plain, augmented = (round(curve["errors"][name][at] * curve["images"]) for name in (PLAIN, AUGMENTED))
    shares = (0.01, 0.1, 0.3, 0.6)
    bounds = [round(share * curve["images"]) for share in shares]
    options = [text(SCREEN, "predict_below", most=f"{bounds[0]:,}")]
    options += [text(SCREEN, "predict_between", least=f"{low:,}", most=f"{high:,}") for low, high in pairwise(bounds)]
    options.append(text(SCREEN, "predict_above", least=f"{bounds[-1]:,}"))
    lesson.predict(
        f"augmentation-{near}",
        text(SCREEN, "predict", degrees=near, count=f"{curve['images']:,}"),
        options,
        sum(plain >= bound for bound in bounds),
        text(SCREEN, "predict_why", plain=f"{plain:,}", augmented=f"{augmented:,}"),
    )
