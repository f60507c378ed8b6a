"""The picture and the network that a part of the screen is about, folded away above what they lead to."""

from dataclasses import dataclass

import streamlit as st

from cnnviz import models
from cnnviz.engine.requests import Picture
from cnnviz.images import sheet_labels
from cnnviz.ui.lesson import text
from cnnviz.ui.model import choose_model
from cnnviz.ui.picture import SOURCES, choose_invert, choose_picture, sheet_picture
from cnnviz.ui.state import keep_within
from cnnviz.ui.transform.subject import Subject

_OTHERS = ("Gallery", "Clothes")


@dataclass(frozen=True)
class Digit:
    """What is to be read: a picture, None while there is none, its class where that is known, whether to invert it."""

    picture: Picture | None
    label: int | None
    invert: bool


def begin_with_a_digit() -> None:
    """Choose a test digit where neither a link has chosen a photo nor the session a picture or a network."""
    if "source" in st.session_state or "source" in st.query_params:
        return
    # A link leaves out "Digits"; its network alone says nothing of the picture.
    photo = "photo" in st.query_params or {"photo", "model"} & {*st.session_state}
    st.session_state["source"] = "Gallery" if photo else "Digits"


def choose_subject(screen: str) -> Subject | None:
    """Show the choice of both, folded; `screen` is the lesson that has the words. None while there is no picture."""
    with st.expander(text(screen, "choose"), icon=":material/image:"):
        left, right = st.columns(2, gap="large")
        with left:
            picture = choose_picture("Digits")
        with right:
            model = choose_model(st.session_state["source"])
            invert = choose_invert(models.card(model.name))
    if picture is None:
        tell_missing()
        return None
    return Subject(model, picture, invert)


def choose_digit(screen: str, model: str, *, entered: str) -> Digit:
    """Show the choice of a digit for a network that reads digits, folded; `screen` is the lesson that has the words.

    It begins with the test digits, also for a person who comes from a part with photos: that is when the widget
    `entered`, one that only this part has, is not there yet.
    """
    if entered not in st.session_state and st.session_state.get("source") in _OTHERS:
        st.session_state["source"] = "Digits"
    keep_within("source", SOURCES, "Digits")
    with st.expander(text(screen, "choose"), icon=":material/draw:"):
        picture = choose_picture("Digits")
        label = int(sheet_labels()[chosen_number()]) if st.session_state["source"] == "Digits" else None
        return Digit(picture, label, choose_invert(models.card(model)))


def tell_missing() -> None:
    """Say how to come to a picture, where there is none yet."""
    st.info(text("common", "picture_missing"))


def chosen_number() -> int:
    """Return the number of the test digit that is chosen, or was before another kind of picture."""
    return int(st.session_state.get("digit_number", 0))


def one_of_each() -> tuple[Picture, ...]:
    """Return a test digit of every class, 0 to 9, from the column of the sheet that the chosen one stands in."""
    return tuple(sheet_picture("digits", 10 * label + chosen_number() % 10) for label in range(10))
