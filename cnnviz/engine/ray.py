"""The engine on a Ray cluster: requests wait here, as in LocalEngine, and models run in replicas behind a handle."""

import asyncio
import logging
import threading
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, TypeVar

from cnnviz.engine import cluster
from cnnviz.engine.cluster import ClusterError
from cnnviz.engine.compute import row_of
from cnnviz.engine.front import MB, PULSE, FrontEngine, limit
from cnnviz.engine.interface import Dropped, Statistics
from cnnviz.engine.jobs import Job
from cnnviz.engine.memory import available_memory, cache_limits
from cnnviz.engine.parcels import Outbox
from cnnviz.engine.requests import ModelChoice
from cnnviz.engine.results import freeze, nbytes_of
from cnnviz.errors import CnnvizError

T = TypeVar("T")

APPLICATION = "cnnviz"
_log = logging.getLogger(__name__)

# A request that ended so many replicas will hardly spare the next.
_TRIES = 3
_LOOK = 5.0  # seconds between looks at how many replicas there are
_FIRST = 60.0  # seconds until a replica that runs has answered for the first time
_PARTING = 5.0  # seconds for what was sent before the engine closed
_PULSE_TIME = 2.0  # seconds
_OUTBOX_BYTES = 200 * MB
# What a kind of request brought last says how the next of its kind is asked: straight, by gRPC, it takes a third of the
# processor time of Ray's own way, where an answer is an object of Ray's and comes in two parts; from about a megabyte
# on the copies that gRPC makes take more than that, three times as much at five.
_LARGE = MB


