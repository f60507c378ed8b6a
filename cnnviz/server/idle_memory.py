"""What a class used is given back to the machine some time after it has left."""

import asyncio
import ctypes
import gc
import time
from contextlib import suppress

from streamlit import runtime

from cnnviz.engine.interface import Engine
from cnnviz.server.visits import Visits
from cnnviz.server.warm_up import WarmUp

# Streamlit keeps a session for two minutes after its page has gone, in case it comes back.
_KEPT = 121.0
_LOOK = 1.0


async def give_back(visits: Visits, warm_up: WarmUp) -> None:
    """Give memory back whenever nobody has left for two minutes, and somebody had before; until cancelled.

    Where nobody is left, results go too, which nobody will ask for again: among them are runs on people's photos.
    """
    done = 0.0
    while True:
        await asyncio.sleep(_LOOK)
        if visits.left != done and time.monotonic() - visits.left > _KEPT:
            done = visits.left
            await asyncio.to_thread(release, None if visits.open else warm_up.engine)


def release(engine: Engine | None) -> None:
    """Let sessions go whose time is over, and an engine's results, and have the C library return what it keeps."""
    if engine is not None:
        engine.forget()
    # Sessions past their time are dropped by whoever asks for all of them, and nobody asks an empty server.
    with suppress(AttributeError, RuntimeError):
        runtime.get_instance()._session_mgr.list_sessions()
    gc.collect()
    with suppress(AttributeError, OSError):  # glibc's alone
        ctypes.CDLL(None).malloc_trim(0)
