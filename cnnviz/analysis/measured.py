"""Functions whose work is not that of their name: torch.func's transforms (vmap, grad) and autograd.

What they do to memory and multiply is measured, by torch's own formulas, in the operators that run.
"""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor
from torch._C import _functorch
from torch.utils._python_dispatch import TorchDispatchMode

# The names of the operations in a trace. Their keyword `macs` is what was measured.
AUTOGRAD = "autograd"
TRANSFORMED = "torch.func"

is_wrapped = _functorch.is_functorch_wrapped_tensor
_BACKWARD = frozenset((torch.autograd.grad, torch.autograd.backward, Tensor.backward))


def kind_of(function: Callable[..., Any], tensors: list[Tensor]) -> str | None:
    """Return the name under which a function is measured on `tensors`, None where it is what its own name says."""
    if _functorch.peek_interpreter_stack() and any(map(is_wrapped, tensors)):
        return TRANSFORMED
    return AUTOGRAD if function in _BACKWARD else None


def whole(tensor: Tensor) -> Tensor:
    """Return the tensor behind one of a transform: behind an example of vmap, the batch."""
    while is_wrapped(tensor):
        tensor = _functorch.get_unwrapped(tensor)
    return tensor


def shape_of(tensor: Tensor) -> tuple[int, ...]:
    """Return the size of a tensor, of one of a transform with the examples of vmap first, the outermost's in front."""
    if not is_wrapped(tensor):
        return tuple(tensor.shape)
    place, inner = _functorch.maybe_get_bdim(tensor), _functorch.get_unwrapped(tensor)
    size = list(shape_of(inner))
    if place >= 0:
        # Behind the examples of vmaps further out.
        outer = len(size) - inner.dim()
        size.insert(outer, size.pop(outer + place))
    return tuple(size)


def measured(function: Callable[..., Any], arguments: tuple[Any, ...], keywords: dict[str, Any]) -> tuple[Any, int]:
    """Run a function on the meta device, and return what it gives and the multiply-accumulates that it takes."""
    with _Counting() as counting:
        output = function(*arguments, **keywords)
    return output, counting.flops // 2


class _Counting(TorchDispatchMode):
    def __init__(self) -> None:
        # Few networks need it, and every start of a process would pay for it.
        from torch.utils.flop_counter import flop_registry

        super().__init__()
        self.formulas = flop_registry
        self.flops = 0

    def __torch_dispatch__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        output = func(*args, **kwargs or {})
        formula = self.formulas.get(func._overloadpacket)
        if formula is not None:
            self.flops += formula(*args, **kwargs or {}, out_val=output)
        return output
