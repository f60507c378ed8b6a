"""Requests that a test can hold, count and break, in this process and in the replicas of a Ray cluster.

A desk says what they do: each run is noted in `ran`, waits for `gate`, then does what `acts[number]` says. This module
is imported in the replicas, too.
"""

import asyncio
import threading
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from cnnviz.engine import registry
from cnnviz.engine.registry import Row, Run
from cnnviz.engine.requests import ModelChoice, Request
from cnnviz.engine.results import Sized

BOARD = "board"


@dataclass(frozen=True, eq=False)
class Answer(Sized):
    values: np.ndarray
    note: str


@dataclass(frozen=True)
class Probe(Request[Answer]):
    number: int
    size: int = 1
    test: str = ""


@dataclass(frozen=True)
class OtherProbe(Request[Answer]):
    number: int
    test: str = ""


@dataclass(frozen=True)
class ModelProbe(Request[Answer]):
    model: ModelChoice
    number: int = 0
    test: str = ""


KINDS = Probe, OtherProbe, ModelProbe


def answer(request: Any, run: Run) -> Answer:
    return Answer(np.full(getattr(request, "size", 1), request.number, np.float32), run.note)


class Desk:
    """What the requests do in this process."""

    Probe, OtherProbe, ModelProbe = KINDS

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
        return answer(request, run)

    def hold(self, engine: Any, number: int = -1) -> Any:
        """Keep the worker busy until `gate` is set."""
        self.gate.clear()
        self.begun.clear()
        ticket = engine.submit(self.Probe(number), session="holder")
        assert self.begun.wait(20)
        return ticket


class RayDesk(Desk):
    """The same for replicas: what a test says stands on a board that they ask."""

    def __init__(self, board: Any) -> None:
        self._test = uuid.uuid4().hex
        self._board = board
        self.Probe, self.OtherProbe, self.ModelProbe = (partial(kind, test=self._test) for kind in KINDS)
        self.begun, self.gate = Flag(self, "begun"), Flag(self, "gate")
        self.gate.set()

    def call(self, method: str, *arguments: Any) -> Any:
        import ray

        return ray.get(getattr(self._board, method).remote(self._test, *arguments))

    @property
    def ran(self) -> list[int]:
        return self.call("ran")

    @property
    def acts(self) -> "Acts":
        return Acts(self)

    @acts.setter
    def acts(self, acts: dict[int, Callable[[Run], Any]]) -> None:
        for number, act in acts.items():
            self.acts[number] = act


class Acts:
    def __init__(self, desk: RayDesk) -> None:
        self._desk = desk

    def __setitem__(self, number: int, act: Callable[[Run], Any]) -> None:
        from ray import cloudpickle

        self._desk.call("do", number, cloudpickle.dumps(act))

    def __delitem__(self, number: int) -> None:
        self._desk.call("do", number, None)


class Flag:
    """A threading.Event that stands on the board."""

    def __init__(self, desk: RayDesk, name: str) -> None:
        self._desk = desk
        self._name = name

    def set(self) -> None:
        self._desk.call("put", self._name, True)

    def clear(self) -> None:
        self._desk.call("put", self._name, False)

    def wait(self, timeout: float) -> bool:
        return self._desk.call("wait", self._name, timeout)


class Board:
    """The actor that holds what desks say, by the name of the test."""

    def __init__(self) -> None:
        self._ran: dict[str, list[int]] = {}
        self._acts: dict[tuple[str, int], bytes | None] = {}
        self._flags: dict[tuple[str, str], bool] = {}

    async def ran(self, test: str) -> list[int]:
        return self._ran.get(test, [])

    async def do(self, test: str, number: int, act: bytes | None) -> None:
        self._acts[test, number] = act

    async def put(self, test: str, name: str, value: bool) -> None:
        self._flags[test, name] = value

    async def wait(self, test: str, name: str, timeout: float) -> bool:
        for _ in range(int(timeout / 0.005)):
            if self._flags.get((test, name)):
                return True
            await asyncio.sleep(0.005)
        return False

    async def run(self, test: str, number: int) -> bytes | None:
        self._ran.setdefault(test, []).append(number)
        self._flags[test, "begun"] = True
        assert await self.wait(test, "gate", 20)
        return self._acts.get((test, number))


def compute_in_replica(request: Any, run: Run) -> Answer:
    import pickle

    import ray

    act = ray.get(ray.get_actor(BOARD).run.remote(request.test, request.number))
    if act is not None:
        pickle.loads(act)(run)
    return answer(request, run)


def load_slowly(name: str, device: Any = None, *, progress: Any = None, **options: Any) -> Any:
    """cnnviz.models.load, and more: "slow TEST" waits for that test's `arrived`, "broken" fails, "quick" is quick."""
    import ray
    import torch

    from cnnviz import models
    from cnnviz.errors import ModelError

    if name in models.names():
        return models.load(name, device, progress=progress, **options)

    kind, _, test = name.partition(" ")
    board = ray.get_actor(BOARD)
    if kind == "slow":
        progress(30, 100)
        ray.get(board.put.remote(test, "loading", True))
        assert ray.get(board.wait.remote(test, "arrived", 20))
    if kind == "broken":
        raise ModelError("The file of broken holds 3 bytes.")
    if options.get("checkpoint") is not None:
        return torch.nn.Linear(1, len(options["checkpoint"]), bias=False)
    return torch.nn.Identity()


def _is_replica() -> bool:
    import sys

    return "ray" in sys.modules and sys.modules["ray"].is_initialized() and bool(_actor())


def _actor() -> Any:
    import ray

    return ray.get_runtime_context().get_actor_id()


if _is_replica():
    for kind in KINDS:
        registry.ROWS[kind] = Row(compute_in_replica)
