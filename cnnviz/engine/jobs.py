"""Requests that wait or run: who waits for each, and which are the same."""

import threading
from collections.abc import Callable, Hashable
from concurrent.futures import CancelledError, Future
from dataclasses import dataclass, field
from typing import Any, TypeVar

from torch import nn

from cnnviz.engine.fairness import FairQueue
from cnnviz.engine.interface import Dropped
from cnnviz.engine.requests import Request

R = TypeVar("R")


class LocalTicket(Future[R]):
    """A Ticket (cnnviz.engine.interface)."""

    def result(self, timeout: float | None = None) -> R:
        """Return the result: see Ticket.result."""
        try:
            return super().result(timeout)
        except CancelledError:
            raise Dropped("This request was dropped before its turn came.") from None


@dataclass(eq=False)
class Job:
    """A request in flight. `future` and `session` pairs are those who wait; `model` is held from loading to running."""

    key: Hashable
    request: Request[Any]
    waiters: list[tuple[str | None, Future[Any]]] = field(default_factory=list)
    state: str = "queued"  # queued, loading, running or over
    model: nn.Module | None = None

    def finish(self, *, result: Any = None, error: BaseException | None = None) -> None:
        """Give every waiter that has not gone the result or the error."""
        for _, future in self.waiters:
            if future.set_running_or_notify_cancel():
                if error is None:
                    future.set_result(result)
                else:
                    future.set_exception(error)


class Jobs:
    """All requests in flight, each of them once, served in turns between sessions: see FairQueue."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self._queue: FairQueue[Job] = FairQueue()
        self._in_flight: dict[Hashable, Job] = {}
        self._closed = False

    def __len__(self) -> int:
        return len(self._in_flight)

    def add(
        self,
        key: Hashable,
        request: Request[Any],
        session: str | None,
        future: Future[Any],
        *,
        first: bool = False,
    ) -> bool:
        """Put a request in the queue; return whether it joined the same request of another caller instead.

        With `first` it is served next.
        """
        with self.lock:
            if self._closed:
                raise Dropped("The program is closing and takes no more requests.")
            job = self._in_flight.get(key)
            joined = job is not None
            if job is None:
                job = self._in_flight[key] = Job(key, request)
            job.waiters.append((session, future))
            # A job that joins stands in this session's line as well: it is served at the earlier of its turns.
            if job.state == "queued":
                self._queue.put(key if first else session, job, first=first, can_wait=request.can_wait)
            return joined

    def take(self) -> Job | None:
        """Return the next job that someone waits for, now running; wait for one; return None once closed."""
        while (job := self._queue.take()) is not None:
            with self.lock:
                if job.state != "queued":
                    continue
                if all(future.cancelled() for _, future in job.waiters):
                    self._forget(job)
                    continue
                job.state = "running"
                return job
        return None

    def ahead(self, session: str | None) -> int | None:
        """Return how many sessions have their turn before this one, None where it does not wait."""
        return self._queue.ahead(session)

    def park(self, job: Job) -> None:
        """Set a running job aside until its model is there."""
        with self.lock:
            job.state = "loading"

    def resume(self, job: Job, model: nn.Module | None = None) -> None:
        """Queue a parked job again, which now holds its model where that is in this process."""
        with self.lock:
            if job.state != "loading":
                return
            job.state, job.model = "queued", model
            for session in {session for session, _ in job.waiters}:
                self._queue.put(session, job, can_wait=job.request.can_wait)

    def finish(self, job: Job, *, result: Any = None, error: BaseException | None = None) -> None:
        """Take a job out and answer its waiters; they were answered before where the engine closed meanwhile."""
        with self.lock:
            if job.state == "over":
                return
            self._forget(job)
        job.finish(result=result, error=error)

    def cancel(self, session: str | None, which: Callable[[Job], bool]) -> int:
        """Cancel what a session still has waiting among the jobs that `which` picks; return how many."""
        with self.lock:
            futures = [
                future
                for job in self._in_flight.values()
                if job.state in ("queued", "loading") and which(job)
                for waiter, future in job.waiters
                if waiter == session
            ]
        # Outside of the lock, since a future's callbacks run here and may ask for more.
        return sum(future.cancel() for future in futures)

    def close(self) -> None:
        """Take no more jobs and drop those that have not begun."""
        with self.lock:
            self._closed = True
            left = [job for job in self._in_flight.values() if job.state != "running"]
            for job in left:
                self._forget(job)
        self._queue.close()
        for job in left:
            job.finish(error=Dropped("The program is closing and takes no more requests."))

    def _forget(self, job: Job) -> None:
        job.state = "over"
        if self._in_flight.get(job.key) is job:
            del self._in_flight[job.key]
