"""Devices while a model is traced: a question about one gets the answer that the model itself would get, and a move
is no move.

The tensors of a trace are on the meta device, where nothing can be moved to or from. Their home is the device that the
model is on: everything is said to be there, and is where it is.
"""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from cnnviz.analysis.functions import words

Call = tuple[Callable[..., Any], tuple[Any, ...], dict[str, Any]]

_KINDS = words("cpu cuda xpu ipu mtia mps hpu xla maia vulkan meta")
QUESTIONS = words("device get_device") | {f"is_{kind}" for kind in _KINDS}
MOVES = words("to type type_as as_tensor asarray cpu cuda xpu ipu mtia")


def home_of(tensors: list[Tensor]) -> torch.device:
    """Return the device of a model's tensors, the first one's; a model without any is on the CPU."""
    return tensors[0].device if tensors else torch.device("cpu")


def is_move(name: str, arguments: tuple[Any, ...], keywords: dict[str, Any]) -> bool:
    """Return whether a function of MOVES or QUESTIONS moves a tensor; `x.type()` is a question, and
    `torch.as_tensor([1.0])` makes one.
    """
    if name not in MOVES or not isinstance(arguments[0], Tensor):
        return False
    return name != "type" or len(arguments) > 1 or bool(keywords)


def answer(name: str, tensor: Tensor, home: torch.device) -> Any:
    """Return what `x.device`, `x.is_cuda`, `x.type()`, ... give for a tensor on the device `home`."""
    if name == "device":
        return home
    if name == "get_device":
        return -1 if home.index is None else home.index
    if name == "type":
        kind: str = torch.empty(0, dtype=tensor.dtype, device="cpu").type()
        return kind if home.type == "cpu" else kind.replace("torch.", f"torch.{home.type}.", 1)
    return name == f"is_{home.type}"


def unmoved(name: str, arguments: tuple[Any, ...], keywords: dict[str, Any]) -> Call:
    """Return a call of one of MOVES as the call of Tensor.to that leaves the device as it is.

    What else is asked for stays: another dtype, a copy, a memory format.
    """
    tensor, *rest = arguments
    keywords = dict(keywords)
    wanted: Any = None
    if name == "to":
        wanted = keywords.pop("other", None)
        _known(keywords.pop("device", None))
        if rest and not isinstance(rest[0], torch.dtype | Tensor):
            _known(rest.pop(0))
    elif name in ("as_tensor", "asarray"):
        keywords = {key: item for key, item in keywords.items() if key in ("dtype", "copy") and item is not None}
    elif name == "type_as":
        wanted = keywords.pop("other", None)
    elif name == "type":
        wanted = keywords.pop("dtype", None)
    else:
        # A device and whether to wait for it.
        rest = []
        keywords = {key: item for key, item in keywords.items() if key == "memory_format"}
    if rest:
        wanted = rest.pop(0)
    if wanted is None:
        wanted = keywords.pop("dtype", None)
    keywords.pop("dtype", None)
    return Tensor.to, (tensor, _dtype_of(wanted, tensor), *rest), keywords


def _known(device: Any) -> None:
    """Have torch refuse a device that does not exist, as a move to it would."""
    if isinstance(device, str):
        torch.device(device)


def _dtype_of(wanted: Any, tensor: Tensor) -> torch.dtype:
    if isinstance(wanted, str):
        # "torch.FloatTensor", "torch.cuda.HalfTensor"
        wanted = getattr(torch, wanted.rpartition(".")[2], wanted)
    found = tensor.dtype if wanted is None else getattr(wanted, "dtype", wanted)
    if not isinstance(found, torch.dtype):
        raise TypeError(f"{wanted!r} is no type of a tensor")
    return found


def at_home(keywords: dict[str, Any], home: torch.device) -> dict[str, Any]:
    """Return the keywords of a function on numbers that are known, on a device that is there: `home` or the CPU."""
    device = keywords["device"]
    if device is None or (not isinstance(device, int) and torch.device(device).type in ("cpu", home.type)):
        return keywords
    return {**keywords, "device": home}
