"""The digit that a network reads: a test digit, one that is drawn, or a photo."""

from dataclasses import dataclass

import streamlit as st

from cnnviz import images, models
from cnnviz.engine.requests import Picture
from cnnviz.ui.form import Form
from cnnviz.ui.picture_choice import (
    choose_invert,
    choose_picture,
    inverted,
    picture_of,
    sheet_number,
    sheet_picture,
    source,
)
from cnnviz.ui.words import COMMON

_FIRST = "Digits"


@dataclass(frozen=True)
class Digit:
    """A picture, whether it is to be inverted, and its class, None where nobody knows it."""

    picture: Picture
    label: int | None
    invert: bool


def digit_of(form: Form, default: int, model: str) -> Digit | None:
    """Return what is chosen for a network; test digit `default` is a link's first. While there is none, say so."""
    picture = picture_of(form, _FIRST, default)
    if picture is None:
        st.info(COMMON.text("picture_missing"))
        return None
    known = form.get(source(_FIRST)) == _FIRST
    label = int(images.sheet_labels()[number_of(form, default)]) if known else None
    return Digit(picture, label, inverted(form, models.card(model), _FIRST))


def choose_digit(form: Form, default: int, model: str) -> None:
    """Draw the choice, folded; the form's lesson has its title."""
    with st.expander(form.words.text("choose"), icon=":material/draw:"):
        choose_picture(form, _FIRST, default)
        choose_invert(form, models.card(model), _FIRST)


def number_of(form: Form, default: int) -> int:
    """Return the number of the test digit that is chosen, or was before another kind of picture."""
    return form.get(sheet_number(_FIRST, default))


def one_of_each(form: Form, default: int) -> tuple[Picture, ...]:
    """Return a test digit of every class, 0 to 9, from the column of the sheet that the chosen one stands in."""
    return tuple(sheet_picture("digits", 10 * label + number_of(form, default) % 10) for label in range(10))
