"""Loaded models: fetched in threads of their own, so that a download never keeps a device waiting."""

import logging
import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Protocol

import torch
from torch import nn

from cnnviz.engine.cache import ByteCache
from cnnviz.engine.device import is_full, make_room, size_of
from cnnviz.engine.requests import ModelChoice

Then = Callable[[nn.Module | BaseException], None]

_log = logging.getLogger(__name__)


class Load(Protocol):
    """The signature of cnnviz.models.load."""

    def __call__(
        self,
        name: str,
        device: torch.device | str | None = None,
        *,
        checkpoint: bytes | None = None,
        checkpoint_name: str = ...,
        random_seed: int | None = None,
        progress: Callable[[int, int], None] | None = None,
    ) -> nn.Module:
        """Return a module in eval mode."""


class Weights:
    """A cache of models on one device, bounded in bytes, and the threads that fill it."""

    def __init__(self, load: Load, *, is_ready: Callable[[str], bool], device: torch.device, limit: int) -> None:
        # A model that is larger than all that may be kept would otherwise be loaded again at every act.
        self.kept: ByteCache[nn.Module] = ByteCache(limit, keeps_last=True)
        self._load = load
        self._is_ready = is_ready
        self._device = device
        self._lock = threading.Lock()
        self._waiting: dict[ModelChoice, list[Then]] = {}
        self._progress: dict[ModelChoice, tuple[int, int]] = {}
        # Slow downloads have a lane of their own, so that what is on this disk never queues behind them.
        self._lanes = {True: threading.BoundedSemaphore(2), False: threading.BoundedSemaphore(4)}

    def get(self, choice: ModelChoice) -> nn.Module | None:
        """Return the model if it is loaded."""
        return self.kept.get(choice)

    def progress(self, choice: ModelChoice) -> tuple[int, int] | None:
        """Return (bytes done, bytes in all) while the model is being fetched, else None."""
        return self._progress.get(choice)

    def fetch(self, choice: ModelChoice, then: Then) -> None:
        """Load a model in another thread, once for all who ask meanwhile, and call `then` with it or with the error."""
        with self._lock:
            if choice in self._waiting:
                self._waiting[choice].append(then)
                return
            self._waiting[choice] = [then]
            self._progress[choice] = 0, 0
        threading.Thread(target=self._fetch, args=(choice,), name=f"load {choice.name}", daemon=True).start()

    def _fetch(self, choice: ModelChoice) -> None:
        outcome: nn.Module | BaseException
        try:
            with self._lanes[choice.checkpoint is not None or self._is_ready(choice.name)]:
                outcome = self._loaded(choice)
        except BaseException as error:  # whatever it is, those who wait must hear of it
            outcome = error
        else:
            self.kept.put(_bare(choice), outcome, size_of(outcome))
        with self._lock:
            waiting = self._waiting.pop(choice)
            self._progress.pop(choice, None)
        for then in waiting:
            then(outcome)

    def _loaded(self, choice: ModelChoice) -> nn.Module:
        def progress(done: int, total: int) -> None:
            self._progress[choice] = done, total

        def load(device: torch.device) -> nn.Module:
            return self._load(
                choice.name,
                device,
                checkpoint=choice.checkpoint,
                checkpoint_name=choice.checkpoint_name or "checkpoint.pth",
                random_seed=choice.random_seed,
                progress=progress,
            )

        try:
            return load(self._device)
        except (RuntimeError, MemoryError) as error:
            if self._device.type == "cpu" or not is_full(error):
                raise
        _log.warning("%s has no room for %s; it is loaded on the CPU.", self._device, choice.name)
        self.kept.clear()
        make_room(self._device)
        return load(torch.device("cpu"))


def _bare(choice: ModelChoice) -> ModelChoice:
    """Return an equal choice without the checkpoint's bytes, which a key of a cache needn't keep."""
    return replace(choice, checkpoint=None)
