"""The prose of a screen, read from assets/lessons, so that another language is another folder."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

import streamlit as st

from cnnviz import assets

LESSONS = assets.LESSONS / "en"


@cache
def _sections(screen: str) -> dict[str, str]:
    text = (LESSONS / f"{screen}.md").read_text(encoding="utf-8")
    parts = re.split(r"^## (\S+)[ \t]*\n", text, flags=re.MULTILINE)
    return {key: body.strip() for key, body in zip(parts[1::2], parts[2::2], strict=True)}


def text(screen: str, key: str, /, **numbers: object) -> str:
    """Return section `key` of the lesson with `numbers` put in its {braces}; raises KeyError if it has none."""
    return _sections(screen)[key].format(**numbers)


def say(screen: str, key: str, /, **numbers: object) -> None:
    """Write a section of the screen's lesson on the page."""
    st.markdown(text(screen, key, **numbers))


def try_this(screen: str) -> None:
    """Show the screen's things to change, each with what to look for."""
    with st.expander("Try this", icon=":material/explore:"):
        say(screen, "try")


def code(lines: str) -> None:
    """Show the few lines of Python that do the same."""
    with st.expander("The same in Python", icon=":material/code:"):
        st.code(lines, language="python")


@contextmanager
def predictions() -> Iterator[None]:
    """Fold away the questions that are asked inside."""
    with st.expander("Predict", icon=":material/psychology_alt:"):
        yield


def question(key: str, asked: str, options: list[str], right: int, explanation: str) -> None:
    """Ask a question made from the current state; the answer and why are shown only once an option is picked.

    `key` must change with the state that the question is about, so that a new question starts unanswered.
    """
    answer = st.radio(asked, options, index=None, key=f"predict-{key}")
    if answer is None:
        st.caption(text("common", "predict_first"))
    elif options.index(answer) == right:
        st.success(f"{text('common', 'right')} {explanation}", icon=":material/check:")
    else:
        st.warning(f"{text('common', 'wrong', answer=options[right])} {explanation}", icon=":material/close:")


def predict(key: str, asked: str, options: list[str], right: int, explanation: str) -> None:
    """Ask one question, folded."""
    with predictions():
        question(key, asked, options, right, explanation)
