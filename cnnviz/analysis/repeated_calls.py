"""Functions that a trace calls again with tensors of the same sizes: torch is asked how the output looks only once.

A loop over the steps of a sequence calls the same few functions a thousand times, and some of torch's meta kernels are
written in Python: they take half a millisecond a call.
"""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

_PLAIN = frozenset((int, float, bool, str, type(None), torch.dtype, torch.device, torch.Size))


class RepeatedCalls:
    """What functions made, for one trace."""

    def __init__(self) -> None:
        self._made: dict[Any, Any] = {}
        # Those that give no new tensors: views, functions in place, questions.
        self._others: set[Callable[..., Any]] = set()

    def run(self, function: Callable[..., Any], arguments: tuple[Any, ...], keywords: dict[str, Any]) -> Any:
        """Return the output of a function of meta tensors."""
        if function in self._others or torch.is_grad_enabled():
            return function(*arguments, **keywords)
        tensors: list[Tensor] = []
        try:
            key = function, _looks(arguments, tensors), _looks(tuple(keywords.items()), tensors)
        except _Unknown:
            return function(*arguments, **keywords)
        if key in self._made:
            return _again(self._made[key])
        output = function(*arguments, **keywords)
        if _is_new(output, tensors):
            self._made[key] = _looks(output, [])
        else:
            self._others.add(function)
        return output


class _Unknown(Exception):  # noqa: N818
    """An argument that can be anything."""


def _looks(item: Any, tensors: list[Tensor]) -> Any:
    """Return nested arguments with each tensor's size, strides and type in its place; append the tensors."""
    kind = type(item)
    if kind is Tensor or kind is nn.Parameter:
        if not item.is_meta:
            raise _Unknown
        tensors.append(item)
        return item.shape, item.stride(), item.dtype
    if kind in _PLAIN:
        # The type too: 1, 1.0 and True are equal, but do not make the same of a tensor of integers.
        return kind, item
    if kind is tuple or kind is list:
        return kind, *[_looks(part, tensors) for part in item]
    raise _Unknown


def _is_new(output: Any, given: list[Tensor]) -> bool:
    """Return whether an output is tensors that each have memory of their own."""
    made = output if type(output) is tuple else (output,)
    if not made or not all(type(item) is Tensor and item.is_meta for item in made):
        return False
    places = [item.untyped_storage()._cdata for item in (*made, *given)]
    return len(set(places[: len(made)])) == len(made) and not set(places[: len(made)]) & set(places[len(made) :])


def _again(looks: Any) -> Any:
    if looks[0] is tuple:
        return tuple([_again(part) for part in looks[1:]])
    size, strides, dtype = looks
    return torch.empty_strided(size, strides, dtype=dtype, device="meta")
