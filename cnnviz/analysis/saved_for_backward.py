"""What autograd keeps for the backward pass of each function, as PyTorch does on a CPU: one small rule a kind.

A rule gives the tensors that are kept as they are, and numbers of bytes of what is kept besides, such as the indices
of a max-pool. Parameters and buffers are in memory anyway and are left out by who asks.
"""

from collections.abc import Callable
from math import prod

from cnnviz.analysis import recurrent
from cnnviz.analysis.functions import ADAPTIVE_POOLS, CONVOLUTIONS, COSTLESS, POOLS, words
from cnnviz.analysis.memory_terms import Kept, Merged, Needs, bytes_each, copy_of
from cnnviz.analysis.operations import Operation, Value


def kept_by(op: Operation, needs: Needs) -> Kept:
    """Return what is kept of an operation some input of which `needs` a gradient."""
    rule = RULES.get(op.name)
    if rule is not None:
        return rule(op, needs)
    # The most that a function which is not known can keep of what is visible.
    return [] if op.name in COSTLESS else [*op.inputs, *op.outputs]


def _first(op: Operation) -> Value:
    value: Value = op.arguments[0] if op.arguments else op.get(0, "input")
    return value


def _input(op: Operation, needs: Needs) -> Kept:
    return [_first(op)]


def _output(op: Operation, needs: Needs) -> Kept:
    return list(op.outputs[:1])


def _input_or_copy(op: Operation, needs: Needs) -> Kept:
    """A function whose gradient needs what it overwrites keeps a copy of that."""
    return [copy_of(_first(op))] if op.writes else [_first(op)]


def _both_ends(op: Operation, needs: Needs) -> Kept:
    return [_first(op), op.outputs[0]]


def _product(op: Operation, needs: Needs) -> Kept:
    """The gradient of each factor is made of the other one."""
    values = list(op.inputs)
    if op.name.startswith("add"):
        values = values[1:]
    if len(values) < 2:
        return []
    one, other = values[:2]
    if op.name in ("matmul", "rmatmul", "linalg_matmul", "einsum") and min(len(one.shape), len(other.shape)) > 2:
        return [*([Merged(one)] if needs(other) else []), *([Merged(other)] if needs(one) else [])]
    kept: Kept = [other] if needs(one) else []
    if needs(other):
        kept.append(copy_of(one) if op.writes and op.name == "mul" else one)
    return kept


def _linear(op: Operation, needs: Needs) -> Kept:
    image, weight = op.get(0, "input"), op.get(1, "weight")
    return [image] * needs(weight) + [weight] * needs(image)


def _convolution(op: Operation, needs: Needs) -> Kept:
    return [op.get(0, "input"), op.get(1, "weight")]


def _max_pool(op: Operation, needs: Needs) -> Kept:
    return [_first(op), bytes_each(op.outputs[0], 8)]


def _adaptive_average(op: Operation, needs: Needs) -> Kept:
    """With one output a channel it is a mean, which keeps nothing."""
    rank = int(op.name[op.name.index("pool") + 4])
    single = prod(op.outputs[0].shape[-rank:]) == 1
    return [] if single and op.name.startswith("adaptive_avg") else [_first(op)]


def _lp_pool(op: Operation, needs: Needs) -> Kept:
    return [_first(op), copy_of(_first(op)), copy_of(op.outputs[0], 5)]


def _batch_norm(op: Operation, needs: Needs) -> Kept:
    """The input, and mean and deviation of each channel."""
    image = _first(op)
    return [image, lambda of: 2 * image.itemsize * of(image)[1]]


def _instance_norm(op: Operation, needs: Needs) -> Kept:
    image = _first(op)
    return [image, lambda of: 2 * image.itemsize * prod(of(image)[:2])]


def _group_norm(op: Operation, needs: Needs) -> Kept:
    image, groups = _first(op), op.get(1, "num_groups")
    return [image, lambda of: 2 * image.itemsize * of(image)[0] * groups]


def _layer_norm(op: Operation, needs: Needs) -> Kept:
    image, rank = _first(op), len(op.get(1, "normalized_shape"))
    return [image, lambda of: 2 * image.itemsize * prod(of(image)[:-rank])]


def _dropout(op: Operation, needs: Needs) -> Kept:
    """The mask, which on a CPU holds floats. In evaluation no dropout runs, but in training it will."""
    image = _first(op)
    whole = op.name[-2:] not in ("1d", "2d", "3d") and not op.name.startswith("feature")
    if not op.get(1, "p", 0.5):
        return []
    return [copy_of(image) if whole else lambda of: image.itemsize * prod(of(image)[:2])]


