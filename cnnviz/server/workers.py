"""`cnnviz serve --workers N`: N processes of the app behind a proxy, each of them started again when it ends."""

import json
import logging
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from http.client import HTTPConnection, HTTPException
from pathlib import Path

from cnnviz.engine.memory import available_memory, cache_limits
from cnnviz.engine.processors import available_processors
from cnnviz.errors import CnnvizError
from cnnviz.server import health, proxy
from cnnviz.server.forks import Fork, Run, bring_libraries, can_fork
from cnnviz.server.headers import frame_ancestors, is_embedded
from cnnviz.server.rooms.office import WORKERS

_LOOK = 0.1  # seconds between looks at whether all still run
_PATIENCE = 300.0  # seconds for the processes to be ready, on a slow machine
_GRACE = 10.0  # seconds for a process to end by itself
_QUICK = 30.0  # seconds: one that lived for less may be ill, and is started again after a growing pause
_SIGNALS = ("SIGTERM", "SIGINT", "SIGHUP")
_FEW_FILES, _MANY_FILES = 1024, 65_536
_MB = 2**20

_log = logging.getLogger(__name__)


@dataclass
class _Program:
    """A process that has to run, and when it was started; `due` is when it is to be started again."""

    name: str
    launch: "Callable[[], subprocess.Popen[bytes] | Fork]"
    process: "subprocess.Popen[bytes] | Fork | None" = None
    started: float = 0.0
    due: float = 0.0
    quick: int = 0

    def start(self) -> None:
        self.started = time.monotonic()
        self.process = self.launch()

    def ended(self) -> int | None:
        """Return the exit status where it has ended, else None."""
        return None if self.process is None else self.process.poll()

    def look_after(self, now: float) -> None:
        """Start it again where it has ended, at once or, where it keeps ending soon, after a pause."""
        if self.process is None:
            if now >= self.due:
                self.start()
            return
        status = self.ended()
        if status is None:
            return
        self.quick = self.quick + 1 if now - self.started < _QUICK else 0
        pause = min(_QUICK, 2.0 ** (self.quick - 1)) if self.quick > 1 else 0.0
        self.process, self.due = None, now + pause
        how = f"signal {-status}" if status < 0 else f"status {status}"
        _log.warning("%s ended with %s; it is started again%s.", self.name, how, f" in {pause:g} s" if pause else "")


