"""A screen or a part of one, from top to bottom: presets, the stage and its settings, what follows, questions, code.

The stage is what answers the pointer. Its place is kept from the start, so that nothing below it jumps when the answer
comes, and it is drawn before all else: it is what a person waits for.
"""

import time
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from cnnviz.components.kept import draw_kept
from cnnviz.engine.requests import Request
from cnnviz.errors import CnnvizError
from cnnviz.ui.engine import ask
from cnnviz.ui.form import Form, Preset
from cnnviz.ui.hidden import shows
from cnnviz.ui.question import Question, ask_questions
from cnnviz.ui.refusals import refuse
from cnnviz.ui.screen import say_rest
from cnnviz.ui.turns import ACT, REST, come_back, in_turn, step_aside
from cnnviz.ui.words import COMMON

if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator

S = TypeVar("S")
A = TypeVar("A")

_PAINT = 0.1  # seconds
_GLANCE = 0.02  # seconds between looks at whether the person has moved on


@dataclass(frozen=True, kw_only=True)
class Part(Generic[S, A]):
    """What a part is made of.

    `read` returns its state from the form, or None where it has said itself what is missing, or raises a CnnvizError
    whose sentence then stands on the stage; `request` is what the engine is asked, or `find` asks it several times and
    returns all that it answered, None after it refused; `stage` draws the answer, `settings` the controls, `notes` what
    there is to see, `formulas` stand beside them, and `more` below. `question` makes question 0, 1, 2, … and `code` the
    same in Python. `height` is the stage's at 1280 px, as `stage` takes it; with `beside` the settings stand beside it,
    which on a phone is below it. A stage that `paints` calls `let_paint` itself, after what is waited for most.
    """

    form: Form
    read: Callable[[], S | None]
    request: Callable[[S], Request[A]] | None = None
    find: Callable[[S], A | None] | None = None
    stage: Callable[[S, A], None]
    notes: Callable[[S, A], None]
    settings: Callable[[], None] | None = None
    formulas: Callable[[S, A], None] | None = None
    more: Callable[[S, A], None] | None = None
    question: Callable[[S, A, int], Question | None] | None = None
    code: Callable[[S, A], str] | None = None
    presets: Mapping[str, Preset] | None = None
    height: int = 600
    beside: bool = False
    paints: bool = False

    def show(self) -> A | None:
        """Draw it and return the answer; from then on it runs again alone when something in it changes."""
        answer: A | None = st.fragment(self._run)()
        return answer

    @in_turn(ACT)
    def _run(self) -> A | None:
        if self.presets:
            self.form.presets(self.presets)
        # What follows the settings keeps its place however many there are.
        left, right = st.columns([3, 2], gap="large") if self.beside else (nullcontext(), None)
        with left:
            stage_box = stage(self.form, self.height)
        state, answer = None, None
        with stage_box:
            try:
                state = self.read()
            except CnnvizError as error:
                refuse(error)
            if state is not None and (answer := self._answer(state)) is not None:
                self.stage(state, answer)
                if not self.paints:
                    let_paint()
        with left:
            say_rest(self.form.words)
        if self.settings is not None and shows("settings"):
            with right or st.container():
                self.settings()
        if state is None or answer is None:
            return None
        self._say(state, answer)
        if self.more is not None and shows("more"):
            self.more(state, answer)
        if self.question is not None:
            make = self.question
            ask_questions(self.form, lambda number: make(state, answer, number))
        if self.code is not None:
            show_code(self.code(state, answer))
        return answer

    def _say(self, state: S, answer: A) -> None:
        notes, formulas = self.notes if shows("notes") else None, self.formulas if shows("formulas") else None
        beside = st.columns([3, 2], gap="large") if notes and formulas else (nullcontext(), nullcontext())
        if notes is not None:
            with beside[0]:
                notes(state, answer)
        if formulas is not None:
            with beside[1], st.container(key=self.form.key("formulas")):
                formulas(state, answer)

    def _answer(self, state: S) -> A | None:
        if self.find is not None:
            return self.find(state)
        assert self.request is not None, "A part asks the engine by `request` or by `find`."
        return ask(self.request(state))


def let_paint() -> None:
    """Give the browser time to paint the stage before the rest of the part keeps it, and this server, busy.

    Where a control was moved and the part alone runs again, the new numbers are there in half the time with it; where
    the person has gone elsewhere meanwhile, the run ends here. Others' stages come before the rest, too.
    """
    context = get_script_run_ctx(suppress_warning=True)
    step_aside()
    if context is not None and context.fragment_ids_this_run:
        end = time.monotonic() + _PAINT
        while (left := end - time.monotonic()) > 0:
            time.sleep(min(_GLANCE, left))
            context.yield_check()
    come_back(REST)


def stage(form: Form, height: int) -> "DeltaGenerator":
    """Return the place of a form's stage, as `stage_of` does."""
    return stage_of(form.key("main"), height)


def stage_of(name: str, height: int) -> "DeltaGenerator":
    """Return a place that many pixels high from the start (a multiple of 40, from 80 to 720): it moves nothing below.

    The heights stand in assets/app.css, for a style that came with the place would come too late.
    """
    return st.container(key=f"{name}-stage-{height}")


def place(key: str) -> "DeltaGenerator":
    """Return a place that is there while it is empty, as high as assets/app.css says.

    Streamlit leaves out a container with nothing in it.
    """
    made = st.container(key=key)
    made.html("<div></div>")
    return made


def tell_missing() -> None:
    """Say how to come to a picture, where there is none yet."""
    st.info(COMMON.text("picture_missing"))


def show_code(lines: str) -> None:
    """Show the few lines of Python that do the same."""
    if not shows("code"):
        return

    def draw() -> None:
        with st.expander(COMMON.label("code"), icon=":material/code:"):
            st.code(lines, language="python")

    draw_kept(("code", lines), draw)
