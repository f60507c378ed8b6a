"""What a network is given: sizes, one or several, in the form in which forward takes them, and their types."""

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from cnnviz.analysis.operations import Shape
from cnnviz.errors import ShapeError

# A size, a tensor in its place, or several; lists, tuples and dicts of them inside are arguments of that form.
InputSize = Sequence[Any] | Mapping[str, Any] | Tensor
InputType = torch.dtype | Sequence[Any] | Mapping[str, Any] | None


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a tensor stands in the form of the inputs, by its number."""

    number: int


@dataclass(frozen=True)
class Inputs:
    """The inputs of one call, flat. `form` is a place where there is one alone, a tuple where they go by position, and
    a dict where they go by name; inside there may be lists, tuples and dicts, and values that are no tensors.
    """

    sizes: tuple[Shape, ...]
    types: tuple[torch.dtype | None, ...]
    form: Any

    @property
    def shown(self) -> Any:
        """Return the sizes as they are passed to analyze."""
        return _filled(self.form, self.sizes)

    @property
    def batch(self) -> int:
        """Return how many images the first input holds."""
        return next((size[0] for size in self.sizes if size), 1)

    def of(self, input_size: InputSize) -> "Inputs":
        """Return inputs of the same types and another size; raise ShapeError where they are not as many."""
        other = inputs_of(input_size, None)
        if other.form != self.form:
            raise ShapeError(f"Inputs of size {input_size} are not those of this network, which were {self.shown}.")
        return Inputs(other.sizes, self.types, self.form)

    def made(self, default: torch.dtype) -> list[Tensor]:
        """Return tensors that hold no numbers; inputs without a type of their own have the type `default`."""
        pairs = zip(self.sizes, self.types, strict=True)
        return [torch.empty(size, dtype=kind or default, device="meta") for size, kind in pairs]

    def placed(self, tensors: Sequence[Any]) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """Return the arguments of forward by position and by name, with `tensors` in their places."""
        filled = _filled(self.form, tensors)
        if isinstance(filled, dict):
            return (), filled
        return (filled,) if isinstance(self.form, _Place) else filled, {}

    def misfit(self, forward: Callable[..., Any]) -> str:
        """Return why `forward` can't be called with these inputs, in a sentence, or "" where it can."""
        try:
            signature = inspect.signature(forward)
        except (TypeError, ValueError):
            return ""
        positional, named = self.placed(self.sizes)
        if not (reason := _refusal(signature, *positional, **named)):
            return ""
        hint = ""
        together = list(positional) or named
        if not _refusal(signature, together):
            hint = f"; to pass them as one argument, a {type(together).__name__}, write ({together},)"
        takes = ", ".join(signature.parameters)
        return f"The model takes ({takes}), and not an input of size {self}: {reason}{hint}."

    def __str__(self) -> str:
        return " and ".join("x".join(map(str, size)) for size in self.sizes)


def inputs_of(input_size: InputSize, dtype: InputType) -> Inputs:
    """Return the inputs; raise ShapeError for a size that holds nothing, or types that do not go with the sizes."""
    found: list[tuple[Shape, torch.dtype | None]] = []
    if _is_one(input_size) and isinstance(dtype, tuple | list) and len(dtype) == 1:
        (dtype,) = dtype
    try:
        form = _form(input_size, dtype, found)
    except _OtherTypes:
        count = 1 if _is_one(input_size) else len(input_size)
        raise ShapeError(f"{input_size} has {count} inputs, and dtype, {dtype}, has to give a type for each.") from None
    if not found:
        raise ShapeError("A network needs at least one input; an input of size (1, 3, 224, 224) is one image.")
    sizes, types = zip(*found, strict=True)
    return Inputs(sizes, types, tuple(form) if isinstance(form, list) else form)


class _OtherTypes(Exception):  # noqa: N818
    """The types have another form than the sizes."""


def _form(item: Any, kind: Any, found: list[tuple[Shape, torch.dtype | None]]) -> Any:
    """Return `item` with a place for each size and tensor, which are appended to `found` with their types."""
    if isinstance(item, Mapping):
        if isinstance(kind, Mapping) and not set(kind) <= set(item):
            raise _OtherTypes
        kinds = kind if isinstance(kind, Mapping) else dict.fromkeys(item, kind)
        return {key: _form(part, kinds.get(key), found) for key, part in item.items()}
    if isinstance(item, tuple | list) and not _is_one(item):
        several = kind if isinstance(kind, tuple | list) else [kind] * len(item)
        if len(several) != len(item):
            raise _OtherTypes
        parts = [_form(part, own, found) for part, own in zip(item, several, strict=True)]
        return parts if isinstance(item, list) else tuple(parts)
    if item is None or isinstance(item, bool | int | float | str):
        return item
    if kind is not None and not isinstance(kind, torch.dtype):
        raise _OtherTypes
    if isinstance(item, Tensor):
        found.append((tuple(item.shape), kind or item.dtype))
    else:
        found.append((_size(item), kind))
    return _Place(len(found) - 1)


def _is_one(item: Any) -> bool:
    """Return whether an input is one tensor, by its size or as it is."""
    if isinstance(item, tuple | list):
        return not any(isinstance(part, tuple | list | Mapping | Tensor) for part in item)
    return not isinstance(item, Mapping)


def _size(size: Any) -> Shape:
    try:
        found = tuple(int(extent) for extent in size)
    except (TypeError, ValueError):
        found = ()
    if found != tuple(size):
        raise ShapeError(f"{size!r} is no size; an input of size (1, 3, 224, 224) is one image.")
    if not found:
        raise ShapeError(
            "An input of size () is one number, which is given as it is, 0.5 say, or as a tensor; "
            "a size has at least 1 extent."
        )
    if min(found) < 1:
        raise ShapeError(f"An input of size {found} holds nothing; every extent must be at least 1.")
    return found


def _filled(form: Any, tensors: Sequence[Any]) -> Any:
    if isinstance(form, _Place):
        return tensors[form.number]
    if isinstance(form, dict):
        return {key: _filled(part, tensors) for key, part in form.items()}
    if isinstance(form, tuple | list):
        return type(form)(_filled(part, tensors) for part in form)
    return form


def _refusal(signature: inspect.Signature, *positional: Any, **named: Any) -> str:
    """Return why a function of this signature can't be called so, or "" where it can."""
    try:
        signature.bind(*positional, **named)
    except TypeError as error:
        return str(error)
    return ""
