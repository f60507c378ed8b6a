"""What lies in nested arguments."""

from typing import Any

from torch import Tensor


def tensors_in(items: Any) -> list[Tensor]:
    """Return the tensors in nested tuples, lists and dicts."""
    found: list[Tensor] = []
    if isinstance(items, dict):
        items = tuple(items.values())
    for item in items:
        if isinstance(item, Tensor):
            found.append(item)
        elif isinstance(item, tuple | list | dict):
            found += tensors_in(item)
    return found
