"""`cnnviz serve --workers N`: N processes of the app behind a proxy, each of them started again when it ends."""

import json
import logging
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from pathlib import Path

from cnnviz.engine.memory import available_memory, cache_limits
from cnnviz.engine.processors import available_processors
from cnnviz.errors import CnnvizError
from cnnviz.server import health, proxy
from cnnviz.server.addresses import listening_address, why_not
from cnnviz.server.forks import Fork, Run, bring_libraries, can_fork
from cnnviz.server.headers import frame_ancestors, is_embedded
from cnnviz.server.rooms.office import WORKERS

_LOOK = 0.1  # seconds between looks at whether all still run
_PATIENCE = 300.0  # seconds for the processes to be ready, on a slow machine
_GRACE = 10.0  # seconds for a process to end by itself
_CALM = 30.0  # seconds before another spare is started, which takes from those who have come to the last one
_QUICK = 30.0  # seconds: one that lived for less may be ill, and is started again after a growing pause
_SIGNALS = ("SIGTERM", "SIGINT", "SIGHUP")
_FEW_FILES, _MANY_FILES = 1024, 65_536
_MB = 2**20

_log = logging.getLogger(__name__)


@dataclass
class _Program:
    """A process that has to run, and when it was started; `due` is when it is to be started again.

    `ready` tells that one with a port was seen to serve since then.
    """

    name: str
    launch: "Callable[[], subprocess.Popen[bytes] | Fork]"
    port: int = 0
    process: "subprocess.Popen[bytes] | Fork | None" = None
    started: float = 0.0
    due: float = 0.0
    quick: int = 0
    ready: bool = False

    def start(self) -> None:
        self.started, self.ready = time.monotonic(), False
        self.process = self.launch()

    def ended(self) -> int | None:
        """Return the exit status where it has ended, else None."""
        return None if self.process is None else self.process.poll()

    def see(self) -> None:
        """Look whether it is ready, where it runs and was not yet."""
        if self.process is not None and not self.ready:
            with suppress(CnnvizError):
                self.ready = _status(self.port) == 200

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
        self.rest(now + pause, f"it is started again{f' in {pause:g} s' if pause else ''}")

    def rest(self, due: float, what: str) -> None:
        """Let it, which has ended, be until it is due, and log that it ended and what happens now."""
        status = self.ended() or 0
        how = f"signal {-status}" if status < 0 else f"status {status}"
        _log.warning("%s ended with %s; %s.", self.name, how, what)
        self.process, self.due = None, due


@dataclass
class _Crew:
    """The workers in the order of their ports, and which of them is the spare one, if any; both count from 0.

    `orders` is the path of the proxy's socket.
    """

    workers: Sequence[_Program]
    spare: int | None
    orders: str

    def look_after(self, now: float) -> None:
        """Start those again that have ended; the spare one takes the place of another at once."""
        for number, each in enumerate(self.workers):
            if (at := self.spare) is not None and at != number and each.ended() is not None:
                spare = self.workers[at]
                if spare.ready and spare.ended() is None and proxy.stand_in(self.orders, at + 1, number + 1):
                    each.rest(now + _CALM, f"{spare.name} takes its place")
                    self.spare = number
            each.look_after(now)
        if self.spare is not None:
            self.workers[self.spare].see()


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
    haproxy, address = proxy.program(), listening_address()
    # One more, where copies are cheap: it stands ready, and has the visitors of one that ends at once.
    spare = can_fork()
    ports = range(port + 1, port + 1 + count + spare)
    _check(port, ports, address)
    files = _open_many_files()
    if can_fork():
        bring_libraries()
    workers = [
        # What the command says of a network of one's own is said once.
        _Program(
            f"Worker {number}",
            _launch(run, command, each, port, {**_shares(count), WORKERS: str(count + spare)}, quiet=number > 1),
            each,
        )
        for number, each in enumerate(ports, 1)
    ]
    with tempfile.TemporaryDirectory(prefix="cnnviz-") as folder:
        crew = _Crew(workers, len(workers) - 1 if spare else None, str(Path(folder) / "orders"))
        embedded = is_embedded(frame_ancestors())

        def launch() -> "subprocess.Popen[bytes]":
            file, number = Path(folder) / "haproxy.cfg", None if crew.spare is None else crew.spare + 1
            told = proxy.configuration(
                port, ports, files, crew.orders, spare=number, address=address, embedded=embedded
            )
            file.write_text(told, encoding="utf-8")
            return _run_apart([haproxy, "-db", "-f", str(file)])

        before = _Program("The proxy", launch)
        with _told_to_end() as told:
            try:
                # The spare one is started when the others serve.
                status = _start(workers[:count], ports[:count], told)
                return status or _run(before, crew, told, f"{count} workers are behind http://localhost:{port}")
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


def _run(before: _Program, crew: _Crew, told: Sequence[int], what: str) -> int:
    """Say what runs, and look after the proxy, which is not yet started, and the workers until told to end."""
    if not told:
        print(what, flush=True)
    while not told:
        now = time.monotonic()
        before.look_after(now)
        crew.look_after(now)
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
        raise CnnvizError(f"{len(workers)} processes want the ports after {port}, and {2**16 - 1} is the last one.")
    for each, place in ((port, address), *((worker, "127.0.0.1") for worker in workers)):
        if error := why_not(place, each):
            raise CnnvizError(
                f"Port {each} can't be had: {error.strerror}. {len(workers)} processes behind port {port} want "
                f"{workers[0]} to {workers[-1]}; choose another with --port."
            )


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
