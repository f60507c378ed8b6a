"""Addresses while a model is traced: tensors without numbers have none, and are asked whether they share their memory.

Every memory gets an address of its own, so that two tensors have the same one where they have it in the model.
"""

from typing import Any

import torch
from torch import Tensor

from cnnviz.analysis.functions import words

ASKING = words("data_ptr storage untyped_storage")


def answer(name: str, tensor: Tensor, home: torch.device) -> Any:
    """Return what `x.data_ptr()` and `x.untyped_storage()` give for a tensor on the device `home`."""
    storage = tensor.untyped_storage()
    if name == "data_ptr":
        return _address(storage) + int(tensor.storage_offset()) * tensor.itemsize
    return Memory(storage if name == "untyped_storage" else tensor.storage(), _address(storage), home)


def _address(storage: torch.UntypedStorage) -> int:
    # Far enough apart that none reaches into another's, and a multiple of what kernels are aligned to.
    return int(storage._cdata) << 24


class Memory:
    """A storage that has an address and a device, and is otherwise the one that it stands for."""

    def __init__(self, storage: Any, address: int, home: torch.device) -> None:
        self._storage = storage
        self._address = address
        self.device = home

    @property  # type: ignore[misc]
    def __class__(self) -> type:  # type: ignore[override]
        return type(self._storage)

    def data_ptr(self) -> int:
        return self._address

    def __len__(self) -> int:
        return len(self._storage)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._storage, name)
