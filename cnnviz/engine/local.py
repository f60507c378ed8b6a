"""The engine in this process: one worker thread for the device, and caches that callers read without it."""

import logging
import os
import threading
from collections import Counter
from collections.abc import Callable, Hashable
from typing import Any, TypeVar

import torch

from cnnviz import models
from cnnviz.engine import device as devices
from cnnviz.engine.cache import ByteCache
from cnnviz.engine.compute import row_of
from cnnviz.engine.interface import Statistics
from cnnviz.engine.jobs import Job, Jobs, LocalTicket
from cnnviz.engine.memory import available_memory, cache_limits
from cnnviz.engine.registry import Run
from cnnviz.engine.requests import ModelChoice, Request, key_of
from cnnviz.engine.results import freeze, nbytes_of
from cnnviz.engine.weights import Load, Weights
from cnnviz.errors import CnnvizError, new_number

R = TypeVar("R")

_MB = 2**20
# What `answers` has the worker do: nothing.
_PULSE: Request[bool] = Request()
_log = logging.getLogger(__name__)


class LocalEngine:
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
        results_limit = _limit("CNNVIZ_RESULT_CACHE_MB", result_cache_mb, results_default)
        models_limit = _limit("CNNVIZ_MODEL_CACHE_MB", model_cache_mb, models_default)
        self._forward_limit = min(int(forward_mb * _MB), free // 8)
        self._weights = Weights(
            load or models.load, is_ready=is_ready or models.is_ready, device=self._device, limit=models_limit
        )
        # Recorded runs by themselves: a few large maps must not drive out what many others can be made from.
        self._kept: ByteCache[Any] = ByteCache(results_limit * 2 // 3)
        # A recorded run holds its model's weights, which are not counted: it goes when the model goes.
        self._weights.kept.forgotten = lambda choice: self._kept.drop(
            lambda kept: getattr(kept, "model", None) == choice
        )
        self._results: ByteCache[Any] = ByteCache(results_limit - self._kept.limit)
        self._jobs = Jobs()
        self._counts: Counter[str] = Counter()
        self._counting = threading.Lock()
        self._pulse: LocalTicket[bool] | None = None
        self._worker = threading.Thread(target=self._work, name=f"cnnviz {self._device}", daemon=True)
        self._worker.start()

    def submit(self, request: Request[R], *, session: str | None = None, supersedes: bool = False) -> LocalTicket[R]:
        """Return a ticket at once: see Engine.submit."""
        ticket: LocalTicket[R] = LocalTicket()
        key = key_of(request)
        if supersedes:
            kind = type(request)
            self._count("dropped", self._jobs.cancel(session, lambda job: type(job.request) is kind))
        try:
            found = self._lookup(request, key)
            self._count("misses" if found is None else "hits")
            if found is not None:
                ticket.set_result(found)
            else:
                self._count("joined", self._jobs.add(key, request, session, ticket))
        except CnnvizError as error:
            ticket.set_exception(error)
        return ticket

    def ask(self, request: Request[R], *, session: str | None = None, timeout: float = 120.0) -> R:
        """Return the result or raise CnnvizError: see Engine.ask."""
        ticket = self.submit(request, session=session)
        try:
            return ticket.result(timeout)
        except TimeoutError:
            ticket.cancel()
            raise CnnvizError(
                f"There was no answer within {timeout:g} s, since the server is busy: try again in a moment."
            ) from None

    def drop(self, session: str) -> None:
        """Cancel all that a session still has waiting."""
        self._count("dropped", self._jobs.cancel(session, lambda job: True))

    def progress(self, model: ModelChoice) -> tuple[int, int] | None:
        """Return (bytes done, bytes in all) while a model's weights are being fetched, else None."""
        return self._weights.progress(model)

    def statistics(self) -> Statistics:
        """Return counts since the start and sizes now."""
        counts = self._counts
        return Statistics(
            hits=counts["hits"],
            misses=counts["misses"],
            joined=counts["joined"],
            computed=counts["computed"],
            failed=counts["failed"],
            dropped=counts["dropped"],
            waiting=len(self._jobs),
            result_bytes=self._results.nbytes + self._kept.nbytes,
            model_bytes=self._weights.kept.nbytes,
            device=str(self._device),
        )

    def answers(self, timeout: float) -> bool:
        """Return whether the worker takes work within `timeout` seconds: see Engine.answers."""
        with self._counting:
            # One question at a time, however often it is asked of a worker that hangs.
            if self._pulse is None or self._pulse.done():
                self._pulse = LocalTicket()
                try:
                    self._jobs.add(_PULSE, _PULSE, None, self._pulse, first=True)
                except CnnvizError as error:
                    self._pulse.set_exception(error)
            pulse = self._pulse
        try:
            return pulse.result(timeout)
        except (TimeoutError, CnnvizError):
            return False

    def close(self) -> None:
        """Stop the worker after what it runs now; whoever still waits gets Dropped."""
        self._jobs.close()
        self._worker.join(timeout=10)

    def _count(self, what: str, number: int = 1) -> None:
        with self._counting:
            self._counts[what] += number

    def _lookup(self, request: Request[R], key: Hashable) -> R | None:
        """Return a result that is kept, or that can be read off one that is kept."""
        found: R | None = self._results.get(key)
        if found is not None:
            return found
        row = row_of(request)
        for base in row.bases(request):
            if (kept := self._results.get(key_of(base))) is not None:
                found = row.read(request, kept)
                if found is not None:
                    # Kept on its own too, so that it outlives its base, which is many times its size.
                    self._results.put(key, found, nbytes_of(found))
                    return found
        return None

    def _work(self) -> None:
        while (job := self._jobs.take()) is not None:
            try:
                self._serve(job)
            except BaseException as error:  # the thread must outlive whatever a request does, SystemExit included
                self._fail(job, error)

    def _serve(self, job: Job) -> None:
        if job.request is _PULSE:
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
        place = self._device if job.model is None else devices.device_of(job.model, self._device)
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

    def _fail(self, job: Job, error: BaseException) -> None:
        self._count("failed")
        if devices.is_full(error):
            shown = CnnvizError("There is not enough memory to run this model on a picture of this size.")
        elif isinstance(error, CnnvizError):
            shown = error
        else:
            number = new_number()
            _log.error("Error %s: %s failed", number, type(job.request).__name__, exc_info=error)
            shown = CnnvizError(
                f"Something went wrong inside the program; what it was is written in its log, as error {number}."
            )
        # A traceback would keep the frames' tensors alive for as long as anyone keeps the error.
        shown.__context__ = shown.__cause__ = None
        self._jobs.finish(job, error=shown.with_traceback(None))


def _limit(variable: str, wanted_mb: float | None, default: int) -> int:
    """Return a bound in bytes: the argument's, else the environment variable's, else the default."""
    text = os.environ.get(variable)
    if wanted_mb is None and text:
        try:
            wanted_mb = float(text)
        except ValueError:
            raise CnnvizError(f"{variable} is a number of megabytes such as 512, not {text!r}.") from None
    return default if wanted_mb is None else int(wanted_mb * _MB)
