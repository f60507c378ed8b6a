"""A page whose server ends, and is there again: it goes on where it was, and answers."""

import os
import re
import signal
import subprocess
import sys

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import ROOT, _answers, _free_port
from tests.browser.ready import SLOW, settle, wait_until


@pytest.fixture
def restarts(tmp_path):
    """Return a function that ends the server, if one runs, starts it at the same port and returns its URL."""
    port, running = _free_port(), []
    command = [sys.executable, "-m", "cnnviz", "serve", "--port", str(port)]

    def end():
        if running:
            running[0].send_signal(signal.SIGKILL)
            running.pop().wait(timeout=20)

    def start():
        end()
        with (tmp_path / "log.txt").open("ab") as out:
            running.append(
                subprocess.Popen(command, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, stdout=out, stderr=out)
            )
        url = f"http://localhost:{port}"
        assert _answers(running[0], url), (tmp_path / "log.txt").read_text()
        return url

    yield start
    end()


def test_a_page_answers_again_and_shows_what_its_link_says(restarts, chromium):
    context = chromium.new_context()
    page, opened, heard = context.new_page(), [], set()

    def connected(socket):
        opened.append(socket)
        socket.on("framereceived", lambda _: heard.add(socket))

    page.on("websocket", connected)
    page.goto(f"{restarts()}/layer?kernel_size=7&stride=2")
    settle(page)
    result = page.locator(".st-key-layer-numbers dl dd").first
    before = result.inner_text()
    assert len(heard) == len(opened) == 1
    restarts()
    wait_until(page, lambda: len(heard) > 1)  # the new session has run the page
    settle(page)
    expect(result).to_have_text(before)
    stride = page.get_by_role("spinbutton", name="Stride")
    stride.fill("3")
    stride.press("Enter")
    expect(result).not_to_have_text(before, timeout=SLOW)
    expect(page).to_have_url(re.compile("kernel_size=7"))
    expect(page).to_have_url(re.compile("stride=3"))
    context.close()
