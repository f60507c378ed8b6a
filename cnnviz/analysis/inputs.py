"""What a network is given: sizes, one or several, by position or by name, and their types."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from cnnviz.analysis.operations import Shape
from cnnviz.errors import ShapeError

InputSize = tuple[int, ...] | tuple[tuple[int, ...], ...] | Mapping[str, tuple[int, ...]]
InputType = torch.dtype | tuple[torch.dtype | None, ...] | Mapping[str, torch.dtype | None] | None


@dataclass(frozen=True)
class Inputs:
    """The inputs of one call, flat. `names` is None where they go by position; `single` where there is one alone."""

    sizes: tuple[Shape, ...]
    types: tuple[torch.dtype | None, ...]
    names: tuple[str, ...] | None
    single: bool

    @property
    def shown(self) -> Any:
        """Return the sizes as they are passed to analyze."""
        if self.single:
            return self.sizes[0]
        return self.sizes if self.names is None else dict(zip(self.names, self.sizes, strict=True))

    def of(self, input_size: InputSize) -> "Inputs":
        """Return inputs of the same types and another size; raise ShapeError where they are not as many."""
        other = inputs_of(input_size, None)
        if (other.names, len(other.sizes), other.single) != (self.names, len(self.sizes), self.single):
            raise ShapeError(f"Inputs of size {input_size} are not those of this network, which were {self.shown}.")
        return Inputs(other.sizes, self.types, self.names, self.single)

    def made(self, default: torch.dtype) -> list[Tensor]:
        """Return tensors that hold no numbers; floating-point inputs have the type `default`."""
        pairs = zip(self.sizes, self.types, strict=True)
        return [torch.empty(size, dtype=kind or default, device="meta") for size, kind in pairs]

    def __str__(self) -> str:
        return " and ".join("x".join(map(str, size)) for size in self.sizes)


def inputs_of(input_size: InputSize, dtype: InputType) -> Inputs:
    """Return the inputs; raise ShapeError for a size that holds nothing, or types that do not go with the sizes."""
    names: tuple[str, ...] | None = None
    single = False
    given: tuple[Any, ...]
    types: tuple[Any, ...]
    if isinstance(input_size, Mapping):
        names, given = tuple(input_size), tuple(input_size.values())
        kinds: Mapping[str, Any] = dtype if isinstance(dtype, Mapping) else dict.fromkeys(names, dtype)
        types = tuple(kinds.get(name) for name in names)
        fits = set(kinds) <= set(names)
    else:
        single = not any(isinstance(part, tuple | list) for part in input_size)
        given = (input_size,) if single else tuple(input_size)
        several: Any = dtype
        types = tuple(several) if isinstance(dtype, tuple | list) else (several,) * len(given)
        fits = len(types) == len(given)
    if not fits or not all(kind is None or isinstance(kind, torch.dtype) for kind in types):
        raise ShapeError(f"{input_size} has {len(given)} inputs, and dtype, {dtype}, has to give a type for each.")
    sizes = tuple(_size(size) for size in given)
    if not sizes:
        raise ShapeError("A network needs at least one input; an input of size (1, 3, 224, 224) is one image.")
    return Inputs(sizes, types, names, single)


def _size(size: Any) -> Shape:
    found = tuple(int(extent) for extent in (size if isinstance(size, tuple | list) else (size,)))
    if not found or min(found) < 1:
        raise ShapeError(f"An input of size {found} holds nothing; every extent must be at least 1.")
    return found
