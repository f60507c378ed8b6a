"""A run on a screen: the keys that let it go on or begin anew, what moves with it, and the files that it comes to."""

from collections.abc import Callable, Mapping
from typing import Protocol, TypeVar

import streamlit as st

from cnnviz.engine.results import RunView
from cnnviz.errors import CnnvizError
from cnnviz.ui.form import Form
from cnnviz.ui.refusals import refuse
from cnnviz.ui.timers import current_fragment, run_every
from cnnviz.ui.training.driver import Driver
from cnnviz.ui.turns import ACT, MOVING, in_turn

EVERY = 0.5  # seconds between two pictures
_RARELY = 4  # times as long at most, where many train
RUN = "run"  # where a form keeps its run in the session
S = TypeVar("S")
# The name of a file, its kind, and what makes its content.
File = tuple[str, str, Callable[[], str | bytes]]


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
    """Draw what there is to `see`, once where the run rests and else anew every so many seconds until it does.

    Where many train, and there is something new less often, it is drawn less often, and after whatever anybody asks
    for. Once the run came to rest the one that `leads` has the page run again: in a full class its last slice and test
    take some turns. It also says it where `see` raises a CnnvizError.
    """
    presses, goes = run.presses, False
    told: float | None = None

    def again() -> None:
        nonlocal goes, told
        goes = goes or run.playing or not run.wait(0) or run.presses > presses
        if goes:
            run.wake()
        if leads and goes and not run.playing and run.wait(1):
            st.rerun()
        fragment, seconds = current_fragment(), every * _times(run) if goes else 0.0
        run.moves[fragment] = every
        if seconds != told:
            run_every(seconds, fragment)
            told = seconds
        try:
            # It may wait for the engine: not in its turn, which others wait for.
            seen = see()
        except CnnvizError as error:
            if leads:
                refuse(error)
            return
        with in_turn(MOVING if goes else ACT):
            draw(seen)

    st.fragment(again)()


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
    beside: Callable[[], None] | None = None,
) -> None:
    """Draw a row: Play or Pause, keys with an icon that make so many steps each, "anew", and what stands `beside`.

    Play is called what the label `name` says, and does what `play` does, or goes on for `most` steps. A class presses
    it at once: the row alone is drawn anew, and the browser told to ask for what moves. All else runs the page again.
    """
    words, drawn, begun = form.words, False, False
    run.moves.clear()

    def begin() -> None:
        nonlocal begun
        begun = True
        if play:
            play()
        else:
            run.play(most)

    @in_turn(ACT)
    def row() -> None:
        nonlocal drawn, begun
        if drawn and not begun:
            st.rerun()
        for fragment, every in run.moves.items() if begun else ():
            run_every(every * _times(run), fragment)
        drawn, begun, playing = True, False, run.playing
        with st.container(horizontal=True, gap="small", vertical_alignment="bottom", key=form.key("player")):
            st.button(
                words.label("pause" if playing else name),
                icon=":material/pause:" if playing else ":material/play_arrow:",
                type="primary",
                key=form.key(name),
                on_click=run.pause if playing else begin,
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
            if beside is not None:
                beside()

    st.fragment(row)()


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
