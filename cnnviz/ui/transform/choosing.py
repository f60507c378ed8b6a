"""The picture and the network that a part of the screen is about, folded away above what they lead to."""

import streamlit as st

from cnnviz import models
from cnnviz.engine.requests import Picture
from cnnviz.ui.lesson import text
from cnnviz.ui.model import choose_model
from cnnviz.ui.picture import choose_invert, choose_picture
from cnnviz.ui.transform.subject import Subject


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
        st.info(text("common", "picture_missing"))
        return None
    return Subject(model, picture, invert)


def choose_digit(screen: str, model: str) -> tuple[Picture, bool] | None:
    """Show the choice of a picture for a network of digits, folded; return it and whether it is to be inverted."""
    with st.expander(text(screen, "choose"), icon=":material/image:"):
        picture = choose_picture("Digits")
        invert = choose_invert(models.card(model))
    if picture is None:
        st.info(text("common", "picture_missing"))
        return None
    return picture, invert
