"""A kind of request that tests can hold, count and break, and engines on the CPU that close themselves."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from cnnviz.engine import registry
from cnnviz.engine.local import LocalEngine
from cnnviz.engine.registry import Row, Run
from cnnviz.engine.requests import ModelChoice, Picture, Request
from cnnviz.engine.results import Sized


@dataclass(frozen=True, eq=False)
class Answer(Sized):
    values: np.ndarray
    note: str


@dataclass(frozen=True)
class Probe(Request[Answer]):
    number: int
    size: int = 1


@dataclass(frozen=True)
class OtherProbe(Request[Answer]):
    number: int


@dataclass(frozen=True)
class ModelProbe(Request[Answer]):
    model: ModelChoice
    number: int = 0


class Desk:
    """What the probes do: each run is noted in `ran`, waits for `gate`, then does what `acts[number]` says."""

    Probe, OtherProbe, ModelProbe = Probe, OtherProbe, ModelProbe

    def __init__(self) -> None:
        self.ran: list[int] = []
        self.begun = threading.Event()
        self.gate = threading.Event()
        self.gate.set()
        self.acts: dict[int, Callable[[Run], Any]] = {}

    def compute(self, request: Any, run: Run) -> Answer:
        self.ran.append(request.number)
        self.begun.set()
        assert self.gate.wait(20)
        if request.number in self.acts:
            self.acts[request.number](run)
        return Answer(np.full(getattr(request, "size", 1), request.number, np.float32), run.note)

    def hold(self, engine: LocalEngine, number: int = -1) -> Any:
        """Keep the worker busy until `gate` is set."""
        self.gate.clear()
        self.begun.clear()
        ticket = engine.submit(Probe(number), session="holder")
        assert self.begun.wait(20)
        return ticket


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch) -> Desk:
    desk = Desk()
    for kind in (Probe, OtherProbe, ModelProbe):
        monkeypatch.setitem(registry.ROWS, kind, Row(desk.compute))
    return desk


@pytest.fixture
def build() -> Iterator[Callable[..., LocalEngine]]:
    """Return a function that makes engines, on the CPU unless told, which are closed when the test ends."""
    engines: list[LocalEngine] = []

    def make(**options: Any) -> LocalEngine:
        engines.append(LocalEngine(**{"device": "cpu", **options}))
        return engines[-1]

    yield make
    for engine in engines:
        engine.close()


@pytest.fixture
def tiny() -> Callable[..., nn.Module]:
    """Return a stand-in for cnnviz.models.load that needs no files."""

    def load(name: str, device: Any = None, **options: Any) -> nn.Module:
        torch.manual_seed(options.get("random_seed") or 0)
        return nn.Sequential(nn.Flatten(), nn.Linear(12, 3)).eval()

    return load


@pytest.fixture
def pictures() -> Callable[..., Picture]:
    """Return a function from a number to a picture of noise."""

    def make(number: int, height: int = 40, width: int = 48) -> Picture:
        noise = np.random.default_rng(number).integers(0, 256, (height, width, 3), dtype=np.uint8)
        return Picture.of(noise)

    return make
