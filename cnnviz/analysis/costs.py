"""Multiply-accumulates of one operation: one small function a kind, in one table."""

from collections.abc import Callable
from math import isqrt, prod
from typing import Any

from cnnviz import arithmetic
from cnnviz.analysis import recurrent
from cnnviz.analysis.functions import COSTLESS
from cnnviz.analysis.operations import Operation


def macs_of(op: Operation) -> int | None:
    """Return the MACs of an operation by the convention of cnnviz.arithmetic, or None when its cost is not known."""
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
    **dict.fromkeys(recurrent.LAYERS | recurrent.CELLS, recurrent.macs),
}
