"""What a function makes on the meta device, where eager torch has the last word."""

from collections.abc import Callable
from typing import Any

import torch

from cnnviz.analysis import refusals_numbers
from cnnviz.analysis.eagerly import made_elsewhere
from cnnviz.analysis.memory_formats import as_on_a_cpu
from cnnviz.analysis.output_sizes_fast import fast_output
from cnnviz.analysis.refusals import Refused, refuse
from cnnviz.analysis.repeated_calls import RepeatedCalls
from cnnviz.operators import Operator

Function = Callable[..., Any]
Arguments = tuple[Any, ...]


def output_of(
    function: Function,
    name: str,
    arguments: Arguments,
    keywords: dict[str, Any],
    real: Any,
    writes: bool,
    repeated: RepeatedCalls,
) -> Any:
    """Return what a function makes of tensors without numbers, and refuse what eager torch would refuse.

    `real` are the arguments where some of them have numbers, which are known; `writes` tells that it writes in place.
    """
    known, with_gradients = real or (arguments, keywords), torch.is_grad_enabled()
    if isinstance(function, Operator):
        if function.is_translated:
            refuse(name, *known)
        output = function(*arguments, **keywords)
    else:
        output = None if with_gradients else fast_output(function, name, arguments, keywords)
        if output is not None:
            return output
        refuse(name, *known)
        output = _as_eager(function, name, arguments, keywords, writes, repeated)
    # A tensor in another order would be none that autograd knows.
    return output if with_gradients else as_on_a_cpu(name, arguments, keywords, output)


def _as_eager(
    function: Function,
    name: str,
    arguments: Arguments,
    keywords: dict[str, Any],
    writes: bool,
    repeated: RepeatedCalls,
) -> Any:
    """Run a function, and let eager torch have its way where the meta device knows more or less of numbers."""
    # A function may change its argument's shape in place.
    wrong = refusals_numbers.wrong(function, name, arguments, keywords, writes)
    try:
        output = repeated.run(function, arguments, keywords)
    except Exception:
        output = made_elsewhere(function, name, arguments, keywords, writes)
        if output is None:
            raise
    if wrong:
        raise Refused(wrong)
    return output
