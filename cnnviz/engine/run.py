"""What computing a request has at hand, and a row of the registry."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
import torch
from torch import Tensor, nn

from cnnviz.engine.requests import Request
from cnnviz.engine.results import Floats, frozen

if TYPE_CHECKING:
    from collections.abc import Iterable

R = TypeVar("R")


@dataclass(frozen=True, eq=False)
class Run:
    """One request's turn on a device.

    `device` is where the model is, and results should say so; `note` is a sentence that they should carry;
    `forward_limit` is the largest sum of layer outputs, in bytes, that may be kept of one run.
    """

    model: nn.Module | None
    device: torch.device
    note: str
    forward_limit: int
    inner: "Callable[[Request[Any], Run], Any]"

    @property
    def network(self) -> nn.Module:
        """Return the model of a request that has one."""
        assert self.model is not None
        return self.model

    def ask(self, request: Request[R]) -> R:
        """Return the result of a request about the same model that this one is made of."""
        result: R = self.inner(request, self)
        return result


def _no_bases(request: Any) -> "Iterable[Request[Any]]":
    return ()


def _nothing(request: Any, kept: Any) -> None:
    return None


@dataclass(frozen=True)
class Row:
    """How a kind of request is computed.

    `compute(request, run)` runs on the device's thread. `bases(request)` are requests whose results may hold this
    one's; `read(request, result)` takes it out of one, or returns None; it runs on the caller's thread, so it is fast.
    """

    compute: Callable[[Any, Run], Any]
    bases: "Callable[[Any], Iterable[Request[Any]]]" = _no_bases
    read: Callable[[Any, Any], Any] = _nothing


def to_numpy(tensor: Tensor) -> Floats:
    """Return a tensor as a contiguous read-only float32 array in the CPU's memory, which keeps no larger one alive."""
    tensor = tensor.detach().to("cpu", torch.float32).contiguous()
    if tensor.untyped_storage().nbytes() > tensor.nbytes:
        tensor = tensor.clone()
    array: Floats = tensor.numpy()
    return frozen(np.asarray(array))
