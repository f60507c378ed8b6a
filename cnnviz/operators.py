"""What a model does out of Python's sight, in TorchScript or C++, told under the names of torch's functions.

TorchScript and C++ call torch's operators (aten) without a torch function of Python's. A TorchDispatchMode sees these;
most have the name and the arguments of a function, and those that do not are translated here.
"""

import re
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor
from torch.overrides import handle_torch_function
from torch.utils import _pytree as pytree
from torch.utils._python_dispatch import TorchDispatchMode

Arguments = tuple[Any, ...]


class Operator:
    """An operator under the name of a torch function; `label` tells calls of it from those of the function.

    One that is translated takes the function's arguments, any other those of torch's C++.
    """

    def __init__(self, name: str, run: Callable[..., Any]) -> None:
        self.__name__ = name
        self.label = f"aten::{name.strip('_')}"
        self.run = run
        self.is_translated = not isinstance(run, torch._ops.OpOverload)

    def __call__(self, *arguments: Any, **keywords: Any) -> Any:
        return self.run(*arguments, **keywords)


class OutOfSight(TorchDispatchMode):
    """Hands the operators that run outside of any torch function to the torch function mode that is active.

    `passes` tells whether what runs now is the listener's own.
    """

    def __init__(self, passes: Callable[[], bool]) -> None:
        super().__init__()
        self.passes = passes

    def __torch_dispatch__(
        self, func: Any, types: Any, args: Arguments = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        kwargs = kwargs or {}
        # While a torch function runs, the mode that saw it is not active.
        if self.passes() or not torch._C._is_torch_function_mode_enabled():
            return func(*args, **kwargs)
        if not any(isinstance(item, Tensor) for item in pytree.arg_tree_leaves(*args, **kwargs)):
            with torch._C.DisableTorchFunction():  # a tensor made of nothing is no work
                return func(*args, **kwargs)
        name, run, args = _spoken(func, args)
        tensors = [item for item in args if isinstance(item, Tensor)]
        return handle_torch_function(Operator(name, run), tensors, *args, **kwargs)


def _spoken(func: Any, arguments: Arguments) -> tuple[str, Callable[..., Any], Arguments]:
    """Return an operator's name as a function, what runs it, and its arguments in the function's order."""
    name = func.__name__.split(".")[0]
    if name in ("convolution", "_convolution", "convolution_overrideable"):
        return _convolution(arguments)
    if name == "slice":
        return _slice(arguments)
    if match := re.fullmatch(r"upsample_([a-z]+)[123]d", name):
        return _upsampling(match[1], arguments)
    if name == "constant_pad_nd":
        image, pad, *value = arguments
        return "pad", torch.nn.functional.pad, (image, pad, "constant", *value)
    if name.startswith("_scaled_dot_product_"):
        return "scaled_dot_product_attention", func, arguments
    return _NAMES.get(name, name), func, arguments


_NAMES = {
    "_unsafe_view": "view",
    "_reshape_alias": "view",
    "_to_copy": "to",
    "alias": "detach",
    "lift_fresh": "detach",
    "native_batch_norm": "batch_norm",
    "native_layer_norm": "layer_norm",
    "_safe_softmax": "softmax",
}


def _convolution(arguments: Arguments) -> tuple[str, Callable[..., Any], Arguments]:
    image, weight, bias, stride, padding, dilation, transposed, output_padding, groups = arguments[:9]
    name = f"conv{'_transpose' if transposed else ''}{weight.dim() - 2}d"
    given = (output_padding, groups, dilation) if transposed else (dilation, groups)
    return name, getattr(torch.nn.functional, name), (image, weight, bias, stride, padding, *given)


def _upsampling(mode: str, arguments: Arguments) -> tuple[str, Callable[..., Any], Arguments]:
    image, size, *rest = arguments
    aligns = rest.pop(0) if "linear" in mode or mode == "bicubic" else None
    factors = None if size is not None else rest[0]
    return "interpolate", torch.nn.functional.interpolate, (image, size, factors, mode, aligns)


def _slice(arguments: Arguments) -> tuple[str, Callable[..., Any], Arguments]:
    given: Any = (*arguments, *(0, None, None, 1)[len(arguments) - 1 :])
    image, dim, start, end, step = given
    index = (slice(None),) * (dim % image.dim()) + (slice(start, end, step),)
    return "__getitem__", Tensor.__getitem__, (image, index)
