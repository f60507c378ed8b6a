"""What eager torch says of types, numbers and memory, asked on stand-ins that hold a handful of numbers.

The meta device lets much through that a CPU refuses: `1 - mask`, `x *= 0.5` on whole numbers, `x & x` on floats,
writing into what was expanded. No rule tells which function takes which types, so the function itself is tried, on
tensors of the same types with at most two numbers along each dimension, once for each way in which it is called.
"""

from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import Tensor

from cnnviz.analysis.functions import POINTWISE, REDUCING, words
from cnnviz.analysis.nested import tensors_in
from cnnviz.analysis.refusals_memory import is_expanded

Function = Callable[..., Any]
Arguments = tuple[Any, ...]

# The commonest, which look at their probability themselves.
_DROPOUTS = words("alpha_dropout dropout dropout1d dropout2d dropout3d feature_alpha_dropout feature_dropout rrelu")
_RANDOM = _DROPOUTS | words(
    """
    bernoulli binomial cauchy exponential geometric log_normal normal poisson rand_like randint_like randn_like random
    uniform
    """
)
_INDEXED = words(
    """
    gather index_add index_copy index_fill index_select scatter scatter_add scatter_reduce take
    take_along_dim
    """
)
_PRODUCTS = words(
    """
    addbmm addmm addmv addr baddbmm bmm dot einsum inner kron linalg_matmul linalg_vecdot matmul mm mv outer
    rmatmul tensordot vdot
    """
)
_WHOLE = words(
    """
    and bitwise_and bitwise_left_shift bitwise_not bitwise_or bitwise_right_shift bitwise_xor gcd invert lcm lshift or
    rshift xor
    """
)
_PLACED = words("contiguous cpu cuda data detach imag pin_memory real requires_grad to type type_as")
_OTHERS = words(
    """
    argsort complex copy cummax cummin cumprod cumsum diff fft_fft fft_fft2 fft_ifft fft_ifft2 fft_rfft fft_rfft2 histc
    logcumsumexp msort nanquantile polar sort
    """
)
# Functions that run on small tensors wherever they run on large ones.
TRIED = ((POINTWISE | REDUCING) - _PLACED) | _RANDOM | _INDEXED | _PRODUCTS | _WHOLE | _OTHERS
# Those that take floating-point tensors of one type, whatever their numbers are.
_PLAIN = TRIED - _WHOLE - (_RANDOM - _DROPOUTS) - _INDEXED - words("complex nanquantile pow quantile")
_FLOATS = frozenset((torch.float32, torch.float64))
_APART = frozenset(("device", "generator"))
_RIGHT = (torch.float32, torch.int64, torch.bool)

_known: dict[Any, Any] = {}
_MOST = 10_000


def trial(function: Function, name: str, arguments: Arguments, keywords: Mapping[str, Any]) -> Any:
    """Return what a function called `name` gives for small stand-ins of its arguments, or the error that it raises;
    None where nothing has to be asked.

    An error may be one of sizes: those that do not go together do not in the stand-ins either.
    """
    if name not in TRIED:
        return None
    if name in _PLAIN and "out" not in keywords and _is_plain(arguments, keywords):
        return None
    try:
        met: dict[int, int] = {}
        key = (function, _key(arguments, met), _key(keywords, met))
        if key in _known:
            return _known[key]
    except TypeError:  # what can't be hashed
        return None
    found = _tried(function, name, arguments, keywords)
    if len(_known) < _MOST:
        _known[key] = found
    return found


def made_elsewhere(
    function: Function, name: str, arguments: Arguments, keywords: Mapping[str, Any], writes: bool
) -> Tensor | None:
    """Return what eager torch makes, number by number, of tensors that the meta device refuses; None for all else."""
    if name not in POINTWISE or writes:
        return None
    found = trial(function, name, arguments, keywords)
    given = tensors_in(arguments)
    if not isinstance(found, Tensor) or not given or tensors_in(dict(keywords)):
        return None
    try:
        size = torch.broadcast_shapes(*(item.shape for item in given))
    except RuntimeError:
        return None
    return torch.empty(size, dtype=found.dtype, device="meta")


def types_that_run(function: Function, name: str, arguments: Arguments, keywords: Mapping[str, Any]) -> list[str]:
    """Return the types of which a function takes all its tensors."""
    return [
        str(kind).removeprefix("torch.")
        for kind in _RIGHT
        if not isinstance(_tried(function, name, arguments, keywords, kind), Exception)
    ]


def _is_plain(arguments: Arguments, keywords: Mapping[str, Any]) -> bool:
    """Return whether all tensors hold numbers of one floating-point type, and each in a place of its own in the first,
    which may be written into.
    """
    given = tensors_in(arguments)
    if keywords:
        given += tensors_in(dict(keywords))
    kinds = {item.dtype for item in given}
    if len(kinds) != 1 or not kinds <= _FLOATS or any(type(item) in (bool, complex) for item in arguments):
        return False
    return not is_expanded(given[0]) and all(item.numel() for item in given)


def _tried(
    function: Function,
    name: str,
    arguments: Arguments,
    keywords: Mapping[str, Any],
    kind: torch.dtype | None = None,
) -> Any:
    number = 0 if name in _INDEXED else 1
    made: dict[int, Tensor] = {}
    try:
        positional = _small(arguments, number, kind, made)
        named = {key: _small(item, number, kind, made) for key, item in keywords.items() if key not in _APART}
    except RuntimeError:  # a type of which torch makes no numbers
        return None
    # Nothing random is drawn from the numbers of whoever asks for an analysis.
    state = torch.get_rng_state() if name in _RANDOM else None
    try:
        with torch.no_grad():
            return function(*positional, **named)
    except Exception as error:
        return error.with_traceback(None)
    finally:
        if state is not None:
            torch.set_rng_state(state)


def _small(item: Any, number: int, kind: torch.dtype | None, made: dict[int, Tensor]) -> Any:
    """Return nested arguments with a stand-in for each tensor; `made` are those by the tensor's id."""
    if isinstance(item, Tensor):
        if id(item) not in made:
            places = zip(item.shape, item.stride(), strict=True)
            held = [1 if stride == 0 else min(size, 2) for size, stride in places]
            numbers = torch.full(held, number, dtype=kind or item.dtype, device="cpu")
            made[id(item)] = numbers.expand([min(size, 2) for size in item.shape])
        return made[id(item)]
    if isinstance(item, tuple | list):
        parts = [_small(part, number, kind, made) for part in item]
        return parts if isinstance(item, list) else tuple(parts)
    return item


def _key(item: Any, met: dict[int, int]) -> Any:
    """Return what tells two calls apart; `met` numbers the tensors."""
    if isinstance(item, Tensor):
        places = zip(item.shape, item.stride(), strict=True)
        number = met.setdefault(id(item), len(met))
        return (number, item.dtype, *((min(size, 2), stride == 0) for size, stride in places))
    if isinstance(item, tuple | list):
        return (type(item), *(_key(part, met) for part in item))
    if isinstance(item, Mapping):
        return tuple((name, _key(part, met)) for name, part in item.items())
    hash(item)
    return type(item), item
