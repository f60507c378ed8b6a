"""One call of a network on its own: what it reads, from whom, and a module that does the same to that alone."""

import weakref
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from cnnviz.calls import Call
from cnnviz.modules import kind_of
from cnnviz.nested import tensors_in
from cnnviz.probes.maps import as_maps
from cnnviz.probes.partial_forward import catch

Size = tuple[int, ...]


@dataclass(frozen=True, eq=False)
class Read:
    """A call and what it read: the `givers`' names, "" for the network's input, and the `sizes` of their tensors.

    `dilation` is by how many rows and columns the taps of its window lie apart. `alone(place)` is a module that does
    what the call did to tensors of `sizes`, the one at `place` first, as maps (N, C, H, W) whatever its layout was.
    """

    name: str
    kind: str
    givers: tuple[str, ...]
    sizes: tuple[Size, ...]
    dilation: tuple[int, int]
    alone: Callable[[int], nn.Module]


@dataclass(frozen=True)
class _Slot:
    place: int


@dataclass(frozen=True)
class _Constant:
    name: str


def reads(model: nn.Module, batch: Tensor, layer: str) -> dict[str, Read]:
    """Return every call up to `layer` by name, in the order of execution. Raises ModelError for no such layer."""
    watch = _Watch(batch)
    found: dict[str, Read] = {}

    def note(call: Call) -> None:
        found[call.name] = watch.read(call)

    with torch.no_grad():
        catch(model, batch, layer, note, before=note)
    return found


class _Watch:
    """Who gave which tensor."""

    def __init__(self, batch: Tensor) -> None:
        self.givers: dict[int, tuple[weakref.ref[Tensor], str, str]] = {}
        self.give(batch, "", "")

    def give(self, value: Any, name: str, kind: str) -> None:
        for tensor in tensors_in(value):
            self.givers[id(tensor)] = weakref.ref(tensor), name, kind

    def giver(self, tensor: Tensor) -> tuple[str, str] | None:
        reference, name, kind = self.givers.get(id(tensor), (None, "", ""))
        return (name, kind) if reference is not None and reference() is tensor else None

    def read(self, call: Call) -> Read:
        """Return the call as it will be remembered: without any tensor that a run made."""
        function: Callable[..., Any] = call.module if call.module is not None else call.steps[-1].function
        arguments: tuple[Any, ...] = call.arguments
        keywords: dict[str, Any] = {}
        if call.module is None:
            arguments, keywords = call.steps[-1].arguments, dict(call.steps[-1].keywords)
        slots: list[tuple[str, str, Size]] = []
        constants: dict[str, Tensor] = {}

        def replace(value: Any) -> Any:
            if isinstance(value, Tensor):
                giver = self.giver(value)
                if giver is None:
                    constants[f"constant_{len(constants)}"] = value
                    return _Constant(f"constant_{len(constants) - 1}")
                slots.append((*giver, tuple(value.shape)))
                return _Slot(len(slots) - 1)
            if type(value) in (tuple, list):
                return type(value)(map(replace, value))
            return value

        template = tuple(map(replace, arguments)), {name: replace(value) for name, value in keywords.items()}
        self.give(call.output, call.name, call.kind)
        last = tuple(_channels_last(size, kind) for _, kind, size in slots)
        return Read(
            call.name,
            call.kind,
            tuple(name for name, _, _ in slots),
            tuple(_channels_first(size) if back else size for (_, _, size), back in zip(slots, last, strict=True)),
            _dilation(call.module),
            lambda place: _Alone(function, template, constants, last, place),
        )


class _Alone(nn.Module):
    def __init__(
        self,
        function: Callable[..., Any],
        template: tuple[tuple[Any, ...], dict[str, Any]],
        constants: dict[str, Tensor],
        last: tuple[bool, ...],
        first: int,
    ) -> None:
        super().__init__()
        # Set as an attribute, a module is known as a part of this one, and so to whoever copies it.
        self.function = function
        self.template = template
        self.last = last
        self.first = first
        for name, tensor in constants.items():
            self.register_buffer(name, tensor.detach())

    def forward(self, *tensors: Tensor) -> Any:
        """Run the call; the first tensor is the one at `first`, the others follow in their order."""
        ordered = list(tensors[1:])
        ordered.insert(self.first, tensors[0])
        pairs = zip(ordered, self.last, strict=True)
        ordered = [tensor.permute(0, 2, 3, 1) if back else tensor for tensor, back in pairs]
        arguments, keywords = self.template
        filled = {name: self._fill(value, ordered) for name, value in keywords.items()}
        return self.function(*(self._fill(value, ordered) for value in arguments), **filled)

    def _fill(self, value: Any, tensors: list[Tensor]) -> Any:
        if isinstance(value, _Slot):
            return tensors[value.place]
        if isinstance(value, _Constant):
            return getattr(self, value.name)
        if type(value) in (tuple, list):
            return type(value)(self._fill(each, tensors) for each in value)
        return value


def _channels_last(size: Size, kind: str) -> bool:
    """Return whether a tensor of four axes, given by a call of a kind, has its channels last."""
    if len(size) != 4 or not all(size):
        return False
    maps = as_maps(torch.empty(size, device="meta"), kind)
    return maps is not None and tuple(maps.shape) == (size[3], *size[1:3]) and maps.stride(0) == 1 != maps.stride(2)


def _channels_first(size: Size) -> Size:
    return (size[0], size[3], size[1], size[2])


def _dilation(module: nn.Module | None) -> tuple[int, int]:
    if module is None:
        return 1, 1
    name, given = kind_of(module), getattr(module, "dilation", 1)
    if not name.startswith(("Conv", "MaxPool")) or "Transpose" in name:
        return 1, 1
    numbers = given if isinstance(given, tuple) else (given,) * 2
    return (numbers[0], numbers[1]) if len(numbers) == 2 else (1, 1)
