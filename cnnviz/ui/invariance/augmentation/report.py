"""Augmentation: the same network trained on digits as they are, and on digits rotated, scaled and shifted."""

import numpy as np
import pandas as pd  # type: ignore[import-untyped]
import streamlit as st

from cnnviz import models
from cnnviz.figures.equivariance import bars
from cnnviz.figures.photo import photo
from cnnviz.figures.style import INPUT, KERNEL
from cnnviz.figures.sweep_curves import sweep
from cnnviz.training.recipes import RECIPES
from cnnviz.ui import links
from cnnviz.ui.chart import chart
from cnnviz.ui.downloads import offer_downloads
from cnnviz.ui.invariance.augmentation.curves import AUGMENTED, PLAIN, network_name, ranges, show_curves
from cnnviz.ui.invariance.augmentation.question import question
from cnnviz.ui.invariance.augmentation.state import (
    ANGLES,
    FORM,
    PRESETS,
    ROTATED,
    SCALED,
    SHIFTED,
    SUBJECT,
    WORDS,
    Seen,
    State,
    read,
    run,
)
from cnnviz.ui.numbers import fixed, matrix, percent, short, signed
from cnnviz.ui.part import Part

say, text = WORDS.say, WORDS.text


def _draw_answers(state: State, seen: Seen) -> None:
    """Show the digit as the networks get it, and the probability that each gives to each class."""
    classes, now = models.card(PLAIN).classes, seen.now
    image_box, bars_box = st.columns([1, 2], gap="medium")
    image = photo(now[PLAIN].pictures[0], height=240)
    chart(image, key=FORM.key("placed"), at=image_box, alt=text("placed_alt"))
    answers = {name: each.probabilities[0] for name, each in now.items()}
    series = {network_name(name): each.tolist() for name, each in answers.items()}
    figure = bars(classes, series, y=text("probability"), colours=(INPUT, KERNEL), zeros=False, height=240)
    chart(figure, key=FORM.key("answers"), at=bars_box, alt=text("answers_alt"))
    say(
        "answers",
        plain=classes[int(answers[PLAIN].argmax())],
        plain_share=percent(answers[PLAIN].max()),
        augmented=classes[int(answers[AUGMENTED].argmax())],
        augmented_share=percent(answers[AUGMENTED].max()),
    )


def _show_notes(state: State, seen: Seen) -> None:
    """Say what the networks are, and chart how probable each finds a class while the digit is rotated."""
    drawn = ranges()
    least, most = (fixed(scale, 2) for scale in drawn["scale"])
    say(
        "about",
        degrees=short(drawn["degrees"][1]),
        least=least,
        most=most,
        pixels=short(drawn["right"][1], 2),
        epochs=RECIPES[AUGMENTED].epochs,
    )
    label = models.card(PLAIN).classes[seen.wanted]
    lines = {network_name(name): seen.sure(name) for name in (PLAIN, AUGMENTED)}
    title = text("sweep", label=label)
    st.subheader(title)
    y, band = text("sure", label=label), drawn["degrees"]
    figure = sweep(ANGLES, lines, x=text("angle"), y=y, at=state.degrees, band=band, scale="whole")
    chart(figure, key=FORM.key("sweep"), alt=text("sweep_alt"))
    plain, augmented = (sum(value > 0.5 for value in values) for values in lines.values())
    say("sweep_text", label=label, plain=plain, augmented=augmented, count=len(ANGLES))
    offer_downloads(FORM, "turned-digit", title, pd.DataFrame({"degrees": ANGLES, **lines}), [figure])
    st.page_link("pages/train/augmentation.py", label=text("link_draws"), query_params=links.visit() or None)


def _show_formula(state: State, seen: Seen) -> None:
    """Typeset where a pixel of the placed digit comes from, in the numbers of the sliders."""
    angle, size = np.deg2rad(state.degrees), state.percent / 100
    say("formula_text")
    cosine, sine = np.cos(angle) / size, np.sin(angle) / size
    numbers = matrix([[cosine, -sine], [sine, cosine]], places=3)
    st.latex(text("formula", matrix=numbers, right=signed(-state.right)))


def _show_curves(state: State, seen: Seen) -> None:
    show_curves(FORM, {"degrees": state.degrees, "scale": state.percent / 100, "right": state.right})


def code(state: State, seen: Seen) -> str:
    """Return the few lines of Python that augment a digit as training does."""
    least, most = (f"{scale:.2f}" for scale in ranges()["scale"])
    recipe = RECIPES[AUGMENTED]
    return text("code", degrees=recipe.rotation, shift=recipe.shift, least=least, most=most)


def show() -> None:
    """Draw the part."""
    missing = [name for name in (PLAIN, AUGMENTED) if not models.is_ready(name)]
    if missing:
        say("untrained", command=models.card(missing[0]).weights)
        return
    SUBJECT.draw()
    Part(
        form=FORM,
        presets=PRESETS,
        read=read,
        find=run,
        stage=_draw_answers,
        settings=lambda: FORM.draw(ROTATED, SCALED, SHIFTED, columns=3),
        notes=_show_notes,
        formulas=_show_formula,
        more=_show_curves,
        question=question,
        code=code,
        height=320,
    ).show()