def _indices(op: Operation, needs: Needs) -> Kept:
    return [value for value in op.inputs if not needs(value)]


def _chosen(op: Operation, needs: Needs) -> Kept:
    """Maxima along a dimension keep where they were."""
    return list(op.outputs[1:])


def _pad(op: Operation, needs: Needs) -> Kept:
    return [] if op.get(2, "mode", "constant") == "constant" else [_first(op)]


def _attention(op: Operation, needs: Needs) -> Kept:
    """Query, key, value, output and a logarithm for each query; the scores themselves are not kept."""
    query = _first(op)
    return [*op.inputs[:3], op.outputs[0], lambda of: query.itemsize * prod(of(query)[:-1])]


def _multi_head_attention(op: Operation, needs: Needs) -> Kept:
    """The inputs, the projections, what was attended, and the scores where they are asked for or dropped from."""
    query, key = op.get(0, "query"), op.get(1, "key")
    heads = op.get(4, "num_heads")
    drops = bool(op.get(10, "dropout_p", 0.0))
    scores = 3 * drops or op.get(15, "need_weights", True)
    kept: Kept = [*op.inputs[:3], copy_of(query, 2 + drops), copy_of(key, 2 + drops)]
    if scores:
        return [*kept, lambda of: scores * query.itemsize * heads * prod(of(query)[:-1]) * of(key)[0]]
    return [*kept, lambda of: query.itemsize * heads * prod(of(query)[:-1])]


def _everything(op: Operation, needs: Needs) -> Kept:
    return list(op.inputs)


def _normalise_by_norm(op: Operation, needs: Needs) -> Kept:
    return [_first(op)]


def _rms_norm(op: Operation, needs: Needs) -> Kept:
    return [_first(op), copy_of(_first(op))]


def _response_norm(op: Operation, needs: Needs) -> Kept:
    return [_first(op), copy_of(_first(op), 3)]


RULES: dict[str, Callable[[Operation, Needs], Kept]] = {
    **dict.fromkeys(
        words("relu sigmoid tanh exp exp2 expm1 sqrt rsqrt reciprocal softmax log_softmax softmin"), _output
    ),
    **dict.fromkeys(words("silu hardswish hardsigmoid hardtanh relu6 mish"), _input_or_copy),
    **dict.fromkeys(
        words(
            """
            leaky_relu elu selu celu gelu softplus hardshrink softshrink threshold prelu abs log log2 log10 log1p square
            sin cos tan asin acos atan sinh cosh erf erfinv clamp clamp_min clamp_max pow logsigmoid softsign glu
            tanhshrink sinc digamma lgamma logit
            """
        ),
        _input,
    ),
    **dict.fromkeys(words("amax amin norm linalg_vector_norm vector_norm prod std logsumexp cumprod"), _both_ends),
    **dict.fromkeys(words("var normalize"), _input),
    **dict.fromkeys(
        words(
            """
            mul multiply div divide truediv true_divide addcmul matmul rmatmul linalg_matmul mm bmm mv dot vdot inner
            outer ger kron linalg_vecdot einsum tensordot addmm baddbmm addbmm addmv addr
            """
        ),
        _product,
    ),
    **dict.fromkeys(words("maximum minimum grid_sample deform_conv2d bilinear atan2 hypot"), _everything),
    "linear": _linear,
    **dict.fromkeys((*CONVOLUTIONS, "convolution", "conv_tbc"), _convolution),
    **dict.fromkeys(POOLS, _input),
    **dict.fromkeys([name for name in POOLS if name.startswith("max")], _max_pool),
    **dict.fromkeys([name for name in POOLS if name.startswith("lp")], _lp_pool),
    **dict.fromkeys(ADAPTIVE_POOLS, _adaptive_average),
    **dict.fromkeys([name for name in ADAPTIVE_POOLS if "max" in name], _max_pool),
    "batch_norm": _batch_norm,
    "instance_norm": _instance_norm,
    "group_norm": _group_norm,
    "layer_norm": _layer_norm,
    "rms_norm": _rms_norm,
    "local_response_norm": _response_norm,
    **dict.fromkeys(
        words("dropout dropout1d dropout2d dropout3d alpha_dropout feature_dropout feature_alpha_dropout"), _dropout
    ),
    **dict.fromkeys(words("embedding gather index_select masked_fill where take_along_dim scatter"), _indices),
    **dict.fromkeys(words("max min topk sort median mode"), _chosen),
    "pad": _pad,
    "scaled_dot_product_attention": _attention,
    "multi_head_attention_forward": _multi_head_attention,
    **dict.fromkeys(recurrent.LAYERS, recurrent.layer_kept),
    **dict.fromkeys(recurrent.CELLS, recurrent.cell_kept),
}
