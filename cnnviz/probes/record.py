"""Write down a forward while it runs."""

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import torch
from torch import Tensor, nn
from torch.utils._python_dispatch import TorchDispatchMode

from cnnviz.calls import Call, observe
from cnnviz.errors import CnnvizError
from cnnviz.nested import first_tensor, tensors_in
from cnnviz.probes.activations import written_by
from cnnviz.probes.checkpoints import chosen
from cnnviz.probes.recording import Operation, RecordedCall, Recording
from cnnviz.probes.slots import slotted

Function = Callable[..., Any]

# What these make of plain numbers they make again.
_FACTORIES = frozenset(("zeros", "ones", "full", "arange", "linspace", "eye"))
_UNWATCHED = (Tensor.data.__get__, Tensor.data.__set__)  # type: ignore[attr-defined]
# These hand out a tensor's own memory.
_LENDERS = frozenset(("numpy", "__array__", "__dlpack__"))
_PRODUCTS = frozenset(("matmul", "bmm", "baddbmm", "einsum", "scaled_dot_product_attention"))
# Bytes of tensors that are taken as they are, since nothing says how they came about.
_MOST_TAKEN = 10_000_000


class UnrepeatableError(CnnvizError):
    """A forward that cannot be run again piece by piece: it draws random numbers, say, or computes gradients."""


def record(
    model: nn.Module, batch: Tensor, *, most_bytes: int = 2_500_000, also: Callable[[Call], None] | None = None
) -> tuple[Recording, Any]:
    """Run a model once and return the recording and what the model gave; `also` is told of every call as it returns.

    At most `most_bytes` of tensors are kept, besides the batch itself, a copy of which the model gets, and besides at
    most 10 MB that come from outside of torch or are views of what was overwritten. While it runs all that it makes is
    kept. Raises UnrepeatableError where the parts of the run cannot be run again, or want more than that.
    """
    recorder = _Recorder(model, also)
    given = batch.clone()
    start = recorder.bind(given)
    with torch.no_grad():
        with _NoChance(), observe(model, recorder.on_call, around=recorder.around):
            output = model(given)
        return recorder.finish(start, batch, most_bytes), output


class _NoChance(TorchDispatchMode):
    """Refuses what draws random numbers, whichever the generator: the default one is shared with other threads."""

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        # An attention draws where its dropout, the one float among its arguments, is more than 0.
        spared = "_scaled_dot_product" in func.__name__ and not any(type(each) is float and each > 0 for each in args)
        if torch.Tag.nondeterministic_seeded in func.tags and not spared:
            raise UnrepeatableError("The model draws random numbers.")
        return func(*args, **(kwargs or {}))


