"""What stands before whoever runs the models, in this process or elsewhere: the results kept, the queue, the counts."""

import logging
import threading
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Hashable
from typing import Any, TypeVar

from cnnviz.engine.cache import ByteCache
from cnnviz.engine.compute import row_of
from cnnviz.engine.device import is_full
from cnnviz.engine.interface import Statistics
from cnnviz.engine.jobs import Job, Jobs, LocalTicket
from cnnviz.engine.memory import megabytes
from cnnviz.engine.requests import ModelChoice, Request, key_of
from cnnviz.engine.results import nbytes_of
from cnnviz.errors import CnnvizError, new_number

R = TypeVar("R")

MB = 2**20
# What `answers` has a worker do: nothing.
PULSE: Request[bool] = Request()
_log = logging.getLogger(__name__)


class FrontEngine(ABC):
    """The part of an Engine (cnnviz.engine.interface) that answers from its cache, joins equal requests and queues.

    A subclass takes jobs from `_jobs` and ends each with `_jobs.finish` or `_fail`; `result_limit` bounds the results
    that are kept, in bytes.
    """

    def __init__(self, result_limit: int) -> None:
        self._results: ByteCache[Any] = ByteCache(result_limit)
        self._jobs = Jobs()
        self._counts: Counter[str] = Counter()
        self._counting = threading.Lock()
        self._pulse: LocalTicket[bool] | None = None

    @abstractmethod
    def progress(self, model: ModelChoice) -> tuple[int, int] | None:
        """Return (bytes done, bytes in all) while a model's weights are being fetched, else None."""

    @abstractmethod
    def statistics(self) -> Statistics:
        """Return counts since the start and sizes now."""

    @abstractmethod
    def close(self) -> None:
        """Stop; whoever still waits gets Dropped."""

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

    def ahead(self, session: str) -> int | None:
        """Return how many sessions have their turn before this one: see Engine.ahead."""
        return self._jobs.ahead(session)

    def drop(self, session: str) -> None:
        """Cancel all that a session still has waiting."""
        self._count("dropped", self._jobs.cancel(session, lambda job: True))

    def forget(self) -> None:
        """Let go of all results that are kept: see Engine.forget."""
        self._results.clear()

    def answers(self, timeout: float) -> bool:
        """Return whether work is taken within `timeout` seconds: see Engine.answers."""
        with self._counting:
            # One question at a time, however often it is asked of a worker that hangs.
            if self._pulse is None or self._pulse.done():
                self._pulse = LocalTicket()
                try:
                    self._jobs.add(PULSE, PULSE, None, self._pulse, first=True)
                except CnnvizError as error:
                    self._pulse.set_exception(error)
            pulse = self._pulse
        try:
            return pulse.result(timeout)
        except (TimeoutError, CnnvizError):
            return False

    def _count(self, what: str, number: int = 1) -> None:
        with self._counting:
            self._counts[what] += number

    def _counted(self, *, result_bytes: int, model_bytes: int, device: str) -> Statistics:
        counts = {name: self._counts[name] for name in ("hits", "misses", "joined", "computed", "failed", "dropped")}
        waiting = len(self._jobs)
        return Statistics(**counts, waiting=waiting, result_bytes=result_bytes, model_bytes=model_bytes, device=device)

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

    def _fail(self, job: Job, error: BaseException) -> None:
        self._count("failed")
        if is_full(error):
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


def limit(variable: str, wanted_mb: float | None, default: int) -> int:
    """Return a bound in bytes: the argument's, else the environment variable's, else the default."""
    if wanted_mb is None:
        wanted_mb = megabytes(variable)
    return default if wanted_mb is None else int(wanted_mb * MB)