@contextmanager
def _told_to_end() -> Iterator[list[int]]:
    """Give a list in which the signals stand that told this process to end."""
    told: list[int] = []
    numbers = [getattr(signal, name) for name in _SIGNALS if hasattr(signal, name)]
    before = {number: signal.signal(number, lambda number, _: told.append(number)) for number in numbers}
    try:
        yield told
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def serve(count: int, port: int, run: Run, command: Sequence[str]) -> int:
    """Serve at `port` with `count` processes at the ports after it, until this process is told to end.

    `run` is the command `cnnviz`, and `command` its arguments for one of them, to which --port and --behind are added.
    Returns an exit status: 0, or that of a process that could not even start. Raises CnnvizError where there is no
    proxy, or where a port is taken.
    """
    logging.basicConfig(format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    haproxy, address = proxy.program(), os.environ.get("STREAMLIT_SERVER_ADDRESS", "")
    ports = range(port + 1, port + 1 + count)
    _check(port, ports, address)
    files = _open_many_files()
    if can_fork():
        bring_libraries()
    workers = [
        # What the command says of a network of one's own is said once.
        _Program(
            f"Worker {number}",
            _launch(run, command, each, port, {**_shares(count), WORKERS: str(count)}, quiet=number > 1),
        )
        for number, each in enumerate(ports, 1)
    ]
    with tempfile.TemporaryDirectory(prefix="cnnviz-") as folder:
        file = Path(folder) / "haproxy.cfg"
        embedded = is_embedded(frame_ancestors())
        file.write_text(proxy.configuration(port, ports, files, address, embedded=embedded), encoding="utf-8")
        before = _Program("The proxy", partial(_run_apart, [haproxy, "-db", "-f", str(file)]))
        with _told_to_end() as told:
            try:
                return _start(workers, ports, told) or _run([before, *workers], told, f"http://localhost:{port}")
            finally:
                _end([before, *workers])


def _launch(
    run: Run, command: Sequence[str], port: int, behind: int, shares: Mapping[str, str], *, quiet: bool
) -> "Callable[[], subprocess.Popen[bytes] | Fork]":
    """Return what starts a worker: a copy of this process, which has the libraries, where the system can make one."""
    arguments = [*command, "--port", str(port), "--behind", str(behind)]
    if can_fork():
        return lambda: Fork(run, arguments, shares, title=f"cnnviz {port}", quiet=quiet)
    output = subprocess.DEVNULL if quiet else None
    return lambda: _run_apart([sys.executable, "-m", "cnnviz", *arguments], shares, output)


def _run_apart(
    command: Sequence[str], environment: Mapping[str, str] = {}, output: int | None = None
) -> "subprocess.Popen[bytes]":
    # Ctrl+C reaches a whole group, and it is this process that ends the others.
    return subprocess.Popen(command, env={**os.environ, **environment}, stdout=output, start_new_session=True)


def _start(workers: Sequence[_Program], ports: Sequence[int], told: Sequence[int]) -> int:
    """Start the workers, wait until all are ready, and return 0, or the exit status of one that ended instead."""
    # The first alone says what is wrong with the command, and starts this machine's Ray cluster where one is wanted.
    workers[0].start()
    status = _wait(lambda: _status(ports[0]) == 200, workers, told)
    if status or told:
        return status
    for worker in workers[1:]:
        worker.start()
    return _wait(lambda: all(_status(port) == 200 for port in ports), workers, told)


def _wait(happens: Callable[[], bool], workers: Sequence[_Program], told: Sequence[int]) -> int:
    deadline = time.monotonic() + _PATIENCE
    while not told and not happens():
        if failed := [status for each in workers if (status := each.ended()) is not None]:
            return max(1, *map(abs, failed))
        if time.monotonic() > deadline:
            raise CnnvizError(f"The workers were not ready within {_PATIENCE:g} s; what they said is above.")
        time.sleep(_LOOK)
    return 0


def _run(programs: Sequence[_Program], told: Sequence[int], place: str) -> int:
    """Look after the proxy, which is not yet started, and the workers until told to end."""
    if not told:
        print(f"{len(programs) - 1} workers are behind {place}", flush=True)
    while not told:
        now = time.monotonic()
        for each in programs:
            each.look_after(now)
        time.sleep(_LOOK)
    return 0


def _end(programs: Sequence[_Program]) -> None:
    running = [each.process for each in programs if each.process is not None]
    for process in running:
        process.terminate()
    deadline = time.monotonic() + _GRACE
    for process in running:
        try:
            process.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _status(port: int) -> int | None:
    """Return what the health of the process at a port is, 200 where it can serve, None where nobody answers.

    Raises CnnvizError where it says that it never will.
    """
    asked = HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        asked.request("GET", health.PATH)
        answer = asked.getresponse()
        fault = "" if answer.status == 200 else json.loads(answer.read()).get("fault", "")
    except (OSError, HTTPException, ValueError):
        return None
    finally:
        asked.close()
    if fault:
        raise CnnvizError(f"The worker at port {port} can't serve: {fault}")
    return answer.status


def _check(port: int, workers: Sequence[int], address: str) -> None:
    """Raise CnnvizError where a port is taken, or beyond the last one."""
    if workers[-1] >= 2**16:
        raise CnnvizError(f"{len(workers)} workers want the ports after {port}, and {2**16 - 1} is the last one.")
    for each, place in ((port, address), *((worker, "127.0.0.1") for worker in workers)):
        family = socket.AF_INET6 if ":" in place else socket.AF_INET
        with socket.socket(family) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((place, each))
            except OSError as error:
                raise CnnvizError(
                    f"Port {each} can't be had: {error.strerror}. {len(workers)} workers behind port {port} want "
                    f"{workers[0]} to {workers[-1]}; choose another with --port."
                ) from None


def _shares(count: int) -> dict[str, str]:
    """Return the variables by which processes share this machine's memory and processors, unless they are set."""
    results, models = cache_limits(available_memory() // count)
    shares = {
        "CNNVIZ_RESULT_CACHE_MB": results // _MB,
        "CNNVIZ_MODEL_CACHE_MB": models // _MB,
        "OMP_NUM_THREADS": max(1, available_processors() // count),
    }
    return {name: str(share) for name, share in shares.items() if not os.environ.get(name)}


def _open_many_files() -> int:
    """Let this process's children have more open files than the usual 1,024, where that is allowed; return how many."""
    if sys.platform == "win32":
        return _FEW_FILES
    import resource

    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    files = _MANY_FILES if most == resource.RLIM_INFINITY else min(most, _MANY_FILES)
    resource.setrlimit(resource.RLIMIT_NOFILE, (files, most))
    return files
