"""Engines on the CPU, in this process and on Ray, that close themselves, and requests that tests can hold and break.

A test that is marked `interface` runs on both engines.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from cnnviz.engine import registry
from cnnviz.engine.cluster import settle_environment
from cnnviz.engine.local import LocalEngine
from cnnviz.engine.registry import Row
from cnnviz.engine.requests import Picture
from tests.engine.held_requests import BOARD, KINDS, Board, Desk, RayDesk


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "build" in metafunc.fixturenames and metafunc.definition.get_closest_marker("interface"):
        metafunc.parametrize("build", ["local", pytest.param("ray", marks=pytest.mark.ray)], indirect=True)


@pytest.fixture(scope="session")
def cluster() -> Iterator[Any]:
    """Return the board of a Ray cluster of this machine, which ends with the tests."""
    settle_environment()
    ray = pytest.importorskip("ray", reason='Ray is not installed: pip install "ray[serve]"')
    serve = pytest.importorskip("ray.serve", reason='Ray Serve is not installed: pip install "ray[serve]"')
    # So many processors that replicas find room; they are counted and not held.
    ray.init(
        "local",
        num_cpus=16,
        include_dashboard=False,
        log_to_driver=False,
        logging_level="error",
        object_store_memory=300 * 2**20,
        namespace="cnnviz",
        runtime_env={"env_vars": {"PYTHONPATH": str(Path(__file__).parents[2])}},
    )
    board = ray.remote(Board).options(name=BOARD, num_cpus=0, max_concurrency=100).remote()
    yield board
    serve.shutdown()
    ray.shutdown()


@pytest.fixture
def on_ray(cluster: Any) -> Iterator[Callable[..., Any]]:
    """Return a function that makes RayEngines, whose replicas stay for the next test."""
    from cnnviz.engine.ray import RayEngine

    engines: list[Any] = []

    def make(**options: Any) -> Any:
        # One at a time, so that what waits waits here.
        engines.append(RayEngine("ray", **{"ahead": 1, "options": {"device": "cpu"}, **options}))
        return engines[-1]

    yield make
    for engine in engines:
        engine.close()


def kind_of(request: pytest.FixtureRequest) -> str:
    callspec = getattr(request.node, "callspec", None)
    return callspec.params.get("build", "local") if callspec else "local"


@pytest.fixture
def desk(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Desk:
    desk = RayDesk(request.getfixturevalue("cluster")) if kind_of(request) == "ray" else Desk()
    for kind in KINDS:
        monkeypatch.setitem(registry.ROWS, kind, Row(desk.compute))
    return desk


@pytest.fixture
def build(request: pytest.FixtureRequest) -> Iterator[Callable[..., Any]]:
    """Return a function that makes engines, on the CPU unless told, which are closed when the test ends."""
    if kind_of(request) == "ray":
        yield request.getfixturevalue("on_ray")
        return
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
