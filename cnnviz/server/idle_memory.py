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
            let_sessions_go()
            await asyncio.to_thread(release, None if visits.open else warm_up.engine)


def let_sessions_go() -> None:
    """Let sessions go whose time is over: Streamlit does when another is kept, which an empty server never does.

    Call on the server's event loop.
    """
    with suppress(AttributeError, RuntimeError):
        runtime.get_instance()._session_mgr._session_storage._cache.expire()  # type: ignore[attr-defined]


def release(engine: Engine | None) -> None:
    """Let an engine's results go, and all that only garbage holds, and have the C library return what it keeps."""
    if engine is not None:
        engine.forget()
    gc.collect()
    with suppress(AttributeError, OSError):  # glibc's alone
        ctypes.CDLL(None).malloc_trim(0)
