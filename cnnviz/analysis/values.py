"""Values that a model's code asks for: those that are known because they are made of numbers in the code, and a plain
sentence for all others.
"""

from collections.abc import Callable
from math import nan
from typing import Any

import torch
from torch import Tensor

from cnnviz.analysis.extents import any_extent
from cnnviz.analysis.functions import words
from cnnviz.errors import ModelError
from cnnviz.nested import tensors_in

Arguments = tuple[Any, ...]

# What makes tensors of known values; `*_like` and `new_*` take size, type and place from a tensor.
KNOWN = words("zeros ones full new new_zeros new_ones new_full new_tensor zeros_like ones_like full_like")
_MOST = 1 << 20

_ASKING = words(
    """
    allclose array bool complex contains equal float format index int is_nonzero item local_scalar_dense numpy repr
    tolist
    """
)
# torch's words for what it can't do without numbers.
_WITHOUT = ("meta tensor", "meta device", "'meta'", "data-depend", "fake impl")
_SIZED = words(
    """
    argwhere bincount combinations getitem histc masked_select nonzero nonzero_static one_hot repeat_interleave setitem
    unique unique_consecutive where
    """
)


class Unknown(ModelError):  # noqa: N818
    """A value was asked for that an analysis does not have, or, unless `is_last`, has in another way of running."""

    is_last = False


def constant(
    function: Callable[..., Any], name: str, arguments: Arguments, keywords: dict[str, Any], follows: bool
) -> Tensor | None:
    """Return what a function of KNOWN makes, with its numbers; None for any other, and where they are too many.

    A tensor that it is given tells size and type alone. With `follows`, nothing is made whose size another input
    changes.
    """
    if name not in KNOWN or any_extent((arguments, keywords)) or tensors_in((*arguments[1:], keywords)):
        return None
    first, *rest = arguments or (None,)
    if isinstance(first, Tensor):
        if follows and name.endswith("_like"):
            return None
        arguments = torch.empty((), dtype=first.dtype).expand(first.shape), *rest
    asked = {key: item for key, item in keywords.items() if key != "device"}
    if name != "new" and function(*arguments, **asked, device="meta").numel() > _MOST:
        return None
    found: Tensor = function(*arguments, **asked) if name == "new" else function(*arguments, **asked, device="cpu")
    return found


def with_sizes(name: str, arguments: Arguments, keywords: dict[str, Any]) -> tuple[Arguments, dict[str, Any]]:
    """Return the arguments of a function so that the size of what it makes is told, where values that are known do."""
    if name in ("getitem", "setitem"):
        return (arguments[0], positions(arguments[1]), *arguments[2:]), keywords
    if name == "repeat_interleave" and "output_size" not in keywords:
        image, repeats, *_ = (*arguments, keywords.get("repeats"))
        if isinstance(repeats, Tensor) and not repeats.is_meta:
            dim = arguments[2] if len(arguments) > 2 else keywords.get("dim")
            size = image.numel() if dim is None else image.shape[dim]
            return arguments, {**keywords, "output_size": int(repeats.expand(size).sum())}
    return arguments, keywords


def positions(index: Any) -> Any:
    """Return an index with the positions of every mask whose values are known, and single positions as ints."""
    parts: list[Any] = []
    for part in index if isinstance(index, tuple) else (index,):
        known = isinstance(part, Tensor) and not part.is_meta
        if known and part.dtype in (torch.bool, torch.uint8) and part.dim():
            parts += part.nonzero(as_tuple=True)
        elif known and part.dtype != torch.bool and not part.dim():
            parts.append(int(part))
        else:
            parts.append(part)
    return tuple(parts) if isinstance(index, tuple) or len(parts) != 1 else parts[0]


def text(tensor: Tensor, form: str) -> str:
    """Return a number that is not known as a text: a message that holds one changes nothing in a trace."""
    return format(nan if tensor.is_floating_point() else 0, form)


def asks_for_values(error: Exception) -> bool:
    """Return whether an error came of values that are not known, in no way of running."""
    if isinstance(error, Unknown):
        return error.is_last
    # Not what a model's own words call meta.
    text = str(error).lower()
    return any(word in text for word in _WITHOUT) or (isinstance(error, NotImplementedError) and "meta" in text)


def named(name: str, error: Exception, *, last: bool) -> Exception:
    """Return Unknown where the function called `name` failed because tensors have no values, any other error as it is.

    `last` tells that what is made of numbers in the code was known.
    """
    if not isinstance(error, Unknown):
        why = _why(name, error)
        if not why:
            return error
        error = Unknown(why)
    error.is_last = last
    return error


def _why(name: str, error: Exception) -> str:
    """Return why a function failed on tensors without values, "" where that is not what is wrong."""
    reason = str(error).strip().split("\n")[0].rstrip(".")
    # Of functions that torch has not implemented at all, those that it has for numbers.
    words = ("meta", *_WITHOUT) if isinstance(error, NotImplementedError) else _WITHOUT
    if "nested" in name or "NestedTensor" in reason:
        return f"The model makes a nested tensor ({name}), which has no size in memory without its numbers."
    if not any(word in reason.lower() for word in words):
        return ""
    if name in _ASKING:
        return (
            f"The model decides by its tensors' values, or calculates with them in Python ({name}); they are unknown "
            "in an analysis, which has sizes alone."
        )
    if name in _SIZED:
        return f"The size of what {name} makes depends on its tensors' values, which are unknown in an analysis."
    return (
        f"The model calls {name}, which torch cannot run without numbers: it has no rule for the size of what that "
        "makes. For an operator of one's own, torch.library.register_fake gives it one."
    )
