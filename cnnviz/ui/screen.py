"""The frame of every screen: its title and idea above, things to try below."""

import streamlit as st

from cnnviz.ui.words import COMMON, Words


def open_screen(words: Words) -> None:
    """Draw the title and the idea, one or two lines."""
    st.title(words.label("title"))
    words.say("idea")


def close_screen(words: Words) -> None:
    """Draw what there is to know beside the stage, where the lesson has more, and things to change."""
    with st.expander(COMMON.label("try"), icon=":material/explore:"):
        words.say("try")
