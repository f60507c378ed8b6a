"""Waiting for what another thread or process brings about."""

import time
from collections.abc import Callable


def until(what: Callable[[], bool], patience: float = 100) -> None:
    deadline = time.monotonic() + patience
    while not what():
        assert time.monotonic() < deadline
        time.sleep(0.02)
