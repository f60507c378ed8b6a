"""Loading models: beside the device's worker, once for all who wait, and within the bound."""

import io
import threading
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import nn

from cnnviz.engine import Engine, MatchWeights, ModelChoice
from cnnviz.errors import CnnvizError, ModelError


class Shelf:
    """A stand-in for cnnviz.models.load: "slow" models wait for `arrived`; each load is noted in `loads`."""

    def __init__(self) -> None:
        self.loads: list[str] = []
        self.begun = threading.Event()
        self.arrived = threading.Event()
        self.lock = threading.Lock()

    def load(
        self, name: str, device: Any = None, *, progress: Callable[[int, int], None] | None = None, **rest: Any
    ) -> nn.Module:
        with self.lock:
            self.loads.append(name)
        if name.startswith("slow"):
            assert progress is not None
            progress(30, 100)
            self.begun.set()
            assert self.arrived.wait(20)
        if name == "broken":
            raise ModelError("The file of broken holds 3 bytes.")
        if name == "worse":
            raise SystemExit(1)
        return nn.Linear(256, 256, bias=False)  # 256 KB


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


@pytest.fixture
def engine(desk: Any, build: Any, shelf: Shelf) -> Engine:
    return build(load=shelf.load, is_ready=lambda name: not name.startswith("slow"), model_cache_mb=0.6)


def test_a_download_does_not_keep_other_models_waiting(engine: Engine, shelf: Shelf, desk: Any) -> None:
    # More of them than there are lanes: what is on this disk has one of its own.
    slow = [engine.submit(desk.ModelProbe(ModelChoice(f"slow{number}"), number)) for number in range(6)]
    assert shelf.begun.wait(10)
    for number in range(10, 13):
        assert engine.ask(desk.ModelProbe(ModelChoice("quick"), number), timeout=10).values[0] == number
    assert not any(ticket.done() for ticket in slow)
    shelf.arrived.set()
    assert [ticket.result(10).values[0] for ticket in slow] == list(range(6))


def test_progress_can_be_read_while_it_loads_and_is_none_otherwise(engine: Engine, shelf: Shelf, desk: Any) -> None:
    choice = ModelChoice("slow")
    assert engine.progress(choice) is None
    ticket = engine.submit(desk.ModelProbe(choice))
    assert shelf.begun.wait(10)
    assert engine.progress(choice) == (30, 100)
    assert engine.progress(ModelChoice("quick")) is None
    shelf.arrived.set()
    ticket.result(10)
    assert engine.progress(choice) is None


def test_many_requests_load_a_model_once(engine: Engine, shelf: Shelf, desk: Any) -> None:
    tickets = [
        engine.submit(desk.ModelProbe(ModelChoice("slow"), number), session=str(number % 4)) for number in range(12)
    ]
    assert shelf.begun.wait(10)
    shelf.arrived.set()
    assert [ticket.result(10).values[0] for ticket in tickets] == list(range(12))
    assert shelf.loads == ["slow"]


def test_dropped_while_it_loads(engine: Engine, shelf: Shelf, desk: Any) -> None:
    gone = engine.submit(desk.ModelProbe(ModelChoice("slow"), 1), session="gone")
    assert shelf.begun.wait(10)
    engine.drop("gone")
    assert gone.done()
    again = engine.submit(desk.ModelProbe(ModelChoice("slow"), 1), session="stays")
    shelf.arrived.set()
    assert again.result(10).values[0] == 1


@pytest.mark.parametrize("name", ["broken", "worse"])
def test_a_model_that_cannot_be_loaded_is_told_to_all_who_wait(
    engine: Engine, shelf: Shelf, desk: Any, name: str
) -> None:
    tickets = [engine.submit(desk.ModelProbe(ModelChoice(name), number)) for number in range(3)]
    for ticket in tickets:
        with pytest.raises(CnnvizError, match="broken holds 3 bytes" if name == "broken" else "Something went wrong"):
            ticket.result(10)
    assert engine.ask(desk.ModelProbe(ModelChoice("quick"))).values[0] == 0


def test_models_are_kept_within_the_bound_the_last_used_longest(engine: Engine, shelf: Shelf, desk: Any) -> None:
    def use(name: str, number: int) -> None:
        engine.ask(desk.ModelProbe(ModelChoice(name), number))
        assert engine.statistics().model_bytes <= 0.6 * 2**20

    for number, name in enumerate(["a", "b", "a", "c", "a", "b"]):
        use(name, number)
    assert shelf.loads == ["a", "b", "c", "b"]


def test_closing_while_a_model_loads(engine: Engine, shelf: Shelf, desk: Any) -> None:
    ticket = engine.submit(desk.ModelProbe(ModelChoice("slow")))
    assert shelf.begun.wait(10)
    engine.close()
    with pytest.raises(CnnvizError, match="closing"):
        ticket.result(0)
    shelf.arrived.set()


def test_a_checkpoint_reaches_the_loader(desk: Any, build: Any) -> None:
    given: list[dict[str, Any]] = []

    def load(name: str, device: Any = None, **options: Any) -> nn.Module:
        given.append(options | {"name": name, "device": device})
        return nn.Identity()

    engine: Engine = build(load=load, is_ready=lambda name: False)
    choice = ModelChoice.of_checkpoint("lenet5-mnist", b"bytes", "mine.pth")
    engine.ask(desk.ModelProbe(choice))
    engine.ask(desk.ModelProbe(ModelChoice("lenet5-mnist", random_seed=4)))
    assert given[0]["checkpoint"] == b"bytes"
    assert given[0]["checkpoint_name"] == "mine.pth"
    assert given[0]["random_seed"] is None
    assert given[1]["random_seed"] == 4
    assert given[1]["checkpoint"] is None
    assert given[0]["device"] == torch.device("cpu")


def test_a_model_larger_than_the_whole_cache_is_loaded_once_while_no_other_is_used(
    desk: Any, build: Any, shelf: Shelf
) -> None:
    engine: Engine = build(load=shelf.load, is_ready=lambda name: True, model_cache_mb=0.1)
    for number in range(5):
        assert engine.ask(desk.ModelProbe(ModelChoice("large"), number), timeout=10).values[0] == number
    assert shelf.loads == ["large"]
    assert engine.statistics().model_bytes == 256 * 256 * 4
    engine.ask(desk.ModelProbe(ModelChoice("another"), 6))
    engine.ask(desk.ModelProbe(ModelChoice("large"), 7))
    assert shelf.loads == ["large", "another", "large"]


@pytest.mark.interface
def test_how_a_persons_weights_were_matched_can_be_asked(build: Any) -> None:
    buffer = io.BytesIO()
    torch.save({"head.weight": torch.ones(2, 9), "head.bias": torch.ones(2)}, buffer)
    name = "design:1x3x3: Flatten, Linear 2"
    fit = build().ask(MatchWeights(ModelChoice.of_checkpoint(name, buffer.getvalue(), "mine.pth")))
    assert str(fit) == "2 tensors by order and shape: head.weight -> fc1.weight, head.bias -> fc1.bias"
    with pytest.raises(ModelError, match="has no weights of a person's own file"):
        build().ask(MatchWeights(ModelChoice(name, random_seed=0)))
