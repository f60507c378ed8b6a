"""How long every layer of a running network takes on its device.

>>> times = layer_times(resnet18, torch.randn(1, 3, 224, 224))
>>> times.names[0], FEWEST <= times.runs <= MOST
('conv1', True)
"""

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from cnnviz.calls import Call, observe

FEWEST, MOST = 3, 20
_WARM_UPS = 2


@dataclass(frozen=True, eq=False)
class LayerTimes:
    """Seconds (L,) of each call of cnnviz.calls, the median over `runs` runs; `whole` is that of the bare forward.

    A call's time is that of its torch functions: the Python around them is in `whole` alone. `threads` are those that
    a CPU computed with.
    """

    names: tuple[str, ...]
    seconds: NDArray[np.float64]
    whole: float
    runs: int
    threads: int


def layer_times(model: nn.Module, batch: Tensor, *, budget: float = 1.5) -> LayerTimes:
    """Return the times for a batch, which lies on the model's device.

    After two runs that are not counted, bare and timed runs take turns, at least 3 of each, until `budget` seconds are
    over or there are 20. A GPU is timed by its own events.
    """
    clock = _Clock(batch.device)
    found: list[dict[str, float]] = []
    bare: list[float] = []
    with torch.no_grad():
        for _ in range(_WARM_UPS):
            model(batch)
        clock.wait()
        until = time.perf_counter() + budget
        while len(found) < FEWEST or (len(found) < MOST and time.perf_counter() < until):
            bare.append(clock.read(clock.time(model, (batch,), {})[1]))
            found.append(_timed(model, batch, clock))
    names = tuple(found[0])
    seconds = np.median([[run.get(name, 0.0) for name in names] for run in found], axis=0)
    return LayerTimes(names, seconds, float(np.median(bare)), len(found), torch.get_num_threads())


def _timed(model: nn.Module, batch: Tensor, clock: "_Clock") -> dict[str, float]:
    spans: list[tuple[str, list[Any]]] = []
    now: list[Any] = []

    def around(function: Callable[..., Any], arguments: tuple[Any, ...], keywords: dict[str, Any]) -> Any:
        output, span = clock.time(function, arguments, keywords)
        now.append(span)
        return output

    def tell(call: Call) -> None:
        # What ran since the call before, the call's own functions among it.
        spans.append((call.name, list(now)))
        now.clear()

    with observe(model, tell, around=around, steps=False):
        model(batch)
    clock.wait()
    sums: Counter[str] = Counter()
    for name, parts in spans:
        sums[name] += sum(map(clock.read, parts))  # type: ignore[assignment]
    return dict(sums)


class _Clock:
    """Times what a function does on a device: by CUDA's events there, else by the clock on the wall."""

    def __init__(self, device: torch.device) -> None:
        self.device = device
        self.events = device.type == "cuda"
        self.waits = device.type not in ("cpu", "cuda")

    def wait(self) -> None:
        """Wait until the device has done what it was given."""
        if self.device.type != "cpu":
            torch.accelerator.synchronize(self.device)

    def time(
        self, function: Callable[..., Any], arguments: tuple[Any, ...], keywords: dict[str, Any]
    ) -> tuple[Any, Any]:
        """Return what a function returns, and a span to be read once the device is done."""
        if self.events:
            start, end = (torch.cuda.Event(enable_timing=True) for _ in range(2))
            start.record()
            output = function(*arguments, **keywords)
            end.record()
            return output, (start, end)
        if self.waits:
            self.wait()
        began = time.perf_counter()
        output = function(*arguments, **keywords)
        if self.waits:
            self.wait()
        return output, time.perf_counter() - began

    def read(self, span: Any) -> float:
        """Return a span in seconds."""
        if not self.events:
            return float(span)
        start, end = span
        end.synchronize()
        return float(start.elapsed_time(end)) / 1000
