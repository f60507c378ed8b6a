"""Multiply-accumulates of one operation: one small function a kind, in one table; users can add theirs."""

from collections.abc import Callable
from math import prod
from typing import Any

from cnnviz import arithmetic
from cnnviz.analysis import contractions, convolutions, recurrent
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
        >>> class Whitening(torch.nn.Module):
        ...     def forward(self, covariance):
        ...         return torch.linalg.cholesky(covariance)
        >>> report = analyze(Whitening(), (2, 30, 30))
        >>> report.macs, report.unknown
        (0, ('linalg_cholesky',))
        >>> register_cost("linalg_cholesky", lambda op: prod(op.outputs[0].shape) * op.inputs[0].shape[-1] // 6)
        >>> report = analyze(Whitening(), (2, 30, 30))
        >>> report.macs, report.unknown
        (9000, ())
        >>> register_cost("linalg_cholesky", None)

    `op` is the name in `report.unknown` ("linalg_cholesky"; "gram" or "mine::gram" for a custom operator), or the
    function or operator itself: torch.linalg.cholesky, torch.ops.mine.gram, what torch.library.custom_op returns.
    `function` gets the operation as it was called, and returns its multiply-accumulates, for the whole batch.
    `op.inputs` and `op.outputs` hold a record for each tensor, with its `shape`; `op.get(position, keyword, default)`
    is an argument, a record where that is a tensor. What is registered goes before what cnnviz knows itself, so a
    convention can be changed as well; None takes it back. It holds for this process and for reports made afterwards.

    Raises ModelError where `op` has no name or `function` cannot be called; an analysis does where it returns anything
    but a whole number of at least 0.
    """
    name = op.split("::")[-1] if isinstance(op, str) else _name_of(op)
    if not name.isidentifier():
        raise ModelError(f"{op!r} is no operation; give its name as report.unknown has it, such as 'linalg_cholesky'.")
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


def _convolution_steps_first(op: Operation) -> int:
    *kernel, channels, _ = op.get(1, "weight").shape
    return arithmetic.conv_macs(op.outputs[0].shape, channels, kernel)


def _linear(op: Operation) -> int:
    return arithmetic.matmul_macs(op.outputs[0].shape, op.get(0, "input").shape[-1])


def _attention(op: Operation) -> int:
    query, key, value = (op.get(place, name).shape for place, name in enumerate(("query", "key", "value")))
    return arithmetic.attention_macs(prod(op.outputs[0].shape[:-2]), query[-2], key[-2], query[-1], value[-1])


def _multi_head_attention(op: Operation) -> int:
    """Projections of query, key and value, attention over all heads together, and the output's projection."""
    query, key, value = (op.get(place, name).shape for place, name in enumerate(("query", "key", "value")))
    batch, features = prod(query[1:-1]), query[-1]
    projections = prod(query) * features + prod(key) * features + prod(value) * features
    more = sum(op.get(place, name) is not None for place, name in ((7, "bias_k"),)) + bool(op.get(9, "add_zero_attn"))
    scores = arithmetic.attention_macs(batch, query[0], key[0] + more, features, features)
    return int(projections + scores + prod(query) * features)


def _deformable(op: Operation) -> int:
    """As a convolution; the bilinear reading of its inputs is not counted."""
    weight = op.inputs[1].shape
    return arithmetic.conv_macs(op.outputs[0].shape, weight[1], weight[2:])


def _distances(op: Operation) -> int:
    """Every difference times itself, in the Euclidean norm alone."""
    left, p = op.get(0, "x1").shape, op.get(2, "p", 2.0)
    return arithmetic.matmul_macs(op.outputs[0].shape, left[-1]) if p == 2 else 0


def _power(op: Operation) -> int | None:
    """Squares, and products of those that the binary digits of the exponent name; to the third, two products."""
    exponent = op.get(1, "n")
    if not isinstance(exponent, int) or exponent < 0:
        return None
    products = exponent.bit_length() - 1 + exponent.bit_count() - 1 if exponent else 0
    return products * arithmetic.matmul_macs(op.outputs[0].shape, op.outputs[0].shape[-1])


MACS: dict[str, Callable[[Operation], int | None]] = {
    **dict.fromkeys(("conv1d", "conv2d", "conv3d"), _convolution),
    **dict.fromkeys(("conv_transpose1d", "conv_transpose2d", "conv_transpose3d"), _transposed),
    "linear": _linear,
    "conv_tbc": _convolution_steps_first,
    "convolution": lambda op: (_transposed if op.get(6, "transposed") else _convolution)(convolutions.usual(op)),
    **dict.fromkeys(contractions.RULES, contractions.macs),
    **dict.fromkeys(("linalg_multi_dot", "chain_matmul"), contractions.chain_macs),
    **dict.fromkeys(("matrix_power", "linalg_matrix_power"), _power),
    "cdist": _distances,
    # Numbers are multiplied each by each, and nothing is summed; or a weight is divided by its norm.
    **dict.fromkeys(("kron", "cross", "linalg_cross", "weight_norm"), lambda op: 0),
    "scaled_dot_product_attention": _attention,
    "multi_head_attention_forward": _multi_head_attention,
    "deform_conv2d": _deformable,
    **dict.fromkeys((AUTOGRAD, TRANSFORMED), lambda op: int(op.keywords["macs"])),
    **dict.fromkeys(recurrent.LAYERS | recurrent.CELLS, recurrent.macs),
}
