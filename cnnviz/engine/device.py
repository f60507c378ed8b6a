"""Where models run, and what to do when a GPU's memory is full."""

import gc
import itertools
import logging
from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import nn

FULL = "The GPU's memory was full, so this ran on the CPU."

_log = logging.getLogger(__name__)


def pick(wanted: str | torch.device | None = None) -> torch.device:
    """Return the device asked for; without one the first CUDA GPU, else Apple's, else the CPU."""
    if wanted is None:
        wanted = "cuda" if torch.cuda.is_available() else "mps" if torch.backends.mps.is_available() else "cpu"
    device = torch.device(wanted)
    if device.type == "cuda":
        # TF32 keeps 10 bits of the mantissa: a sum of products shown on the screen would miss the activation by 1e-3.
        torch.backends.cudnn.allow_tf32 = False
        torch.backends.cuda.matmul.allow_tf32 = False
    return device


def memory_of(device: torch.device) -> int | None:
    """Return the bytes of memory that a CUDA GPU has, or None for other devices."""
    return torch.cuda.get_device_properties(device).total_memory if device.type == "cuda" else None


def device_of(model: nn.Module, otherwise: torch.device) -> torch.device:
    """Return where a model's tensors are; `otherwise` for a model without any."""
    tensors = itertools.chain(model.parameters(), model.buffers())
    return next((tensor.device for tensor in tensors), otherwise)


def size_of(model: nn.Module) -> int:
    """Return the bytes of a model's tensors, each shared one counted once."""
    tensors = {id(tensor): tensor for tensor in itertools.chain(model.parameters(), model.buffers())}
    return sum(tensor.nbytes for tensor in tensors.values())


def is_full(error: BaseException) -> bool:
    """Return whether an error says that memory ran out; cuDNN and cuBLAS say so in their own words."""
    return isinstance(error, torch.OutOfMemoryError | MemoryError) or (
        isinstance(error, RuntimeError)
        and any(words in str(error) for words in ("out of memory", "ALLOC_FAILED", "can't allocate memory"))
    )


def make_room(device: torch.device) -> None:
    """Give memory that is cached but unused back to the device."""
    gc.collect()
    if device.type == "cuda":
        torch.cuda.empty_cache()
    elif device.type == "mps":
        torch.mps.empty_cache()


@contextmanager
def on_cpu(model: nn.Module, home: torch.device) -> Iterator[None]:
    """Have a model on the CPU while the block runs; it stays there if its home has no room for it afterwards."""
    move(model, torch.device("cpu"))
    make_room(home)
    try:
        yield
    finally:
        try:
            move(model, home)
        except (RuntimeError, MemoryError) as error:
            if not is_full(error):
                raise
            _log.warning("%s has no room for a model any more; it stays on the CPU.", home)
            move(model, torch.device("cpu"))


def move(model: nn.Module, device: torch.device) -> None:
    """Move a model in place."""
    model.to(device)
