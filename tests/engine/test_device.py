"""When the GPU's memory is full. Here the "GPU" is a stand-in; the last test takes a real one."""

from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from cnnviz.engine import Engine, ModelChoice, device
from cnnviz.errors import CnnvizError

FULL = "The GPU's memory was full, so this ran on the CPU."


@pytest.fixture
def moves(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Let models pretend to be on a GPU; return the list of moves."""
    places: dict[int, torch.device] = {}
    moves: list[str] = []

    def move(model: nn.Module, where: torch.device) -> None:
        moves.append(where.type)
        places[id(model)] = where

    monkeypatch.setattr(device, "memory_of", lambda where: 2**30)
    monkeypatch.setattr(device, "move", move)
    monkeypatch.setattr(device, "make_room", lambda where: moves.append("room"))
    monkeypatch.setattr(device, "device_of", lambda model, otherwise: places.get(id(model), otherwise))
    return moves


@pytest.mark.parametrize(
    "error",
    [torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 9 GiB"), RuntimeError("CUDNN_STATUS_ALLOC_FAILED")],
)
def test_it_runs_on_the_cpu_and_says_so(
    desk: Any, build: Any, moves: list[str], tiny: Any, error: BaseException
) -> None:
    ran: list[str] = []

    def act(run: Any) -> None:
        ran.append(run.device.type)
        if run.device.type == "cuda":
            raise error

    desk.acts[7] = act
    engine: Engine = build(device="cuda", load=tiny, is_ready=lambda name: True)
    assert engine.ask(desk.ModelProbe(ModelChoice("tiny"), 7)).note == FULL
    assert ran == ["cuda", "cpu"]
    assert moves == ["room", "cpu", "room", "cuda"]
    assert engine.ask(desk.ModelProbe(ModelChoice("tiny"), 8)).note == ""
    assert engine.ask(desk.Probe(7)).note == FULL  # a request without a model as well


def test_a_model_that_finds_no_room_again_stays_on_the_cpu_and_says_so(
    desk: Any, build: Any, moves: list[str], tiny: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    pretend = device.move

    def move(model: nn.Module, where: torch.device) -> None:
        if where.type == "cuda":
            raise torch.OutOfMemoryError("CUDA out of memory.")
        pretend(model, where)

    def act(run: Any) -> None:
        if run.device.type == "cuda":
            raise torch.OutOfMemoryError("CUDA out of memory.")

    monkeypatch.setattr(device, "move", move)
    desk.acts[7] = act
    engine: Engine = build(device="cuda", load=tiny, is_ready=lambda name: True)
    for number in (7, 8):
        assert engine.ask(desk.ModelProbe(ModelChoice("tiny"), number)).note == FULL


def test_another_error_on_the_gpu_is_not_tried_again(desk: Any, build: Any, moves: list[str], tiny: Any) -> None:
    def act(run: Any) -> None:
        raise RuntimeError("CUDA error: an illegal memory access was encountered")

    desk.acts[7] = act
    engine: Engine = build(device="cuda", load=tiny, is_ready=lambda name: True)
    with pytest.raises(CnnvizError, match="Something went wrong"):
        engine.ask(desk.ModelProbe(ModelChoice("tiny"), 7))
    assert desk.ran == [7]


def test_a_full_cpu_is_told_in_a_sentence(desk: Any, build: Any) -> None:
    def act(run: Any) -> None:
        np.empty(2**62, np.uint8)

    desk.acts[7] = act
    with pytest.raises(CnnvizError, match="not enough memory"):
        build().ask(desk.Probe(7))


def test_a_model_that_does_not_fit_on_the_gpu_is_loaded_on_the_cpu(desk: Any, build: Any, tiny: Any) -> None:
    def load(name: str, where: torch.device, **options: Any) -> nn.Module:
        if where.type == "cuda":
            raise torch.OutOfMemoryError("CUDA out of memory.")
        return tiny(name)

    engine: Engine = build(device="cpu", load=load, is_ready=lambda name: True)
    # The engine's device decides what is asked of the loader, so only that is pretended here.
    engine._weights._device = engine._device = torch.device("cuda")  # type: ignore[attr-defined]
    assert engine.ask(desk.ModelProbe(ModelChoice("tiny"), 1)).note == FULL


def test_sizes_count_a_shared_tensor_once() -> None:
    model = nn.Sequential(nn.Linear(4, 4, bias=False), nn.BatchNorm1d(4))
    tied = nn.Sequential(model[0], model[0], model[1])
    # 16 weights, 4 + 4 parameters and 4 + 4 running statistics of 4 bytes, and a counter of 8 bytes
    assert device.size_of(tied) == 4 * (16 + 16) + 8


def test_the_cpu_is_picked_where_there_is_no_gpu() -> None:
    expected = "cuda" if torch.cuda.is_available() else "cpu"
    assert device.pick().type == expected
    assert device.pick("cpu").type == "cpu"


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA GPU")
def test_a_real_gpu_that_is_full(desk: Any, build: Any, tiny: Any) -> None:
    def act(run: Any) -> None:
        torch.empty(2**44, dtype=torch.uint8, device=run.device if run.device.type == "cuda" else "meta")

    desk.acts[7] = act
    engine: Engine = build(
        device="cuda", load=lambda name, where, **rest: tiny(name).to(where), is_ready=lambda name: True
    )
    assert engine.ask(desk.ModelProbe(ModelChoice("tiny"), 7)).note == FULL
    assert engine.ask(desk.ModelProbe(ModelChoice("tiny"), 8)).note == ""