class _Recorder:
    def __init__(self, model: nn.Module, also: Callable[[Call], None] | None) -> None:
        self.also = also
        self.operations: list[Operation] = []
        self.calls: list[RecordedCall] = []
        self.work: list[float] = []
        self.constants: dict[int, Tensor] = {}
        owned = *model.parameters(), *model.buffers()
        self._owned = {id(each) for each in owned}
        self._owned_memory = {each.untyped_storage().data_ptr() for each in owned if each.layout is torch.strided}
        # All are held until the end, so that an id means one tensor.
        self._tensors: list[Tensor] = []
        self._versions: list[int] = []
        self._known: dict[int, int] = {}
        self._places: dict[int, tuple[tuple[Any, ...], int]] = {}
        self._read: dict[int, int] = {}
        self._taken = 0
        self._lent: list[tuple[Tensor, Tensor]] = []

    def bind(self, tensor: Tensor) -> int:
        """Give a tensor, as it is now, a slot."""
        number = self._known[id(tensor)] = len(self._tensors)
        self._tensors.append(tensor)
        self._versions.append(_version(tensor))
        return number

    def around(self, function: Function, arguments: tuple[Any, ...], keywords: dict[str, Any]) -> Any:
        if function.__name__ == "__get__" and not isinstance(output := function(*arguments, **keywords), Tensor):
            return output  # a size, say, which from here on is a number like any other
        getter, setter = _UNWATCHED
        if function == setter or (function == getter and not any(id(each) in self._owned for each in arguments)):
            raise UnrepeatableError("The model reaches for a tensor's data, where nothing counts what is overwritten.")
        given = [*tensors_in(arguments), *tensors_in(keywords)]
        read = {id(tensor): self._slot(tensor) for tensor in given}
        target = written_by(function, arguments, keywords)
        if target is not None and id(target) in self._owned:
            self.constants[read[id(target)]] = target.detach().clone()
        noted = slotted(arguments, read), slotted(keywords, read)
        if function.__name__ in _LENDERS:
            self._lent += [(tensor, tensor.detach().clone()) for tensor in given]
        output = function(*arguments, **keywords)
        writes = self._writes(given, target, read)
        made = tensors_in(output)
        if not made and not writes:
            return output
        if torch.is_grad_enabled() or _is_autocast():
            raise UnrepeatableError("The model computes gradients, or in a precision of its own.")
        if not given and function.__name__ not in _FACTORIES:
            # It comes from outside of torch, of an array of NumPy's say.
            self.constants |= {self.bind(tensor): self._copy(tensor) for tensor in made}
            return output
        slots = {id(tensor): self._now(tensor) for tensor in made}
        self._places[id(arguments)] = arguments, len(self.operations)
        self._read |= {key: slot for key, slot in read.items() if key not in self._read}
        operation = Operation(function, *noted, slotted(output, slots), tuple(read.values()), tuple(writes))
        self.operations.append(operation)
        self.work.append(_work(function.__name__, given, made))
        return output

    def on_call(self, call: Call) -> None:
        steps = [self._places[id(step.arguments)][1] for step in call.steps if id(step.arguments) in self._places]
        # The arguments as they were before the call overwrote them.
        read = {id(tensor): self._read.get(id(tensor), -1) for tensor in tensors_in(call.arguments)}
        read = {key: slot for key, slot in read.items() if slot >= 0}
        for tensor in tensors_in(call.arguments):
            read.setdefault(id(tensor), self._slot(tensor))
        gave = {id(tensor): self._slot(tensor) for tensor in tensors_in(call.output)}
        self._read.clear()
        if self.also is not None:
            self.also(call)
        self.calls.append(
            RecordedCall(
                call.name,
                call.kind,
                call.module,
                tuple(steps),
                slotted(call.arguments, read),
                slotted(first_tensor(call.output), gave),
                len(self.operations) - 1,
            )
        )

    def finish(self, start: int, batch: Tensor, most_bytes: int) -> Recording:
        if not all(torch.equal(tensor, before) for tensor, before in self._lent):
            raise UnrepeatableError("The model overwrites a tensor's memory, where nothing counts it.")
        whole = {
            slot: tensor
            for slot, tensor in enumerate(self._tensors)
            if slot not in self.constants and slot != start and _version(tensor) == self._versions[slot]
        }
        kept = chosen(
            [(each.reads, each.makes) for each in self.operations],
            self.work,
            [call.position for call in self.calls],
            whole,
            {start, *self.constants},
            most_bytes,
        )
        # Copies: what the model keeps from run to run is overwritten by the next.
        kept = deepcopy(kept)
        owned = {slot: tensor for slot, tensor in self.constants.items() if id(tensor) in self._owned}
        own = {slot: tensor for slot, tensor in self.constants.items() if slot not in owned}
        return Recording(self.operations, self.calls, kept, {**own, start: batch}, owned)

    def _writes(self, given: list[Tensor], target: Tensor | None, read: dict[int, int]) -> list[tuple[int, int]]:
        """Return the slots of what an operation overwrote, before and after."""
        changed = {id(each): each for each in given if _version(each) != self._versions[read[id(each)]]}
        if not changed:
            return []
        written = target if target is not None and id(target) in changed else next(iter(changed.values()))
        # Views of what is overwritten count its writes too; they are looked at anew when they are read.
        memory = written.untyped_storage().data_ptr()
        alone = written is target or len(changed) == 1
        before = read[id(written)]
        if not alone or any(each.untyped_storage().data_ptr() != memory for each in changed.values()):
            raise UnrepeatableError("The model overwrites several tensors at once.")
        if self.constants.get(before) is written or (memory in self._owned_memory and id(written) not in self._owned):
            raise UnrepeatableError("The model overwrites its own weights.")
        return [(before, self.bind(written))]

    def _slot(self, tensor: Tensor) -> int:
        """Return the slot of a tensor that is about to be read."""
        number = self._known.get(id(tensor))
        if number is not None and self._versions[number] == _version(tensor):
            return number
        # It came about, or was changed, in a way that is not seen: from here on it is given.
        given = self.bind(tensor)
        own = number is None and id(tensor) in self._owned
        self.constants[given] = tensor if own else self._copy(tensor)
        return given

    def _copy(self, tensor: Tensor) -> Tensor:
        self._taken += tensor.nbytes
        if self._taken > _MOST_TAKEN:
            raise UnrepeatableError(
                f"The model overwrites, or takes from outside of torch, more than {_MOST_TAKEN // 10**6} MB."
            )
        return tensor.detach().clone()

    def _now(self, tensor: Tensor) -> int:
        number = self._known.get(id(tensor))
        fresh = number is None or self._versions[number] != _version(tensor)
        return self.bind(tensor) if number is None or fresh else number


def _version(tensor: Tensor) -> int:
    try:
        tensor.untyped_storage()
        plain = tensor.layout is torch.strided and not tensor.is_nested
    except RuntimeError:
        plain = False
    if not plain:
        raise UnrepeatableError("The model holds a tensor without memory of its own, a sparse one say.")
    if tensor.is_inference():
        raise UnrepeatableError("The model runs in inference mode, in which nothing counts what is overwritten.")
    return tensor._version


def _work(name: str, given: list[Tensor], made: list[Tensor]) -> float:
    """Return about how much an operation costs, in multiplications; measured times depend on what else runs."""
    weight = next((each for each in given if isinstance(each, nn.Parameter) and each.dim() > 1), None)
    if weight is not None:
        each = weight.numel() / max(1, len(weight))
    else:
        each = given[0].shape[-1] if name in _PRODUCTS and given[0].dim() else 5
    # Beginning takes as long as some 200,000 of them.
    return 200_000 + max((tensor.numel() for tensor in made or given), default=0) * each


def _is_autocast() -> bool:
    return any(map(torch.is_autocast_enabled, ("cpu", "cuda", "mps")))
