"""Turns of the runs of whole pages: where many come at once, each has its stage before anyone has what stands below.

Python's threads share the processor alike, so of two hundred pages that follow their teacher to the next screen every
one would be there only when all are. In turns the first has its stage after some milliseconds, and the last after as
many times two hundred; what stands below the stages comes after that. A run that a control makes, of a part alone,
waits for nobody.
"""

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager

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
_NAME = "cnnviz-turn"


@contextmanager
def in_turn() -> Iterator[None]:
    """Run the whole page's script in a turn of its own."""
    context = get_script_run_ctx(suppress_warning=True)
    if context is None:
        yield
        return
    kept = vars(context)
    kept[_NAME] = _TURNS.take(STAGE, context.yield_check)
    try:
        yield
    finally:
        _TURNS.give(kept.pop(_NAME))


def step_aside() -> None:
    """Let the next one in; call before a wait for something that keeps no processor of this server's, as the engine."""
    context = get_script_run_ctx(suppress_warning=True)
    if context is not None and (turn := vars(context).get(_NAME)) is not None:
        _TURNS.give(turn)


def let_others_have_their_stage() -> None:
    """Wait until nobody waits for a stage; call once one's own is drawn."""
    context = get_script_run_ctx(suppress_warning=True)
    kept = {} if context is None else vars(context)
    if context is not None and _NAME in kept:
        _TURNS.give(kept[_NAME])
        kept[_NAME] = _TURNS.take(REST, context.yield_check)
