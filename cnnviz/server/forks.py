"""Workers as copies of one process that has imported what all of them need.

A worker that is started again is there in half the time, and takes less from those that serve meanwhile: most of a
start is importing PyTorch and its company. The copies share that memory, too.
"""

import gc
import multiprocessing
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from importlib import import_module
from pathlib import Path

from cnnviz.engine.garbage import relax

Run = Callable[[Sequence[str]], int]

# Nothing of the screens, whose components want a running server; and nothing here may compute, for the threads of a
# parallel computation do not live on in a copy.
_LIBRARIES = ("torch", "torchvision", "timm", "cnnviz.engine.local", "plotly.graph_objects", "streamlit.web.bootstrap")
# What Streamlit imports itself where the first page is drawn: those who come to a new worker all at once waited for it.
LATER = ("pandas", "streamlit.emojis")
_SIGNALS = (signal.SIGTERM, signal.SIGINT)


def can_fork() -> bool:
    """Return whether this system copies a process with such libraries safely."""
    return sys.platform == "linux"


def bring_libraries() -> None:
    """Import what every worker needs; what is not installed is left out."""
    relax()
    bring(_LIBRARIES + LATER)
    # Searches for garbage would write into what the copies share.
    gc.collect()
    gc.freeze()


def bring(names: Iterable[str]) -> None:
    """Import modules; those that are not installed are left out."""
    for name in names:
        with suppress(ImportError):
            import_module(name)


class Fork:
    """`run` with these arguments in a copy of this process, with the part of subprocess.Popen that is used of it.

    `run` returns an exit status. `environment` adds to that of this process; what a `quiet` one prints is dropped;
    `title` is what the system calls it, of at most 15 letters.
    """

    def __init__(
        self, run: Run, arguments: Sequence[str], environment: Mapping[str, str], *, title: str, quiet: bool = False
    ) -> None:
        context = multiprocessing.get_context("fork")
        self._process = context.Process(target=_run, args=(run, arguments, environment, title, quiet))
        self._process.start()

    def poll(self) -> int | None:
        """Return the exit status, that of a signal negative, None while it runs."""
        return self._process.exitcode

    def terminate(self) -> None:
        """Ask it to end."""
        self._process.terminate()

    def kill(self) -> None:
        """End it."""
        self._process.kill()

    def wait(self, timeout: float | None = None) -> int:
        """Return the exit status when it has ended; raise subprocess.TimeoutExpired where that takes longer."""
        self._process.join(timeout)
        status = self._process.exitcode
        if status is None:
            raise subprocess.TimeoutExpired("cnnviz", timeout or 0.0)
        return status


def _run(run: Run, arguments: Sequence[str], environment: Mapping[str, str], title: str, quiet: bool) -> None:
    import torch

    # Ctrl+C reaches a whole group, and it is the first process that ends the others.
    os.setsid()
    for each in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(each, signal.SIG_DFL)
    Path("/proc/self/comm").write_text(title, encoding="ascii")
    os.environ.update(environment)
    if "OMP_NUM_THREADS" in environment:
        # torch would have read it when it was imported.
        torch.set_num_threads(int(environment["OMP_NUM_THREADS"]))
    if quiet:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    sys.exit(run(arguments))
