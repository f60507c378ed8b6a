"""Where to begin: find a screen, touch an example of each section, follow the lecture; opens without torch."""

from urllib.parse import parse_qsl

import streamlit as st

from cnnviz.components.finder import finder
from cnnviz.ui.home.examples import EXAMPLES
from cnnviz.ui.home.lecture_path import WORDS, lecture, places
from cnnviz.ui.menu import SCREENS
from cnnviz.ui.part import stage_of
from cnnviz.ui.screen import say_idea, say_rest

_OPEN = "home.open"


def opened(address: str) -> None:
    st.session_state[_OPEN] = address


if address := st.session_state.pop(_OPEN, None):
    name, _, query = address.partition("?")
    path = next(screen.path for screen in SCREENS if screen.name == name)
    st.switch_page(path, query_params=dict(parse_qsl(query)))

words = {name: WORDS.label(name) for name in ("find", "placeholder", "none", "copy", "copied")}
st.title(WORDS.label("title"))
say_idea(WORDS)
with stage_of("home-find", 80):
    finder(places(), key="home.find", search=True, words=words, on_open=opened)
for row in EXAMPLES:
    for box, (screen, show, height) in zip(st.columns(len(row), gap="large"), row, strict=True):
        with box:
            name = screen.rpartition("/")[2]
            with st.container(key=f"home-{name}-lead"):
                st.page_link(f"pages/{screen}.py", label=WORDS.text(f"{name}_link"), icon=":material/arrow_forward:")
            with stage_of(f"home-{name}", height):
                show()
say_rest(WORDS)
st.subheader(WORDS.label("path"))
WORDS.say("path_text")
finder(lecture(), key="home.path", search=False, words=words, on_open=opened)
