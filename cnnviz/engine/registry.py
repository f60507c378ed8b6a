"""Who computes which request: each function of cnnviz.engine.compute puts itself into this table."""

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from typing import Any, TypeVar

import torch
from torch import nn

from cnnviz.engine.requests import Request
from cnnviz.engine.results import Sized

K = TypeVar("K", bound=Sized)
Q = TypeVar("Q")
R = TypeVar("R")


@dataclass(frozen=True, eq=False)
class Run:
    """One request's turn on a device.

    `device` is where the model is, and results should say so; `note` is a sentence that they should carry;
    `forward_limit` is the largest sum of layer outputs, in bytes, that may be held while a run is recorded. `kept`
    and `keep` reach the engine's cache, for what is worked out on the way to a result and stays on the device.
    """

    model: nn.Module | None
    device: torch.device
    note: str
    forward_limit: int
    inner: "Callable[[Request[Any], Run], Any]"
    kept: Callable[[Hashable], Any]
    keep: Callable[[Hashable, Any, int], None]

    @property
    def network(self) -> nn.Module:
        """Return the model of a request that has one."""
        assert self.model is not None
        return self.model

    def ask(self, request: Request[R]) -> R:
        """Return the result of a request about the same model that this one is made of."""
        result: R = self.inner(request, self)
        return result

    def once(self, key: Hashable, make: Callable[[], K]) -> K:
        """Return what is kept under a key on this device, made now if it is not."""
        whole = Run, str(self.device), key
        found: K | None = self.kept(whole)
        if found is None:
            found = make()
            self.keep(whole, found, found.nbytes)
        return found


def shrunk(kept: Sized) -> int:
    """Make what `once` keeps smaller where it can be, and return its bytes."""
    shrink: Callable[[], None] | None = getattr(kept, "shrink", None)
    if shrink is not None:
        shrink()
    return kept.nbytes


def _no_bases(request: Any) -> Iterable[Request[Any]]:
    return ()


def _nothing(request: Any, kept: Any) -> None:
    return None


@dataclass(frozen=True)
class Row:
    """How a kind of request is computed.

    `compute(request, run)` runs on the device's thread. `bases(request)` are requests whose results may hold this
    one's; `read(request, result)` takes it out of one, or returns None; it runs on the caller's thread, so it is fast.
    Results of a row that is not `cached` are never asked for twice.
    """

    compute: Callable[[Any, Run], Any]
    bases: Callable[[Any], Iterable[Request[Any]]] = _no_bases
    read: Callable[[Any, Any], Any] = _nothing
    cached: bool = True


ROWS: dict[type, Row] = {}


def computes(
    kind: type[Request[R]],
    *,
    bases: Callable[[Any], Iterable[Request[Any]]] = _no_bases,
    read: Callable[[Any, Any], R | None] = _nothing,
    cached: bool = True,
) -> Callable[[Callable[[Q, Run], R]], Callable[[Q, Run], R]]:
    """Return a decorator that makes a function the computation of a kind of request; the rest is as in Row."""

    def register(compute: Callable[[Q, Run], R]) -> Callable[[Q, Run], R]:
        if kind in ROWS:
            raise TypeError(f"{kind.__name__} is computed by {ROWS[kind].compute.__name__} already.")
        ROWS[kind] = Row(compute, bases, read, cached)
        return compute

    return register
