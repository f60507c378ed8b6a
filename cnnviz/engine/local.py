"""The engine in this process: one worker thread for the device, and caches that callers read without it."""

import threading
from collections.abc import Callable
from typing import Any, TypeVar

import torch

from cnnviz import models
from cnnviz.engine import device as devices
from cnnviz.engine.cache import ByteCache
from cnnviz.engine.compute import row_of
from cnnviz.engine.front import MB, PULSE, FrontEngine, limit
from cnnviz.engine.interface import Statistics
from cnnviz.engine.jobs import Job
from cnnviz.engine.memory import available_memory, cache_limits
from cnnviz.engine.registry import Run, shrunk
from cnnviz.engine.requests import ModelChoice, Request, key_of
from cnnviz.engine.results import freeze, nbytes_of
from cnnviz.engine.weights import Load, Weights

R = TypeVar("R")


class LocalEngine(FrontEngine):
    """An Engine (cnnviz.engine.interface) on one device of this machine.

    `result_cache_mb` and `model_cache_mb` bound the caches. Defaults: CNNVIZ_RESULT_CACHE_MB and CNNVIZ_MODEL_CACHE_MB,
    else together a quarter of the memory that is free, at most 400 and 600 (models on a GPU: 40 % of its memory).
    `forward_mb` is the largest sum of layer outputs that is held while a run is recorded, where an eighth of the free
    memory is not less; a larger network is run again for every layer. `load` and `is_ready` are those of cnnviz.models
    unless given.
    """

    def __init__(
        self,
        *,
        device: str | torch.device | None = None,
        result_cache_mb: float | None = None,
        model_cache_mb: float | None = None,
        forward_mb: float = 256,
        load: Load | None = None,
        is_ready: Callable[[str], bool] | None = None,
    ) -> None:
        self._device = devices.pick(device)
        free = available_memory()
        results_default, models_default = cache_limits(free, devices.memory_of(self._device))
        results_limit = limit("CNNVIZ_RESULT_CACHE_MB", result_cache_mb, results_default)
        models_limit = limit("CNNVIZ_MODEL_CACHE_MB", model_cache_mb, models_default)
        self._forward_limit = min(int(forward_mb * MB), free // 8)
        self._weights = Weights(
            load or models.load, is_ready=is_ready or models.is_ready, device=self._device, limit=models_limit
        )
        # Recorded runs by themselves: a few large maps must not drive out what many others can be made from.
        self._kept: ByteCache[Any] = ByteCache(results_limit * 2 // 3, shrink=shrunk)
        # A recorded run holds its model's weights, which are not counted: it goes when the model goes.
        self._weights.kept.forgotten = lambda choice: self._kept.drop(
            lambda kept: getattr(kept, "model", None) == choice
        )
        super().__init__(results_limit - self._kept.limit)
        self._worker = threading.Thread(target=self._work, name=f"cnnviz {self._device}", daemon=True)
        self._worker.start()

    def progress(self, model: ModelChoice) -> tuple[int, int] | None:
        """Return (bytes done, bytes in all) while a model's weights are being fetched, else None."""
        return self._weights.progress(model)

    def has(self, model: ModelChoice) -> bool:
        """Return whether a model is loaded."""
        return self._weights.get(model) is not None

    def statistics(self) -> Statistics:
        """Return counts since the start and sizes now."""
        return self._counted(
            result_bytes=self._results.nbytes + self._kept.nbytes,
            model_bytes=self._weights.kept.nbytes,
            device=str(self._device),
        )

    def forget(self) -> None:
        """Let go of all results and recorded runs: see Engine.forget."""
        super().forget()
        self._kept.clear()

    def close(self) -> None:
        """Stop the worker after what it runs now; whoever still waits gets Dropped."""
        self._jobs.close()
        self._worker.join(timeout=10)

    def _work(self) -> None:
        while (job := self._jobs.take()) is not None:
            try:
                self._serve(job)
            except BaseException as error:  # the thread must outlive whatever a request does, SystemExit included
                self._fail(job, error)

    def _serve(self, job: Job) -> None:
        if job.request is PULSE:
            self._jobs.finish(job, result=True)
            return
        found = self._lookup(job.request, job.key)
        if found is None:
            choice: ModelChoice | None = getattr(job.request, "model", None)
            if job.model is None and choice is not None:
                job.model = self._weights.get(choice)
                if job.model is None:
                    self._jobs.park(job)
                    self._weights.fetch(choice, lambda outcome: self._loaded(job, outcome))
                    return
            found = self._run(job)
        self._jobs.finish(job, result=found)

    def _loaded(self, job: Job, outcome: torch.nn.Module | BaseException) -> None:
        if isinstance(outcome, BaseException):
            self._fail(job, outcome)
        else:
            self._jobs.resume(job, outcome)

    def _run(self, job: Job) -> Any:
        place = self._device
        if job.model is not None and place.type != "cpu":
            # A model stays on the CPU where its home had no room for it.
            place = devices.device_of(job.model, place)
        note = devices.FULL if place != self._device and place.type == "cpu" else ""
        try:
            return self._compute(job.request, self._turn(job.model, place, note))
        except (RuntimeError, MemoryError) as error:
            if place.type == "cpu" or not devices.is_full(error):
                raise
        # Only here, past the handler, are the failed run's tensors let go.
        devices.make_room(place)
        run = self._turn(job.model, torch.device("cpu"), devices.FULL)
        if job.model is None:
            return self._compute(job.request, run)
        with devices.on_cpu(job.model, place):
            return self._compute(job.request, run)

    def _turn(self, model: torch.nn.Module | None, place: torch.device, note: str) -> Run:
        return Run(model, place, note, self._forward_limit, self._inner, self._kept.get, self._kept.put)

    def _compute(self, request: Request[R], run: Run) -> R:
        row = row_of(request)
        result: R = freeze(row.compute(request, run))
        self._count("computed")
        if row.cached:
            self._results.put(key_of(request), result, nbytes_of(result))
        return result

    def _inner(self, request: Request[R], run: Run) -> R:
        """Answer a request that another is made of, on the worker's thread."""
        found = self._lookup(request, key_of(request))
        return self._compute(request, run) if found is None else found
