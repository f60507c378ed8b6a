"""The first page: what can be found on it, and where the lecture leads."""

from urllib.parse import parse_qsl

import pytest
from streamlit.testing.v1 import AppTest

from cnnviz.ui.home.lecture_path import PATH
from cnnviz.ui.menu import SCREENS
from tests.conftest import some
from tests.pages.opening import assert_well, open_screen

PATHS = {screen.name: screen.path for screen in SCREENS}


def _entries() -> None:
    import streamlit as st

    from cnnviz.ui.home.lecture_path import lecture, places

    st.session_state["places"], st.session_state["lecture"] = places(), lecture()


@pytest.fixture(scope="module")
def entries():
    app = AppTest.from_function(_entries, default_timeout=30).run()
    assert not app.exception
    return app.session_state


@pytest.mark.parametrize(
    ("typed", "screen"),
    [
        ("stride", "convolution"),
        ("softmax", "layer"),
        ("768,000", "layer"),
        ("dropout", "network"),
        ("theta", "spatial"),
    ],
)
def test_a_word_finds_its_screen(entries, typed, screen):
    places = [each for each in entries["places"] if typed in f"{each.title} {each.note} {each.words}".lower()]
    assert any(each.address.startswith(screen) for each in places), [each.address for each in places]


def test_every_screen_can_be_found(entries):
    found = {each.address.partition("?")[0] for each in entries["places"]}
    assert found == {screen.name for screen in SCREENS if screen.section}


@pytest.mark.parametrize("step", some(PATH), ids=lambda step: step[0])
def test_every_step_of_the_lecture_opens_the_state_that_it_names(step, entries):
    name, screen, link = step
    entry = entries["lecture"][[each[0] for each in PATH].index(name)]
    assert dict(parse_qsl(entry.address.partition("?")[2])) == link
    app = open_screen(PATHS[screen], **link)
    assert_well(app)
    assert app.query_params == link
    # A name or a value that the screen does not know would be said in so many words.
    assert not [each.value for each in app.caption if "The link asks for" in each.value]
