"""What lies in nested arguments."""

from typing import Any

from torch import Tensor


def tensors_in(item: Any) -> list[Tensor]:
    """Return the tensors in a tensor or in nested tuples, lists and dicts, in their order."""
    if isinstance(item, Tensor):
        return [item]
    if isinstance(item, dict):
        item = item.values()
    elif not isinstance(item, tuple | list):
        return []
    found: list[Tensor] = []
    for part in item:
        if isinstance(part, Tensor):
            found.append(part)
        elif isinstance(part, tuple | list | dict):
            found += tensors_in(part)
    return found


def first_tensor(item: Any) -> Tensor | None:
    """Return the first of them, or None."""
    return next(iter(tensors_in(item)), None)
