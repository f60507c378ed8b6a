"""The form of the screen on activations, and its two views: one layer's maps, or the map of the whole network."""

import streamlit as st

from cnnviz.ui.form import Form
from cnnviz.ui.form_controls import Choice
from cnnviz.ui.screen import say_idea
from cnnviz.ui.words import Words

WORDS = Words("activations")
FORM = Form(WORDS)
LAYER, NETWORK = VIEWS = ("layer", "network")
# Two views of the same: layer, channel and unit are those of both.
VIEW = Choice("view", LAYER, options=VIEWS)


def open_view() -> str:
    """Draw the title with the choice of a view beside it, and the idea; return the view."""
    key, now = FORM.key("views"), FORM.get(VIEW)
    if st.session_state.get(key) != now:
        st.session_state[key] = now
    with st.container(horizontal=True, gap="medium", vertical_alignment="center", key="activations-parts-row"):
        st.title(WORDS.label("title"), width="content")
        st.segmented_control(
            WORDS.label("view"),
            VIEWS,
            default=now,
            format_func=lambda view: WORDS.label(f"view.{view}"),
            key=key,
            on_change=lambda: FORM.set(VIEW, st.session_state[key]),
            label_visibility="collapsed",
            required=True,
            width="content",
        )
    say_idea(WORDS)
    return now
