"""What has to end before the server can: it waits for open answers, and a stream is one that never ends by itself."""

import asyncio
import signal
from collections.abc import Callable
from types import FrameType

_SIGNALS = (signal.SIGTERM, signal.SIGINT)


def when_told_to_end(act: Callable[[], None]) -> None:
    """Have `act` called in this event loop when the process is told to end, before the server hears of it.

    Call it once the server's own handlers are there; outside of the main thread, which hears of no signal, it does
    nothing.
    """
    loop = asyncio.get_running_loop()
    for number in _SIGNALS:
        before = signal.getsignal(number)
        if not callable(before):
            continue

        def told(which: int, frame: FrameType | None, then: Callable[[int, FrameType | None], object] = before) -> None:
            loop.call_soon_threadsafe(act)
            then(which, frame)

        try:
            signal.signal(number, told)
        except ValueError:
            return
