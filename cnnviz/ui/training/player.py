"""A run on a screen: the keys that let it go on or begin anew, what moves with it, and the files that it comes to."""

import threading
import time
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from typing import Protocol, TypeVar

import streamlit as st

from cnnviz.engine.results import RunView
from cnnviz.errors import CnnvizError
from cnnviz.ui.form import Form
from cnnviz.ui.refusals import refuse
from cnnviz.ui.training.driver import Driver

EVERY = 0.5  # seconds between two pictures
_RARELY = 4  # times as long at most, where many train
RUN = "run"  # where a form keeps its run in the session
# What moves by itself is drawn one page after the other: who presses a key or looks at another screen meanwhile shares
# Python with one such page, and not with those of a whole class.
_TURN = threading.Lock()
S = TypeVar("S")
# The name of a file, its kind, and what makes its content.
File = tuple[str, str, Callable[[], str | bytes]]


class _Gate:
    """Lets one pass every so many seconds."""

    def __init__(self, seconds: float) -> None:
        self._seconds, self._last, self._lock = seconds, 0.0, threading.Lock()

    def passes(self) -> bool:
        """Return whether it lets whoever asks pass now."""
        with self._lock:
            now = time.monotonic()
            if now - self._last < self._seconds:
                return False
            self._last = now
            return True


# Of the pages whose pace has changed one at a time runs again as a whole.
_GATE = _Gate(0.5)


class Playing(Protocol):
    """A screen's state with a run."""

    @property
    def run(self) -> Driver: ...
    def view(self) -> RunView: ...


def begin_anew(form: Form) -> None:
    """Forget the run, in a callback: the next one of the same settings is the same."""
    run: Driver | None = st.session_state.pop(form.key(RUN), None)
    if run is not None:
        run.pause()


def find(state: Playing) -> RunView | None:
    """Return what there is to see of the run, with what its last slice came to; None after an error was shown."""
    if not state.run.playing:
        state.run.wait(1)
    try:
        return state.view()
    except CnnvizError as error:
        refuse(error)
        return None


def moving(
    run: Driver, see: Callable[[], S], draw: Callable[[S], None], *, every: float = EVERY, leads: bool = False
) -> None:
    """Draw what there is to `see` anew every so many seconds while the run plays, and once where it rests.

    Where many train, and there is something new less often, it is drawn less often. Where that changed, or the run came
    to rest, the one that `leads` has the page run again: in a full class its last slice and test take some turns. It
    also says it where `see` raises a CnnvizError.
    """
    goes, times = run.playing or not run.wait(0), _times(run)
    by_itself = False

    def again() -> None:
        nonlocal by_itself
        turn, by_itself = _TURN if by_itself else nullcontext(), True
        if goes:
            run.wake()
        rests = goes and not run.playing
        if leads and goes and (run.wait(1) if rests else not times / 4 < _times(run) < times * 2 and _GATE.passes()):
            st.rerun()
        try:
            # It may wait for the engine: not in its turn, which others wait for.
            seen = see()
        except CnnvizError as error:
            if leads:
                refuse(error)
            return
        with turn:
            draw(seen)

    st.fragment(again, run_every=every * times if goes else None)()


def _times(run: Driver) -> int:
    """Return how many times EVERY there is between two views of the run, a power of 2 up to _RARELY."""
    times = 1
    while times < _RARELY and run.pace > 1.5 * EVERY * times:
        times *= 2
    return times


def draw_keys(
    form: Form,
    run: Driver,
    steps: Mapping[str, tuple[str, int]],
    *,
    play: Callable[..., None] | None = None,
    most: int | None = None,
    name: str = "play",
) -> None:
    """Draw Play or Pause, keys with an icon that make so many steps each, and the one that begins anew.

    Play is called what the label `name` says, and does what `play` does, or goes on for `most` steps.
    """
    words, playing = form.words, run.playing
    st.button(
        words.label("pause" if playing else name),
        icon=":material/pause:" if playing else ":material/play_arrow:",
        type="primary",
        key=form.key(name),
        on_click=run.pause if playing else play or run.play,
        args=() if playing or play else (most,),
    )
    for each, (icon, count) in steps.items():
        st.button(
            words.label(each),
            icon=f":material/{icon}:",
            key=form.key(each),
            on_click=run.play,
            args=(count,),
            disabled=playing,
        )
    st.button(
        words.label("anew"),
        icon=":material/first_page:",
        key=form.key("anew"),
        on_click=begin_anew,
        args=(form,),
        disabled=not run.step and not playing,
    )


def offer_files(form: Form, files: Mapping[str, File]) -> None:
    """Draw a key for each file, called what the label "download.NAME" says; it is made when it is wanted."""
    with st.container(horizontal=True):
        for name, (file, kind, made) in files.items():
            st.download_button(
                form.words.label(f"download.{name}"),
                made,
                file,
                kind,
                key=form.key(f"download-{name}"),
                icon=":material/download:",
                on_click="ignore",
            )
