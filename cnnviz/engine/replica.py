"""One of the processes of a Ray cluster that run models: a LocalEngine behind a deployment of Ray Serve."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import ray
import torch
from ray import serve

from cnnviz.engine import garbage
from cnnviz.engine.local import LocalEngine
from cnnviz.engine.memory import keep_freed
from cnnviz.engine.parcels import Inbox, MissingError
from cnnviz.engine.requests import ModelChoice, Request
from cnnviz.errors import CnnvizError, ModelError

# How long an answer may keep its place in the line of those that were sent while its model is being loaded.
MOMENT = 0.5  # seconds
# The requests that a replica may have at a time, one of which runs: the next one is there when that is done.
AT_ONCE = 4
_INBOX_BYTES = 256 * 2**20
# Only their names, by which Ray Serve finds the replica that has one; the models are LocalEngine's, bounded in bytes.
_NAMES = 64


@dataclass(frozen=True)
class Reply:
    """A result, or an error, or (bytes done, bytes in all) of the model that is being loaded.

    `unloaded` means that the error is that the model cannot be loaded, `lost` that bytes which were sent earlier are
    gone and have to be sent again.
    """

    result: Any = None
    error: CnnvizError | None = None
    loading: tuple[int, int] | None = None
    unloaded: bool = False
    lost: bool = False


def model_id(choice: ModelChoice) -> str:
    """Return the name under which Ray Serve knows a model: name, seed and SHA-256 of the checkpoint."""
    return "|".join((choice.name, str(choice.random_seed), choice.checkpoint_sha256 or ""))


class Replica:
    """`options` are LocalEngine's. `version` is cnnviz's where the front end runs, "" where that is not known."""

    def __init__(self, options: Mapping[str, Any], version: str) -> None:
        if version and (own := own_version()) and own != version:
            raise ModelError(
                f"cnnviz is {own} on the cluster and {version} at the front end; they have to be the same."
            )
        # Ray tells libraries how many of the machine's processors are a replica's; not all of them listen.
        torch.set_num_threads(max(1, int(ray.get_runtime_context().get_assigned_resources().get("CPU", 1))))
        keep_freed()
        self._engine = LocalEngine(**options)
        garbage.settle()
        self._inbox = Inbox(_INBOX_BYTES)

    @serve.multiplexed(max_num_models_per_replica=_NAMES)  # type: ignore[untyped-decorator]
    async def _known(self, name: str) -> str:
        return name

    async def answer(self, request: Request[Any]) -> Reply:
        """Return the result; after MOMENT how far the model is, if that is what is waited for.

        The request is worked on meanwhile, so who asks again finds it done.
        """
        if name := serve.get_multiplexed_model_id():
            await self._known(name)
        try:
            whole = self._inbox.unpacked(request)
        except MissingError:
            return Reply(lost=True)
        future = asyncio.wrap_future(self._engine.submit(whole))
        # An error that comes after the answer was given up is nobody's, and nothing to complain of.
        future.add_done_callback(lambda done: done.cancelled() or done.exception())
        choice: ModelChoice | None = getattr(whole, "model", None)
        if choice is not None:
            await asyncio.wait([future], timeout=MOMENT)
            if not future.done() and (loading := self._engine.progress(choice)) is not None:
                return Reply(loading=loading)
        try:
            return Reply(result=await future)
        except CnnvizError as error:
            return Reply(error=error, unloaded=choice is not None and not self._engine.has(choice))

    async def device(self) -> str:
        """Return where models run: cpu, cuda or mps."""
        return self._engine.statistics().device

    async def pulse(self, timeout: float) -> bool:
        """Return whether the models' thread takes work."""
        return await asyncio.to_thread(self._engine.answers, timeout)


def own_version() -> str:
    """Return the version of cnnviz that is installed here, "" for a checkout."""
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("cnnviz")
    except PackageNotFoundError:
        return ""
