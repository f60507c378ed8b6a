"""Turns of the scripts' runs: one at a time has Python, acts first, then stages of whole pages, then the rest of both.

Python's threads share the processor alike, so of two hundred pages that follow their teacher to the next screen every
one would be there only when all are, and of thirty acts none before the last. In turns the first has its stage after
some milliseconds, and the last after as many times as there are others; what stands below the stages comes after that.
Pages that move by themselves come last, but wait no longer than they must. The engine, too, is quicker where one thread
of Python is busy beside it and not thirty: each of its operations would wait for all of them.

What stands around every screen, as the menu, comes after the stage as well where the browser has it from the run
before: it is half of what a run does up to there.
"""

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import copy_context
from functools import partial
from typing import Any

from streamlit.runtime.scriptrunner import get_script_run_ctx

# In the order in which they are let in: what a control asks for, whole pages, what stands below, what moves by itself.
ACT, STAGE, REST, MOVING = range(4)
_LONG = 0.15  # seconds: whoever takes longer waits for something itself, and keeps nobody
_LOOK = 0.25  # seconds between looks at whether the person has moved on, and that what moves is kept behind the rest


class Turns:
    """One turn after another, those of an earlier kind first, and of a kind in the order of asking."""

    def __init__(self, long: float = _LONG) -> None:
        self._long = long
        self._lock = threading.Lock()
        self._waiting: tuple[deque[threading.Event], ...] = tuple(deque() for _ in range(MOVING + 1))
        self._holder: threading.Event | None = None
        self._until = 0.0

    def take(self, what: int, look: Callable[[], None]) -> threading.Event:
        """Wait for a turn and return it; `look` is called now and then, and ends the wait where it raises."""
        mine = threading.Event()
        with self._lock:
            self._waiting[what].append(mine)
            self._let_in()
        try:
            while not mine.wait(_LOOK):
                look()
                with self._lock:
                    if mine in self._waiting[MOVING]:
                        # Its page's own acts wait until it is drawn: from now on it comes in its order with the rest.
                        self._waiting[MOVING].remove(mine)
                        self._waiting[REST].append(mine)
                    self._let_in()
        except BaseException:
            self.give(mine)
            raise
        return mine

    def give(self, mine: threading.Event) -> None:
        """End a turn, or the wait for it."""
        with self._lock:
            for waiting in self._waiting:
                if mine in waiting:
                    waiting.remove(mine)
            if self._holder is mine:
                self._holder = None
            self._let_in()

    @property
    def waited_for(self) -> bool:
        """Whether anybody waits for a turn."""
        return any(self._waiting)

    def _let_in(self) -> None:
        now = time.monotonic()
        if self._holder is not None and now < self._until:
            return
        self._holder = next((waiting.popleft() for waiting in self._waiting if waiting), None)
        if self._holder is not None:
            self._until = now + self._long
            self._holder.set()


_TURNS = Turns()
_NAME = "cnnviz-turn"  # of the run's kind and turn, in its context
_SEND = "cnnviz-send"  # of what sends its messages that are held
_AROUND = "cnnviz-around"  # of what it has still to draw around the screen


@contextmanager
def in_turn(what: int) -> Iterator[None]:
    """Run in a turn of its own, or in that of the run that this is part of."""
    context = get_script_run_ctx(suppress_warning=True)
    if context is None or _NAME in vars(context):
        yield
        return
    kept = vars(context)
    kept[_NAME] = what, _TURNS.take(what, context.yield_check)
    try:
        with _together(context):
            yield
    except Exception:
        # What stands around a screen that failed is there all the same.
        draw_around()
        raise
    else:
        draw_around()
    finally:
        _TURNS.give(kept.pop(_NAME)[1])


@contextmanager
def _together(context: Any) -> Iterator[None]:
    """Have an act's messages go out together where others wait: each of them wakes the server, which takes Python."""
    kept, held = vars(context), list[Any]()
    enqueue = kept.get("_enqueue")
    if enqueue is None or not context.fragment_ids_this_run:
        # A Streamlit that has it otherwise, or a whole page, of which a title is better than nothing.
        yield
        return

    def send() -> None:
        messages = held.copy()
        held.clear()
        for message in messages:
            enqueue(message)

    def hold(message: Any) -> None:
        held.append(message)
        if not _TURNS.waited_for:
            send()

    kept["_enqueue"], kept[_SEND] = hold, send
    try:
        yield
    finally:
        kept["_enqueue"] = enqueue
        del kept[_SEND]
        send()


def after_the_stage(draw: Callable[[], None]) -> None:
    """Draw something where one is now as soon as the stage is there, or the run waits or ends."""
    context = get_script_run_ctx(suppress_warning=True)
    if context is None or _NAME not in vars(context):
        draw()
    else:
        # As from here, whatever part of the page is being drawn by then.
        vars(context)[_AROUND] = partial(copy_context().run, draw)


def draw_around() -> None:
    """Draw what `after_the_stage` was given, unless it is there; call where a wait begins before the stage is drawn."""
    context = get_script_run_ctx(suppress_warning=True)
    if context is not None and (draw := vars(context).pop(_AROUND, None)) is not None:
        draw()


def step_aside() -> None:
    """Let the next one in; call before a wait for something that keeps no processor of this server's, as the engine."""
    context = get_script_run_ctx(suppress_warning=True)
    if context is not None and (kept := vars(context).get(_NAME)) is not None:
        if (send := vars(context).get(_SEND)) is not None:
            send()
        _TURNS.give(kept[1])


def come_back(what: int | None = None) -> None:
    """Wait for a turn again, of another kind where one is named; call after `step_aside`."""
    context = get_script_run_ctx(suppress_warning=True)
    if context is not None and (kept := vars(context).get(_NAME)) is not None:
        what = kept[0] if what is None else what
        vars(context)[_NAME] = what, _TURNS.take(what, context.yield_check)
        if what == REST:
            draw_around()
