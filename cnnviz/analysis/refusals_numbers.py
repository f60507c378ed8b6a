"""What eager torch refuses for the types, the numbers or the memory of what it is given: the sentences for it."""

import re
from collections.abc import Callable, Mapping
from typing import Any

import torch

from cnnviz.analysis.eagerly import trial, types_that_run
from cnnviz.analysis.functions import words
from cnnviz.analysis.nested import tensors_in
from cnnviz.analysis.refusals_axes import shown
from cnnviz.analysis.refusals_memory import read_in_another_order, repeated
from cnnviz.analysis.refusals_phrases import rephrased
from cnnviz.analysis.refusals_types import named

Function = Callable[..., Any]
Arguments = tuple[Any, ...]

_CAST = re.compile(r"result type (\w+) can't be cast to the desired output type ([\w ]+)")
_OF_TYPES = re.compile(r"implemented for|not supported|type")
_EXPECTS = re.compile(r"expects (?:to return )?(.+?), but (?:got|found) (.+)")
_MUST = re.compile(r"(?:must|has to) be (?:in )?(.+?),? but got (.+)")
_SUBTRACTIONS = words("sub subtract rsub")


def wrong(function: Function, name: str, arguments: Arguments, keywords: Mapping[str, Any], writes: bool) -> str | None:
    """Return why eager torch refuses a function whose tensors' sizes go together, None where it does not."""
    if writes and (found := read_in_another_order(name, arguments, keywords.get("out"))):
        return found
    error = trial(function, name, arguments, keywords)
    return _told(error, function, name, arguments, keywords) if isinstance(error, Exception) else None


def _told(error: Exception, function: Function, name: str, arguments: Arguments, keywords: Mapping[str, Any]) -> str:
    text = str(error).split("\n")[0].rstrip(".")
    given = tensors_in((arguments, dict(keywords)))
    target = keywords.get("out", given[0] if given else None)
    if match := _CAST.search(text):
        return (
            f"makes {_type(match[1])}, which cannot be written into {named(target)}; .float() before it would be right"
        )
    if "single memory location" in text:
        return repeated(target)
    if name in _SUBTRACTIONS and "bool" in text:
        return "subtracts with bool, which torch does not; ~ inverts a mask, and .float() makes numbers of it"
    if name in ("neg", "negative"):
        return "negates bool, which torch does not; ~ inverts a mask, and .float() makes numbers of it"
    if "doesn't match the broadcast shape" in text:
        return f"writes into {shown(target.shape)} what is larger; x + y makes a new tensor, of the size of both"
    if "ZeroDivision" in text:
        return "divides whole numbers by 0"
    if "negative integer powers" in text:
        return "raises whole numbers to a negative power; .float() before it would be right"
    found = _of_types(function, name, arguments, keywords) or rephrased(text, given)
    if not found and _OF_TYPES.search(text):
        return f"gets {' and '.join(dict.fromkeys(map(named, given)))}, which torch's {name} does not take so"
    return found or _of_numbers(text, name)


def _of_types(function: Function, name: str, arguments: Arguments, keywords: Mapping[str, Any]) -> str | None:
    right = types_that_run(function, name, arguments, keywords)
    kinds = list(dict.fromkeys(named(item) for item in tensors_in((arguments, dict(keywords)))))
    if not right or not kinds:
        return None
    if len(kinds) == 1:
        return f"gets {kinds[0]}, which torch's {name} does not take; {' or '.join(right)} would be right"
    return f"gets {' and '.join(kinds)}, which do not go together; {' or '.join(right)} for all would be right"


def _of_numbers(text: str, name: str) -> str:
    if match := _EXPECTS.search(text):
        return f"expects {match[1]}, and gets {match[2]}"
    if match := _MUST.search(text):
        return f"takes numbers {match[1]}, and gets {match[2]}"
    return f"is refused by torch: {text.removeprefix(f'{name}(): ')}"


def _type(name: str) -> str:
    """Return the type that torch's messages call Float, or long int, as it is written in code."""
    kind = getattr(torch, f"{name}Tensor", None)
    return str(kind.dtype).removeprefix("torch.") if kind is not None else name
