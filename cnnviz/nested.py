"""What lies in nested arguments."""

from dataclasses import fields, is_dataclass
from typing import Any

from torch import Tensor


def tensors_in(item: Any) -> list[Tensor]:
    """Return the tensors in a tensor, in nested tuples, lists and dicts, or in a dataclass of such, in their order."""
    if isinstance(item, Tensor):
        return [item]
    if isinstance(item, dict):
        item = item.values()
    elif not isinstance(item, tuple | list):
        if not is_dataclass(item) or isinstance(item, type):
            return []
        item = [getattr(item, each.name, None) for each in fields(item)]
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
