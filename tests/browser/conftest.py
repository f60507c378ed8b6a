"""A real Chromium, and Streamlit scripts served to it."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


# The console does not tell all that a page's security policy refuses.
REFUSED = """document.addEventListener("securitypolicyviolation", (event) =>
  console.error(`refused: ${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`));"""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


def _missing(reason: str) -> None:
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


def _executable() -> str | None:
    names = ("chromium", "chromium-browser", "google-chrome")
    places = [os.environ.get("CNNVIZ_CHROMIUM"), "/usr/bin/chromium", *map(shutil.which, names)]
    return next((place for place in places if place and Path(place).exists()), None)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """A Chromium; without one the test is skipped, or fails where CI=true."""
    try:
        from playwright.sync_api import Error, expect, sync_playwright
    except ImportError:
        _missing("Playwright is not installed: pip install -r requirements-dev.txt")
    with sync_playwright() as playwright:
        try:
            browser = playwright.chromium.launch(executable_path=_executable(), args=FLAGS)
        except Error as error:
            _missing(f"no Chromium: set CNNVIZ_CHROMIUM, or run `playwright install chromium` ({error.message[:80]})")
        expect.set_options(timeout=15_000)  # a first visit loads code, and others may be at work
        yield browser
        browser.close()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _answers(process: subprocess.Popen[bytes], url: str, seconds: float = 90) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(f"{url}/_stcore/health", timeout=1):
                return True
        except OSError:
            time.sleep(0.1)
    process.kill()
    return False


def _start(path: Path, folder: Path, variables: dict[str, str]) -> tuple[subprocess.Popen[bytes], str]:
    """Return a server of a script, with variables in its environment, and its URL."""
    log = folder / "log.txt"
    # Another program may take the port that was free a moment ago.
    for _ in range(3):
        url = f"http://localhost:{(port := _free_port())}"
        options = {
            "server.port": port,
            "server.headless": "true",
            "server.fileWatcherType": "none",
            "browser.gatherUsageStats": "false",
        }
        # The app's own server is what `make run` starts.
        script = ROOT / "cnnviz" / "server" / "application.py" if path == ROOT / "app.py" else path
        command = [sys.executable, "-m", "streamlit", "run", str(script)]
        command += [f"--{name}={value}" for name, value in options.items()]
        environment = {**os.environ, "PYTHONPATH": str(ROOT), **variables}
        with log.open("wb") as out:
            process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=out, stderr=out)
        if _answers(process, url):
            return process, url
    pytest.fail(f"streamlit did not start:\n{log.read_text(errors='replace')[-2000:]}")


@pytest.fixture(scope="session")
def serve(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., str]]:
    """Return a function (script, **variables) -> the URL at which a Streamlit script is served.

    `variables` are of its environment. It is started at the first call, and stopped after the session.
    """
    running: dict[tuple[Any, ...], tuple[subprocess.Popen[bytes], str]] = {}

    def start(script: str | Path, **variables: str) -> str:
        path = (ROOT / script).resolve()
        key = path, *sorted(variables.items())
        if key not in running:
            running[key] = _start(path, tmp_path_factory.mktemp("streamlit"), variables)
        return running[key][1]

    yield start
    for process, _ in running.values():
        process.terminate()
    for process, _ in running.values():
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()


@pytest.fixture(scope="session")
def new_tab(chromium: Any) -> Callable[..., Any]:
    """Return a function (first=False, **context options) -> Page.

    It is a tab of a browser that has the app's code, or with `first` of one that has never been here.
    """
    kept: dict[str, Any] = {}

    def go(*, first: bool = False, **options: Any) -> Any:
        if first:
            return chromium.new_page(**options)  # closes its context with itself
        if (key := repr(sorted(options.items()))) not in kept:
            kept[key] = chromium.new_context(**options)
        return kept[key].new_page()

    return go


@contextmanager
def _pages(new_tab: Callable[..., Any]) -> Iterator[Callable[..., Any]]:
    pages, errors = [], []

    def note(message: Any) -> None:
        # Opened below its root, Streamlit's own client looks for its server there first, and finds it at the root.
        if message.type == "error" and "/_stcore/" not in message.location.get("url", ""):
            errors.append(message.text)

    def go(url: str, *, width: int = 1280, height: int = 900, color_scheme: Any = None, **options: Any) -> Any:
        page = new_tab(**options)
        pages.append(page)
        page.add_init_script(REFUSED)
        page.set_viewport_size({"width": width, "height": height})
        page.emulate_media(color_scheme=color_scheme)
        page.on("console", note)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.frames_sent, page.frames_received = [], 0

        def listen(socket: Any) -> None:
            socket.on("framesent", lambda frame: page.frames_sent.append(frame))
            socket.on("framereceived", lambda _: setattr(page, "frames_received", page.frames_received + 1))

        page.on("websocket", listen)
        page.goto(url)
        return page

    yield go
    for page in pages:
        page.close()
    assert not errors, f"the browser's console: {errors}"


@pytest.fixture
def visit(new_tab: Callable[..., Any]) -> Iterator[Callable[..., Any]]:
    """Return a function (url, width=1280, height=900, color_scheme=None, **options of new_tab) -> Page.

    Console errors fail the test.
    """
    with _pages(new_tab) as go:
        yield go


@pytest.fixture(scope="module")
def revisit(new_tab: Callable[..., Any]) -> Iterator[Callable[..., Any]]:
    """Return the same function, which opens what it has opened before only once: for tests that tell Python nothing.

    The pointer and the focus are taken off the page each time.
    """
    with _pages(new_tab) as go:
        kept: dict[tuple[Any, ...], Any] = {}

        def again(url: str, **options: Any) -> Any:
            key = url, *sorted(options.items())
            if key not in kept:
                kept[key] = go(url, **options)
            page = kept[key]
            page.mouse.move(0, 0)
            page.evaluate("() => document.activeElement?.blur()")
            return page

        yield again
