"""Turns of the runs of whole pages: where many come at once, each has its stage before anyone has what stands below.

Python's threads share the processor alike, so of two hundred pages that follow their teacher to the next screen every
one would be there only when all are. In turns the first has its stage after some milliseconds, and the last after as
many times two hundred; what stands below the stages comes after that. A run that a control makes, of a part alone,
waits for nobody.

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

STAGE, REST = 0, 1
_LONG = 0.15  # seconds: whoever takes longer waits for something itself, and keeps nobody
_LOOK = 0.25  # seconds between looks at whether the person has moved on


class Turns:
    """One turn after another: those for a STAGE before those for the REST, in the order of asking."""

    def __init__(self, long: float = _LONG) -> None:
        self._long = long
        self._lock = threading.Lock()
        self._waiting: tuple[deque[threading.Event], ...] = (deque(), deque())
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

    def _let_in(self) -> None:
        now = time.monotonic()
        if self._holder is not None and now < self._until:
            return
        self._holder = next((waiting.popleft() for waiting in self._waiting if waiting), None)
        if self._holder is not None:
            self._until = now + self._long
            self._holder.set()


_TURNS = Turns()
_NAME, _KIND, _AROUND = "cnnviz-turn", "cnnviz-turn-kind", "cnnviz-around"


def _kept() -> dict[str, Any]:
    context = get_script_run_ctx(suppress_warning=True)
    return {} if context is None else vars(context)


@contextmanager
def in_turn() -> Iterator[None]:
    """Run the whole page's script in a turn of its own."""
    context = get_script_run_ctx(suppress_warning=True)
    if context is None:
        yield
        return
    _take(STAGE)
    try:
        yield
    except Exception:
        # What stands around a screen that failed is there all the same.
        _draw_around()
        raise
    else:
        _draw_around()
    finally:
        _TURNS.give(_kept().pop(_NAME))


def after_the_stage(draw: Callable[[], None]) -> None:
    """Draw something where one is now as soon as the stage is there, or the run waits or ends."""
    kept = _kept()
    if _NAME in kept:
        # As from here, whatever part of the page is being drawn by then.
        kept[_AROUND] = partial(copy_context().run, draw)
    else:
        draw()


@contextmanager
def aside() -> Iterator[None]:
    """Let the next one in while one waits for something that keeps no processor of this server's, as the engine."""
    kept = _kept()
    if (turn := kept.get(_NAME)) is None:
        yield
        return
    _TURNS.give(turn)
    _draw_around()
    yield
    # Many wait for the same, and go on in turns as well.
    _take(kept[_KIND])


def let_others_have_their_stage() -> None:
    """Wait until nobody waits for a stage; call once one's own is drawn."""
    kept = _kept()
    if _NAME in kept:
        _TURNS.give(kept[_NAME])
        _take(REST)
    _draw_around()


def _take(kind: int) -> None:
    context = get_script_run_ctx()
    assert context is not None
    kept = vars(context)
    kept[_NAME], kept[_KIND] = _TURNS.take(kind, context.yield_check), kind


def _draw_around() -> None:
    if (draw := _kept().pop(_AROUND, None)) is not None:
        draw()
