"""What can be said of memory beside whole tensors, and how: the words that the rules of memory share."""

from collections.abc import Callable
from dataclasses import dataclass
from math import prod
from typing import Any

from cnnviz.analysis.operations import Shape, Value

# A tensor's size at the input size that is asked about; bytes that follow from sizes; whether a gradient is needed.
Of = Callable[[Value], Shape]
Extra = Callable[[Of], int]
Needs = Callable[[Any], bool]


@dataclass(frozen=True)
class Merged:
    """A tensor whose leading dimensions are made one before it is kept: a part of other memory is copied for that."""

    value: Value


Kept = list[Value | Merged | Extra]


def copy_of(value: Value, times: int = 1) -> Extra:
    """Return the bytes of so many tensors of a size."""
    return lambda of: times * prod(of(value)) * value.itemsize


def bytes_each(value: Value, count: int) -> Extra:
    """Return so many bytes for each number of a tensor."""
    return lambda of: count * prod(of(value))
