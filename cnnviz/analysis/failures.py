"""Where a model failed and why, as a sentence: "features.3 (Conv2d) expects 16 channels and gets 8"."""

from collections.abc import Iterator
from pathlib import Path

import torch
from torch import Tensor, nn

from cnnviz.analysis import refusals_numbers
from cnnviz.analysis.extents import number_of, replace
from cnnviz.analysis.nested import tensors_in
from cnnviz.analysis.operations import function_name, writes_in_place
from cnnviz.analysis.refusals import Refused, reason
from cnnviz.analysis.refusals_axes import shown
from cnnviz.analysis.refusals_modules import refused_by
from cnnviz.analysis.refusals_phrases import rephrased
from cnnviz.calls import Failure, failure_of
from cnnviz.errors import ModelError, ShapeError

_OUTSIDE = str(Path(torch.__file__).parent), str(Path(__file__).parents[1])


def told(error: BaseException) -> str:
    """Return torch's own words, or the model's: the first line of a message."""
    return str(error).strip().split("\n")[0].rstrip(".!") or type(error).__name__


def sentence(error: Exception, size: str) -> ShapeError | ModelError:
    """Return the error for a user whose model fails on an input of `size`, written as 1x3x32x32."""
    if found := explained(error):
        return ShapeError(f"The model cannot run on an input of size {size}: {found}.")
    kind = ShapeError if isinstance(error, RuntimeError | ValueError | AssertionError | IndexError) else ModelError
    return kind(f"The model cannot run on an input of size {size}: {located(error)}.")


def explained(error: BaseException) -> str | None:
    """Return where and why sizes, types or indices do not fit; None where that is not what is wrong."""
    failure = failure_of(error)
    found = failure and _why(error, failure)
    return f"{place(error, failure)} {found}" if failure and found else None


def located(error: BaseException) -> str:
    """Return torch's own words, or the model's, with the place where they were said."""
    failure = failure_of(error)
    if failure is None:
        return told(error)
    sizes = " and ".join(dict.fromkeys(shown(item.shape) for item in _given(failure)))
    known = RuntimeError | ValueError | AssertionError | IndexError
    words = told(error).removeprefix(f"{failure.kind}: ")
    words = words if isinstance(error, known) else f"{type(error).__name__}, {words}"
    return f"{place(error, failure)} cannot take {sizes or 'its input'}: {words}"


def place(error: BaseException, failure: Failure) -> str:
    """Return the name of what failed: a layer's with its kind; a function's with what ran before and the line."""
    if failure.module is not None:
        return f"{failure.name} ({failure.kind})" if failure.name else failure.kind
    after = [f"after {failure.after}"] if failure.after else []
    line = [f"{Path(name).name}, line {number}" for name, number in list(_lines(error))[-1:]]
    return f"{failure.name} ({', '.join((*after, *line))})" if after or line else failure.name


def _lines(error: BaseException) -> Iterator[tuple[str, int]]:
    """Yield the lines of the model's own code that were running, the innermost last."""
    trace = error.__traceback__
    while trace is not None:
        name = trace.tb_frame.f_code.co_filename
        if not name.startswith(_OUTSIDE):
            yield name, trace.tb_lineno
        trace = trace.tb_next


def _given(failure: Failure) -> list[Tensor]:
    """Return what a function was given, and of a layer's what is not its own."""
    found = tensors_in((failure.arguments, dict(failure.keywords)))
    return found if failure.module is None else [item for item in found if not isinstance(item, nn.Parameter)]


def _why(error: BaseException, failure: Failure) -> str | None:
    if isinstance(error, Refused):
        return str(error)
    if (function := failure.function) is not None:
        name = function_name(function)
        arguments, keywords = replace((failure.arguments, dict(failure.keywords)), number_of)
        writes = writes_in_place(function, keywords)
        found = reason(name, arguments, keywords) or refusals_numbers.wrong(function, name, arguments, keywords, writes)
        return found or rephrased(told(error), _given(failure))
    return _of_module(told(error), failure)


def _of_module(words: str, failure: Failure) -> str | None:
    """Return why a module of torch.nn refuses an input itself, before any function runs."""
    if failure.module is not None and failure.function is None:
        arguments, keywords = replace((failure.arguments, dict(failure.keywords)), number_of)
        if found := refused_by(failure.module, arguments, keywords):
            return found
    return rephrased(words, _given(failure))
