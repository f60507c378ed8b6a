"""Multiply-accumulates of one operation: one small function a kind, in one table; users can add theirs."""

from collections.abc import Callable
from math import isqrt, prod
from typing import Any

from cnnviz import arithmetic
from cnnviz.analysis import recurrent
from cnnviz.analysis.functions import COSTLESS
from cnnviz.analysis.measured import AUTOGRAD, TRANSFORMED
from cnnviz.analysis.operations import Operation, function_name
from cnnviz.errors import ModelError

Cost = Callable[[Operation], int]

# What users have registered, by the name of the operation.
REGISTERED: dict[str, Cost] = {}


def register_cost(op: str | Callable[..., Any], function: Cost | None) -> None:
    """Teach the analysis what an operation costs, such as one that `report.unknown` names.

        >>> import torch
        >>> from math import prod
        >>> from cnnviz.analysis import analyze, register_cost
        >>> class Distances(torch.nn.Module):
        ...     def forward(self, points):
        ...         return torch.cdist(points, points)
        >>> report = analyze(Distances(), (1, 100, 3))
        >>> report.macs, report.unknown
        (0, ('cdist',))
        >>> register_cost("cdist", lambda op: prod(op.outputs[0].shape) * op.inputs[0].shape[-1])
        >>> report = analyze(Distances(), (1, 100, 3))
        >>> report.macs, report.unknown
        (30000, ())
        >>> register_cost("cdist", None)

    `op` is the name in `report.unknown` ("cdist"; "gram" or "mine::gram" for a custom operator), or the function or
    operator itself: torch.cdist, torch.ops.mine.gram, what torch.library.custom_op returns. `function` gets the
    operation as it was called, and returns its multiply-accumulates, for the whole batch. `op.inputs` and `op.outputs`
    hold a record for each tensor, with its `shape`; `op.get(position, keyword, default)` is an argument, a record where
    that is a tensor. What is registered goes before what cnnviz knows itself, so a convention can be changed as well;
    None takes it back. It holds for this process and for reports that are made afterwards.

    Raises ModelError where `op` has no name or `function` cannot be called; an analysis does where it returns anything
    but a whole number of at least 0.
    """
    name = op.split("::")[-1] if isinstance(op, str) else _name_of(op)
    if not name.isidentifier():
        raise ModelError(f"{op!r} is no operation; give its name as report.unknown has it, such as 'cdist'.")
    if function is None:
        REGISTERED.pop(name, None)
    elif callable(function):
        REGISTERED[name] = function
    else:
        raise ModelError(f"The cost of {name} is {function!r}; it must be a function of the operation.")


def _name_of(op: Callable[..., Any]) -> str:
    # What torch.library.custom_op returns has no __name__, but the operator that it made has.
    return function_name(getattr(op, "_opoverload", op))


def macs_of(op: Operation) -> int | None:
    """Return the MACs of an operation by the convention of cnnviz.arithmetic, or None when its cost is not known."""
    if op.name in REGISTERED:
        macs = REGISTERED[op.name](op)
        if isinstance(macs, bool) or not isinstance(macs, int) or macs < 0:
            raise ModelError(f"The cost registered for {op.name} is {macs!r}; it must be a whole number, 0 or more.")
        return macs
    if op.name in COSTLESS:
        return 0
    rule = MACS.get(op.name)
    return rule(op) if rule else None


def _convolution(op: Operation) -> int:
    weight = op.get(1, "weight").shape
    return arithmetic.conv_macs(op.outputs[0].shape, weight[1], weight[2:])


def _transposed(op: Operation) -> int:
    weight = op.get(1, "weight").shape
    return arithmetic.conv_transpose_macs(op.get(0, "input").shape, weight[1], weight[2:])


def _linear(op: Operation) -> int:
    return arithmetic.matmul_macs(op.outputs[0].shape, op.get(0, "input").shape[-1])


def _product(op: Operation) -> int:
    left, right = op.inputs[:2]
    return arithmetic.matmul_macs(op.outputs[0].shape, (right if op.name == "rmatmul" else left).shape[-1])


def _added_product(op: Operation) -> int:
    left = op.inputs[1].shape
    batches = left[0] if op.name == "addbmm" else 1
    return arithmetic.matmul_macs(op.outputs[0].shape, left[-1]) * batches


def _attention(op: Operation) -> int:
    query, key, value = (op.get(place, name).shape for place, name in enumerate(("query", "key", "value")))
    return arithmetic.attention_macs(prod(query[:-2]), query[-2], key[-2], query[-1], value[-1])


def _multi_head_attention(op: Operation) -> int:
    """Projections of query, key and value, attention over all heads together, and the output's projection."""
    query, key, value = (op.get(place, name).shape for place, name in enumerate(("query", "key", "value")))
    batch, features = prod(query[1:-1]), query[-1]
    projections = prod(query) * features + prod(key) * features + prod(value) * features
    more = sum(op.get(place, name) is not None for place, name in ((7, "bias_k"),)) + bool(op.get(9, "add_zero_attn"))
    scores = arithmetic.attention_macs(batch, query[0], key[0] + more, features, features)
    return int(projections + scores + prod(query) * features)


def _einsum(op: Operation) -> int | None:
    """Two operands at a time, from the left; a label that one alone has and nobody wants is summed away before.

    Where nothing is summed it is a multiplication of each by each, as `*` is, and no product of matrices.
    """
    equation: Any = op.arguments[0]
    operands = op.inputs
    if not isinstance(equation, str) or "." in equation:
        return None
    terms, _, wanted = equation.replace(" ", "").partition("->")
    if "->" not in equation:
        wanted = "".join(label for label in terms if label.isalpha() and terms.count(label) == 1)
    labels = [set(term) for term in terms.split(",")]
    sizes = {
        label: size
        for term, value in zip(terms.split(","), operands, strict=True)
        for label, size in zip(term, value.shape, strict=True)
    }
    total = 0
    left = labels[0]
    for place, right in enumerate(labels[1:], 1):
        later = set(wanted).union(*labels[place + 1 :])
        if (left & right) - later:
            total += prod(sizes[label] for label in (left | right) & (later | (left & right)))
        left = (left | right) & later
    return total


def _deformable(op: Operation) -> int:
    """As a convolution; the bilinear reading of its inputs is not counted."""
    weight = op.inputs[1].shape
    return arithmetic.conv_macs(op.outputs[0].shape, weight[1], weight[2:])


def _tensordot(op: Operation) -> int | None:
    """Every pair of elements that agree in the summed dimensions is multiplied."""
    left, right = op.inputs[:2]
    made = prod(op.outputs[0].shape)
    summed = prod(left.shape) * prod(right.shape) // made if made else 0
    return made * isqrt(summed)


MACS: dict[str, Callable[[Operation], int | None]] = {
    **dict.fromkeys(("conv1d", "conv2d", "conv3d"), _convolution),
    **dict.fromkeys(("conv_transpose1d", "conv_transpose2d", "conv_transpose3d"), _transposed),
    "linear": _linear,
    **dict.fromkeys(("matmul", "rmatmul", "mm", "bmm", "mv", "dot"), _product),
    **dict.fromkeys(("addmm", "addmv", "addbmm", "baddbmm"), _added_product),
    "scaled_dot_product_attention": _attention,
    "multi_head_attention_forward": _multi_head_attention,
    "einsum": _einsum,
    "tensordot": _tensordot,
    "deform_conv2d": _deformable,
    **dict.fromkeys((AUTOGRAD, TRANSFORMED), lambda op: int(op.keywords["macs"])),
    **dict.fromkeys(recurrent.LAYERS | recurrent.CELLS, recurrent.macs),
}
