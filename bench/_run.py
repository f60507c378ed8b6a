"""What the benchmarks share: servers, a Chromium, interleaved measurements and a Markdown table."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

ROOT = Path(__file__).parents[1]
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))
APP, EMPTY = ROOT / "cnnviz" / "server" / "application.py", ROOT / "bench" / "apps" / "empty.py"
_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@dataclass(frozen=True)
class Server:
    """A running server; `started` is time.perf_counter() just before its process began.

    Where it has several `workers`, `pid` is the process that started them and the proxy.
    """

    url: str
    pid: int
    log: Path
    started: float
    workers: int = 1

    @property
    def pids(self) -> list[int]:
        """The processes that it has now: its own, and the workers and the proxy that it started."""
        return [self.pid, *map(int, Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split())]

    @property
    def port(self) -> int:
        return int(self.url.rpartition(":")[2])

    def complaints(self) -> list[str]:
        """Return the lines of the log that tell of an error."""
        lines = self.log.read_text(errors="replace").splitlines()
        return [line for line in lines if any(word in line for word in ("Error", "Traceback", "Exception"))]


@contextmanager
def server(script: Path, *, plain: bool = False, workers: int = 1) -> Iterator[Server]:
    """Serve a Streamlit script on the loopback interface while the block runs; begins before it answers.

    A `plain` one has Streamlit's own settings, any other those of this project. Several `workers` serve the app,
    whatever the script.
    """
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", str(script), f"--server.port={port}"]
    command += ["--server.address=127.0.0.1", "--server.headless=true", "--server.fileWatcherType=none"]
    command += ["--browser.gatherUsageStats=false", "--logger.level=warning"]
    if workers > 1:
        command = [sys.executable, "-m", "cnnviz", "serve", f"--workers={workers}", f"--port={port}"]
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "log.txt"
        with log.open("wb") as out:
            started = time.perf_counter()
            process = subprocess.Popen(
                command,
                cwd=script.parent if plain else ROOT,
                env={**os.environ, "PYTHONPATH": str(ROOT)},
                stdout=out,
                stderr=out,
            )
        # Told to stop, Python would leave at once, and leave the server running.
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
        try:
            yield Server(f"http://127.0.0.1:{port}", process.pid, log, started, workers)
        finally:
            process.terminate()
            process.wait(timeout=20)


def wait(served: Server, seconds: float = 120, path: str = "/_stcore/health") -> None:
    """Return when the server answers with a 200; raise RuntimeError with its log when it does not in time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(f"{served.url}{path}", timeout=5):
                return
        except OSError:
            time.sleep(0.02)
    raise RuntimeError(f"streamlit did not start:\n{served.log.read_text(errors='replace')[-2000:]}")


def processor(served: Server) -> float:
    """Return the processor seconds that a server's processes have used, on all cores together."""
    rows = (Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split() for pid in served.pids)
    return sum(int(row[11]) + int(row[12]) for row in rows) / os.sysconf("SC_CLK_TCK")


def memory(served: Server) -> float:
    """Return the resident memory of a server's processes in MB."""
    lines = (line for pid in served.pids for line in Path(f"/proc/{pid}/status").read_text().splitlines())
    return sum(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / 1024


def cached(served: Server) -> float:
    """Return how many MB the caches of a server's engines hold."""
    found = 0
    for number in range(served.workers):
        port = served.port + (number + 1 if served.workers > 1 else 0)
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/api/health", timeout=20) as answer:
            engine = json.load(answer)["engine"]
        found += engine["result_bytes"] + engine["model_bytes"]
    return found / 2**20


def kill_worker(served: Server, number: int) -> None:
    """Kill the worker of a number, from 1."""
    for pid in served.pids:
        if Path(f"/proc/{pid}/comm").read_text().strip() == f"cnnviz {served.port + number}":
            os.kill(pid, signal.SIGKILL)


@contextmanager
def chromium() -> Iterator[Any]:
    """Run a Chromium: CNNVIZ_CHROMIUM, else the system's, else Playwright's own."""
    from playwright.sync_api import sync_playwright

    places = [os.environ.get("CNNVIZ_CHROMIUM"), "/usr/bin/chromium", shutil.which("chromium"), shutil.which("chrome")]
    with sync_playwright() as playwright:
        place = next((each for each in places if each and Path(each).exists()), None)
        browser = playwright.chromium.launch(executable_path=place, args=_FLAGS)
        try:
            yield browser
        finally:
            browser.close()


def interleaved(rounds: int, cases: Mapping[str, Callable[[], Any]], warm: int = 1) -> dict[str, list[float]]:
    """Run the cases in turn, A B A B, and return the seconds of each; a case may return seconds it measured itself.

    Every other round goes backwards, so that no case is always the one that follows another.
    """
    taken: dict[str, list[float]] = {name: [] for name in cases}
    for turn in range(-warm, rounds):
        for name, case in cases.items() if turn % 2 == 0 else reversed(cases.items()):
            began = time.perf_counter()
            own = case()
            seconds = own if isinstance(own, float) else time.perf_counter() - began
            if turn >= 0:
                taken[name].append(seconds)
    return taken


def percentile(values: Sequence[float], share: float) -> float:
    """Return the least value that at least `share` of the values do not exceed."""
    ordered = sorted(values)
    return ordered[max(0, -(-int(share * 100) * len(ordered) // 100) - 1)]


def ratios(taken: Mapping[str, Sequence[float]], base: str) -> list[tuple[str, ...]]:
    """Return table rows: each case's median, 95th percentile and extremes, and its median over that of `base`."""
    rows = []
    for name, values in taken.items():
        ms = [1000 * value for value in values]
        ratio = f"{median(values) / median(taken[base]):.2f}"
        paired = [value / other for value, other in zip(values, taken[base], strict=True)]
        spread = "" if name == base else f"{min(paired):.2f} to {max(paired):.2f}"
        least = f"{min(values) / min(taken[base]):.2f}"
        times = f"{median(ms):.1f}", f"{percentile(ms, 0.95):.1f}", f"{min(ms):.1f} to {max(ms):.1f}"
        rows.append((name, *times, ratio, least, spread))
    return rows


RATIO_COLUMNS = ("case", "median ms", "p95 ms", "min to max ms", "ratio of medians", "of minima", "of rounds")


def table(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Print a Markdown table."""
    print(f"\n| {' | '.join(columns)} |\n|{'|'.join(' --- ' for _ in columns)}|")
    for row in rows:
        print(f"| {' | '.join(str(cell) for cell in row)} |")
    print(flush=True)
