"""The app on a network that lives in this process, as in a notebook: it is served by a thread of the same process.

shown = cnnviz.show(model, size=(3, 32, 32))  # prints "Net is at http://localhost:43117/activations?model=Net"
shown.stop()
"""

import asyncio
import logging
import socket
import time
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from functools import cache
from threading import Lock, Thread
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from cnnviz import models
from cnnviz.errors import CnnvizError, ModelError
from cnnviz.own_cards import own_card

if TYPE_CHECKING:
    from torch import nn
    from uvicorn import Server

    from cnnviz.models.own_code import Factory

_HOST = "127.0.0.1"  # A notebook's network is nobody else's.
_PATIENCE = 30.0  # seconds


@dataclass(frozen=True)
class _Running:
    """A server that answers at `port` until it is `done`."""

    port: int
    server: "Server"
    done: "Future[None]"


_RUNNING: list[_Running] = []
_STARTING = Lock()


@dataclass(frozen=True)
class Shown:
    """A network in the app: its `name` on the list, and the `address` where it is open."""

    name: str
    address: str

    def stop(self) -> None:
        """Stop the app, with whatever else it shows, and give its port back; another `show` starts it again.

        Raises CnnvizError where it does not stop in time.
        """
        with _STARTING:
            while _RUNNING:
                _stop(_RUNNING.pop())

    def _repr_html_(self) -> str:
        return f'<a href="{self.address}" target="_blank">{self.address}</a>'


def show(
    model: "nn.Module | Factory",
    *,
    name: str | None = None,
    size: tuple[int, int, int] | None = None,
    classes: Sequence[str] | None = None,
    mean: Sequence[float] | None = None,
    std: Sequence[float] | None = None,
    port: int = 0,
) -> Shown:
    """Open the app on a network, print its address and return it with a way to stop the app.

    The network is copied as it is now: train on, and show it again beside this one. It may be a function or a class
    that makes it, too. `name` is what the list calls it, by default its class; `size` is the (C, H, W) that it reads,
    and `classes`, `mean` and `std` are those of `cnnviz.models.card_of`. The first call starts the app, at a `port`
    that is free where none is named, for this machine alone; later ones add to its list. Raises ModelError where the
    network can't be shown, or there is no Streamlit; CnnvizError where the app can't start.
    """
    from cnnviz.models.own_builds import made

    title = models.free_name(name or str(getattr(model, "__name__", type(model).__name__)))
    if not callable(model):
        raise ModelError(
            f"{title} is a {type(model).__name__}; it should be a network, its class, or a function that makes it."
        )
    card = own_card(title, made(model, title), size, classes=classes, mean=mean, std=std)
    running = _running(port)
    models.register(title, model, card)
    address = f"http://localhost:{running.port}/activations?{urlencode({'model': title})}"
    print(f"{title} is at {address}")
    return Shown(title, address)


def _running(port: int) -> _Running:
    with _STARTING:
        if _RUNNING and _RUNNING[0].done.done():
            _RUNNING.clear()
        if not _RUNNING:
            _RUNNING.append(_started(port))
        return _RUNNING[0]


def _started(port: int) -> _Running:
    import uvicorn

    app, loop = _app(), _loop()
    listening = socket.socket()
    try:
        listening.bind((_HOST, port))
    except (OSError, OverflowError, TypeError) as error:
        listening.close()
        why = getattr(error, "strerror", None) or "it should be from 1 to 65535"
        raise CnnvizError(f"The app can't answer at port {port}: {why}. Without a port it takes a free one.") from error
    # Streamlit starts with the first visitor, and stays: a process can have it once only, whatever is stopped.
    server = uvicorn.Server(uvicorn.Config(app, lifespan="off", log_config=None, log_level="warning"))
    done = asyncio.run_coroutine_threadsafe(server.serve(sockets=[listening]), loop)
    running = _Running(listening.getsockname()[1], server, done)
    end = time.monotonic() + _PATIENCE
    while not server.started:
        if done.done() or time.monotonic() > end:
            _stop(running)
            raise CnnvizError("The app did not start; what stopped it is in the log of this process.")
        time.sleep(0.02)
    return running


def _stop(running: _Running) -> None:
    running.server.should_exit = True
    # Whoever still waits for an answer is not waited for.
    running.server.force_exit = True
    try:
        running.done.exception(_PATIENCE)
    except TimeoutError:
        raise CnnvizError(
            f"The app did not stop within {_PATIENCE:g} s, and port {running.port} is taken until it does; "
            "something in it still runs."
        ) from None


@cache
def _app() -> Any:
    """Return the app; where Streamlit is missing, or runs something else here, raise an error."""
    try:
        from streamlit import config
        from streamlit.runtime import Runtime
    except ImportError:
        raise ModelError('The laboratory needs Streamlit; install it with pip install "cnnviz[app]".') from None
    if Runtime.exists():
        raise CnnvizError("Streamlit runs in this process already; show the network from another one.")
    from cnnviz.server.application import app

    # The app's settings stand beside it, and no file of the notebook's has them; a line a visit has no room there.
    config.get_config_options(force_reparse=True, options_from_flags={"logger.level": "warning"})
    # Streamlit says that the app's lifespan is left out, which is meant: it is for a server's own process.
    log = logging.getLogger("streamlit.web.server.starlette.starlette_app")
    log.addFilter(lambda record: "lifespan" not in record.getMessage())
    return app


@cache
def _loop() -> asyncio.AbstractEventLoop:
    """Return the event loop in which the app runs, in a thread that doesn't keep a kernel from ending."""
    loop = asyncio.new_event_loop()
    Thread(target=loop.run_forever, name="cnnviz", daemon=True).start()
    return loop
