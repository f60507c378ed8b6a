"""Numbered places for tensors in nested arguments."""

from dataclasses import dataclass
from typing import Any

from torch import Tensor

from cnnviz.nested import tensors_in


@dataclass(frozen=True, slots=True)
class Slot:
    """The number of a value."""

    number: int


def slotted(item: Any, slots: dict[int, int]) -> Any:
    """Return nested arguments with slots in the place of tensors."""
    if isinstance(item, Tensor):
        return Slot(slots[id(item)])
    if isinstance(item, dict):
        return {key: slotted(part, slots) for key, part in item.items()}
    if isinstance(item, slice):
        ends = item.start, item.stop, item.step
        return slice(*(int(each) if isinstance(each, Tensor) else each for each in ends))
    # A list too without tensors: the model may go on to change it.
    if type(item) in (tuple, list) or (isinstance(item, tuple | list) and tensors_in(item)):
        parts = [slotted(part, slots) for part in item]
        return parts if isinstance(item, list) else tuple(parts)
    return item


def filled(item: Any, values: dict[int, Tensor]) -> Any:
    """Return nested arguments with tensors in the place of slots."""
    if isinstance(item, Slot):
        return values[item.number]
    if isinstance(item, dict):
        return {key: filled(part, values) for key, part in item.items()}
    if type(item) in (tuple, list):
        return type(item)([filled(part, values) for part in item])
    return item


def numbers(item: Any) -> list[int]:
    """Return the numbers of the slots in nested arguments."""
    if isinstance(item, Slot):
        return [item.number]
    if isinstance(item, dict):
        item = item.values()
    elif type(item) not in (tuple, list):
        return []
    return [number for part in item for number in numbers(part)]
