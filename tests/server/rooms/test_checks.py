"""What browsers send: only what is meant gets in, and a text stays a text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnviz.server.rooms import checks
from cnnviz.server.rooms.checks import NICKNAME, RefusedError
from cnnviz.ui.menu import SCREENS

FIELDS = ["asked", "options", "right", "why", "title", "steps", "place", "sentence", "minutes", "question"]
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(FIELDS), inner, max_size=5),
    max_leaves=12,
)


@given(anything)
def test_whatever_comes_is_checked_or_refused(given_):
    for check in (checks.question, checks.lesson, checks.place, checks.truth):
        try:
            found = check(given_)
        except RefusedError:
            continue
        assert found is not None


@given(st.text())
def test_a_nickname_is_one_short_line_that_can_be_seen(text):
    name = checks.one_line(text[:2000], NICKNAME)
    assert len(name) <= NICKNAME
    assert name.isprintable()
    assert name == name.strip()


@pytest.mark.parametrize("text", ["", "pooling", "layer?stride=2&padding=1", "network?net=Conv+4+3%2C+ReLU"])
def test_an_address_of_the_app_is_one(text):
    assert checks.place(text) == text


def test_every_screen_has_an_address():
    for screen in SCREENS:
        assert checks.place(f"{screen.name}?a=1")


@pytest.mark.parametrize(
    "text",
    [
        "//evil.example.org",
        "https://evil.example.org",
        "javascript:alert(1)",
        "pooling#key",
        "../api/rooms",
        "api/rooms",
        "poolings?stride=2",
        "pooling?a=b c",
        "pooling?a=\u2028",
        "?" + "a" * 4001,
        None,
        7,
    ],
)
def test_no_other_address_is(text):
    with pytest.raises(RefusedError):
        checks.place(text)


@pytest.mark.parametrize(
    "given_",
    [
        {"asked": "?", "options": ["a"], "right": 0},
        {"asked": "?", "options": ["a", "b"], "right": 2},
        {"asked": "?", "options": ["a", "b"], "right": True},
        {"asked": " ", "options": ["a", "b"], "right": 0},
        {"asked": "?", "options": ["a", ""], "right": 0},
        {"asked": "?", "options": list("abcdefg"), "right": 0},
        {"asked": "x" * 2001, "options": ["a", "b"], "right": 0},
    ],
)
def test_what_is_no_question_is_refused(given_):
    with pytest.raises(RefusedError):
        checks.question(given_)
