"""The engine that all sessions of this server share, and how a page asks it."""

import os
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from cnnviz.errors import CnnvizError
from cnnviz.ui.refusals import translated
from cnnviz.ui.turns import come_back, step_aside
from cnnviz.ui.words import COMMON, Words

if TYPE_CHECKING:
    from cnnviz.engine.interface import Engine
    from cnnviz.engine.requests import ModelChoice, Request
    from cnnviz.engine.results import Probed

R = TypeVar("R")

_AT_ONCE = 0.05  # seconds: most answers come from the cache, and need no sign that something is going on
_LONG = 1.5  # seconds
_BAR = 0.3  # seconds before there is a bar
_PATIENCE = 0.2  # seconds between looks at whether the person has moved on


# Cleared while another thread imports torch and torchvision: modules that import each other, as theirs do, may be seen
# half made by a second thread that enters their circle elsewhere.
SETTLED = threading.Event()
SETTLED.set()


def settle() -> None:
    """Wait until SETTLED, and say so; call before a screen that needs torch."""
    # Always there, so that what follows has the same place on the page in every run.
    sign = st.empty()
    if SETTLED.is_set():
        return
    sign.caption(COMMON.text("starting"))
    while not SETTLED.wait(_PATIENCE):
        # Writing to the page is also where Streamlit ends a run that the person has made pointless.
        sign.caption(COMMON.text("starting"))
    sign.empty()


@st.cache_resource(show_spinner=False)
def engine() -> "Engine":
    """Return the one engine of this process: what CNNVIZ_ENGINE names, local or a Ray cluster; torch is imported here.

    Raises CnnvizError where the cluster can't be joined.
    """
    import torch

    address = os.environ.get("CNNVIZ_ENGINE") or "local"
    if address != "local":
        from cnnviz.engine.ray import RayEngine

        return RayEngine(address)
    from cnnviz.engine.local import LocalEngine
    from cnnviz.engine.memory import keep_freed
    from cnnviz.engine.processors import available_processors

    keep_freed()
    # PyTorch counts OMP_NUM_THREADS or the host's cores, also in a container that may use fewer. One is left to the
    # server itself: with all of them a unit's sum of 20 ms waited two seconds behind the pages.
    torch.set_num_threads(max(1, min(torch.get_num_threads(), available_processors()) - 1))
    return LocalEngine()


@contextmanager
def starting() -> Iterator[None]:
    """Say what is going on while the modules that are imported inside bring torch, which takes seconds the first time.

    The title of a screen is drawn before.
    """
    sign = st.empty()
    if "torch" not in sys.modules:
        sign.caption(COMMON.text("starting"))
    yield
    sign.empty()


def session() -> str:
    """Return a name for this browser tab, so that one person's requests never wait behind their own old ones."""
    if "session" not in st.session_state:
        st.session_state["session"] = uuid.uuid4().hex
    return str(st.session_state["session"])


def ask(request: "Request[R]", sign: DeltaGenerator | None = None) -> R | None:
    """Return the engine's result; where there is none, show its one sentence in place and return None.

    While it takes long the page shows what is going on, in the place `sign` if one is given. When the person moves on,
    the request is dropped.
    """
    # There even when it stays empty: what comes after keeps its place on the page, slow answer or quick.
    sign = sign or st.empty()
    if "torch" not in sys.modules:
        # A fresh server: it is imported now, which takes seconds.
        sign.caption(COMMON.text("starting"))
    began = time.monotonic()
    ticket = None
    try:
        ticket = engine().submit(request, session=session(), supersedes=True)
        if ticket.done():
            return ticket.result()
        step_aside()
        patience = _AT_ONCE
        while True:
            try:
                result = ticket.result(timeout=patience)
                break
            except TimeoutError:
                # Writing to the page is also where Streamlit ends a run that the person has made pointless.
                waited = time.monotonic() - began
                _show_progress(sign, getattr(request, "model", None), waited)
                # A hundred people who wait would take a core by their looks alone.
                patience = max(_PATIENCE, waited / 5)
        come_back()
        if patience > _AT_ONCE:
            sign.empty()
        return result
    except CnnvizError as error:
        sign.error(translated(error), icon=":material/error:")
        return None
    finally:
        if ticket is not None and not ticket.done():
            ticket.cancel()


def ask_each(
    requests: "Sequence[Request[R]]",
    words: Words,
    sizes: Sequence[int] | None = None,
    watch: Callable[[R], None] | None = None,
) -> list[R] | None:
    """Return the results of requests that are asked one after the other, None after an error was shown.

    What takes long has a bar, of which each request is its part of `sizes`, all alike by default; from then on `watch`
    is shown each result that another one follows. `words` has a section "progress" with {done} and {count}.
    """
    bar, sign = st.empty(), st.empty()
    began, sizes, done, found = time.monotonic(), sizes or [1] * len(requests), 0, []
    for request, size in zip(requests, sizes, strict=True):
        answer = ask(request, sign)
        if answer is None:
            bar.empty()
            return None
        found.append(answer)
        done += size
        if time.monotonic() - began > _BAR and done < sum(sizes):
            bar.progress(done / sum(sizes), words.text("progress", done=done, count=sum(sizes)))
            if watch is not None:
                watch(answer)
    bar.empty()
    return found


def ask_named(requests: "Mapping[str, Request[Probed[R]]]") -> dict[str, R] | None:
    """Return what is found by name, None after an error was shown; all are asked, each for itself."""
    answers = {name: ask(request) for name, request in requests.items()}
    found = {name: each.found for name, each in answers.items() if each is not None}
    return found if len(found) == len(answers) else None


def _show_progress(sign: DeltaGenerator, model: "ModelChoice | None", waited: float) -> None:
    progress = engine().progress(model) if model is not None else None
    if progress and progress[1]:
        done, total = (part / 1e6 for part in progress)
        sign.progress(min(1.0, done / total), COMMON.text("downloading", done=done, total=total))
    elif model is not None and waited > _LONG:
        # Most of a long wait is the network's code and weights; the seconds show that it goes on.
        sign.caption(COMMON.text("computing_long", name=model.name, seconds=int(waited)))
    else:
        sign.caption(COMMON.text("computing"))