class RayEngine(FrontEngine):
    """An Engine (cnnviz.engine.interface) on the Ray cluster at `address` (cnnviz.engine.cluster).

    `result_cache_mb` bounds the results that are kept in this process, as LocalEngine's. `ahead` is how many requests a
    replica are sent and not answered yet: of 3, one runs, one is there when that is done, and one shows Ray Serve that
    another replica would be of use. All others wait here, where sessions take turns and drop what is old.

    Engines of the same `application` share its replicas, which the first deploys, with `options` of LocalEngine and at
    `least` so many, and which outlive it. Raises ClusterError where the cluster can't be joined.
    """

    def __init__(
        self,
        address: str = "ray",
        *,
        result_cache_mb: float | None = None,
        ahead: int = 3,
        application: str = APPLICATION,
        least: int = 1,
        options: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(limit("CNNVIZ_RESULT_CACHE_MB", result_cache_mb, cache_limits(available_memory())[0]))
        cluster.connect(address)
        import ray

        self._ray = ray
        self._address = address
        self._application = application
        self._loop = cluster.loop()
        self._handle = cluster.deploy(application, options or {}, least)
        self._outbox = Outbox(_OUTBOX_BYTES)
        # Ray's client needn't reach the replicas, and asks them through the cluster's head.
        self._may_ask_straight = address in cluster.LOCAL
        self._large: set[type] = set()
        self._device = self._first_answer()
        self._ahead = ahead
        self._room = _Room(ahead)
        self._progress: dict[ModelChoice, tuple[int, int]] = {}
        self._parked: dict[ModelChoice, list[Job]] = {}
        self._lost = self._closing = False
        self._tasks: set[asyncio.Task[None]] = set()
        self._worker = threading.Thread(target=self._work, name="cnnviz ray", daemon=True)
        self._worker.start()
        self._looking = asyncio.run_coroutine_threadsafe(self._look(), self._loop)

    def progress(self, model: ModelChoice) -> tuple[int, int] | None:
        """Return (bytes done, bytes in all) while a replica fetches a model's weights, else None."""
        return self._progress.get(model)

    def statistics(self) -> Statistics:
        """Return counts since the start and sizes now, of this process alone."""
        return self._counted(result_bytes=self._results.nbytes, model_bytes=0, device=self._device)

    def close(self) -> None:
        """Stop sending; whoever still waits gets Dropped. The replicas stay, for other engines."""
        self._closing = True
        self._jobs.close()
        self._room.close()
        self._looking.cancel()
        self._worker.join(timeout=_PARTING)
        with suppress(TimeoutError):
            asyncio.run_coroutine_threadsafe(self._end(), self._loop).result(2 * _PARTING)

    async def _end(self) -> None:
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=_PARTING)
        left = set(self._tasks)
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)

    def _first_answer(self) -> str:
        async def answer() -> str:
            device: str = await asyncio.wait_for(self._handle.device.remote(), _FIRST)
            return device

        try:
            return asyncio.run_coroutine_threadsafe(answer(), self._loop).result()
        except (TimeoutError, ConnectionError, self._ray.exceptions.RayError) as error:
            raise ClusterError(f"The replicas on the Ray cluster {self._address} do not answer.") from error

    def _begin(self, coroutine: Any) -> None:
        task = self._loop.create_task(coroutine)
        # The loop itself holds tasks weakly.
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _look(self) -> None:
        """Keep the room in step with the number of replicas."""
        while not self._lost:
            try:
                found = await asyncio.to_thread(cluster.replicas, self._application)
                self._room.resize(self._ahead * max(1, found))
            except Exception:  # whatever it is, requests tell it to those who ask
                _log.warning("The Ray cluster %s does not tell its replicas.", self._address)
            if not self._ray.is_initialized():
                self._lost = True
                for task in self._tasks:
                    task.cancel()
            await asyncio.sleep(_LOOK)

    def _work(self) -> None:
        # Room first: a job that is taken can be dropped no more.
        while self._room.enter() and (job := self._jobs.take()) is not None:
            self._loop.call_soon_threadsafe(self._begin, self._serve(job))

    async def _serve(self, job: Job) -> None:
        try:
            reply: Any = None
            choice: ModelChoice | None = getattr(job.request, "model", None)
            if self._lost:
                raise self._gone()
            if job.request is PULSE:
                return self._jobs.finish(job, result=await self._beats())
            if (found := self._lookup(job.request, job.key)) is not None:
                return self._jobs.finish(job, result=found)
            if choice not in self._parked:
                reply = await self._sent(job, choice)
            if choice is not None and (reply is None or reply.loading is not None):
                return self._wait(job, choice, reply)
            self._finish(job, reply)
        except asyncio.CancelledError:
            self._jobs.finish(job, error=self._gone())
        except BaseException as error:  # whatever it is, those who wait must hear of it
            self._fail(job, error)
        finally:
            self._room.leave()

    async def _beats(self) -> bool:
        try:
            beats: bool = await self._handle.pulse.remote(_PULSE_TIME)
        except Exception:  # whatever it is, nothing answers
            return False
        return beats

    def _wait(self, job: Job, choice: ModelChoice, reply: Any) -> None:
        """Set a job aside while its model is loaded; the first one asks how far that is, until it has its answer."""
        self._jobs.park(job)
        if choice in self._parked:
            self._parked[choice].append(job)
        else:
            self._parked[choice] = []
            self._progress[choice] = reply.loading
            self._begin(self._follow(job, choice))

    async def _follow(self, job: Job, choice: ModelChoice) -> None:
        try:
            while (reply := await self._sent(job, choice)).loading is not None:
                self._progress[choice] = reply.loading
            self._finish(job, reply)
            if reply.unloaded:
                for each in self._parked[choice]:
                    self._fail(each, reply.error)
        except asyncio.CancelledError:
            self._jobs.finish(job, error=self._gone())
        except BaseException as error:
            self._fail(job, error)
        finally:
            del self._progress[choice]
            for each in self._parked.pop(choice):
                self._jobs.resume(each)

    def _finish(self, job: Job, reply: Any) -> None:
        if reply.error is not None:
            return self._fail(job, reply.error)
        result, kind = freeze(reply.result), type(job.request)
        nbytes = nbytes_of(result)
        (self._large.add if nbytes > _LARGE else self._large.discard)(kind)
        self._count("computed")
        if row_of(job.request).cached:
            self._results.put(job.key, result, nbytes)
        return self._jobs.finish(job, result=result)

    def _gone(self) -> CnnvizError:
        if self._closing:
            return Dropped("The program is closing and takes no more requests.")
        return ClusterError(f"The Ray cluster {self._address} does not answer any more; start this server again.")

    async def _sent(self, job: Job, choice: ModelChoice | None) -> Any:
        """Return a replica's Reply; another is asked where one ends before it has answered."""
        from grpc import StatusCode
        from grpc.aio import AioRpcError
        from ray.serve.exceptions import RayServeException

        from cnnviz.engine.replica import model_id

        # A run goes on where it is kept, as a model is asked where it was loaded.
        name = getattr(job.request, "run", "") if choice is None else model_id(choice)
        handle = self._handle.options(method_name="answer", multiplexed_model_id=name)
        straight = self._may_ask_straight and type(job.request) not in self._large
        errors = self._ray.exceptions
        whole = False
        for _ in range(_TRIES):
            try:
                packed = self._outbox.packed(job.request, whole=whole)
                reply = await handle.options(_by_reference=not straight).remote(packed)
            except errors.RayActorError:
                continue
            except AioRpcError as error:
                # A message may have 4 MB: the request had more, or the answer.
                straight, whole = straight and error.code() is not StatusCode.RESOURCE_EXHAUSTED, True
                continue
            except (ConnectionError, errors.RaySystemError, RayServeException) as error:
                raise self._gone() from error
            if not reply.lost:
                return reply
            whole = True
        raise CnnvizError(
            f"{_TRIES} processes of the cluster ended before they could answer this: the network may be too large."
        )


class _Room:
    """So many places, taken and left from any thread."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._taken = 0
        self._closed = False
        self._changed = threading.Condition()

    def enter(self) -> bool:
        """Wait for a place and take it; return whether there is one, False once closed."""
        with self._changed:
            self._changed.wait_for(lambda: self._taken < self._size or self._closed)
            self._taken += 1
            return not self._closed

    def leave(self) -> None:
        """Give a place back."""
        with self._changed:
            self._taken -= 1
            self._changed.notify()

    def resize(self, size: int) -> None:
        """Have so many places from now on."""
        with self._changed:
            self._size = size
            self._changed.notify_all()

    def close(self) -> None:
        """Let who waits go home."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
