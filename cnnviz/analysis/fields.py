"""The field of every tensor of a trace: one rule a function, in one table."""

from collections.abc import Callable
from typing import Any

from cnnviz.analysis import contractions, convolutions, indexing, joins, mixtures, patches, views, windows
from cnnviz.analysis.field import Field, Lost, lose, of_image
from cnnviz.analysis.functions import (
    ADAPTIVE_POOLS,
    CONSTANT,
    CONVOLUTIONS,
    EXPANDING,
    PERMUTING,
    POINTWISE,
    POOLS,
    REDUCING,
    RESHAPING,
    UNARY,
)
from cnnviz.analysis.measured import AUTOGRAD
from cnnviz.analysis.operations import Operation, Trace, Value

Rule = Callable[[Operation, windows.Get], "Field | list[Field | None] | None"]


def fields_of(trace: Trace) -> list[Field | None]:
    """Return the field of every call's output, None where the image does not reach it or has no positions.

    Of several inputs the image is the first that has positions, (N, C, ...).
    """
    image = next((value for value in trace.inputs if len(value.shape) > 2), trace.inputs[0])
    known: dict[int, Field | None] = {image.number: of_image(image.shape)}

    def get(value: Any) -> Field | None:
        return known.get(value.number) if isinstance(value, Value) else None

    outputs = []
    for call in trace.calls:
        for operation in call.operations:
            _follow(operation, get, known)
        outputs.append(get(call.output))
    return outputs


def _follow(op: Operation, get: windows.Get, known: dict[int, Field | None]) -> None:
    if op.name in UNARY:
        known[op.outputs[0].number] = get(op.arguments[0] if op.arguments else op.get(0, "input"))
        return
    made = RULES.get(op.name, mixtures.untracked)(op, get)
    fields = made if isinstance(made, list) else [made] * len(op.outputs)
    for value, field in zip(op.outputs, fields, strict=True):
        known[value.number] = field
    written = next((field for field in fields if field), None)
    for alias in op.aliases:
        if field := known.get(alias.number) or written:
            # How a view of written memory lies in it is not followed.
            known[alias.number] = lose(field, range(len(alias.shape)), f"{op.name} wrote into it through another view")


def _nothing(op: Operation, get: windows.Get) -> None:
    return None


def _gradient(op: Operation, get: windows.Get) -> list[Field | None]:
    """Even of a sum over all positions the gradient at one need not depend on the others."""
    raw = next((found for value in op.inputs if (found := get(value))), None)

    def lost(made: Value) -> Field | None:
        axis = Lost(frozenset(range(len(made.shape))), "a gradient is not followed")
        return raw and raw.each(lambda _, place: axis)

    return list(map(lost, op.outputs))


RULES: dict[str, Rule] = {
    AUTOGRAD: _gradient,
    **dict.fromkeys(POINTWISE, mixtures.pointwise),
    **dict.fromkeys(CONSTANT, _nothing),
    **dict.fromkeys(RESHAPING, views.reshape),
    **dict.fromkeys(PERMUTING, views.permute),
    **dict.fromkeys(EXPANDING, views.expand),
    **dict.fromkeys(REDUCING, mixtures.reduction),
    **dict.fromkeys(
        CONVOLUTIONS, lambda op, get: (windows.transposed if "transpose" in op.name else windows.convolution)(op, get)
    ),
    "convolution": lambda op, get: RULES[convolutions.usual(op).name](convolutions.usual(op), get),
    "conv_tbc": windows.convolution_steps_first,
    **dict.fromkeys(POOLS, windows.pool),
    **dict.fromkeys(ADAPTIVE_POOLS, windows.adaptive_pool),
    **dict.fromkeys(("pad", "constant_pad_nd"), windows.pad),
    **dict.fromkeys(("interpolate", "upsample"), windows.interpolate),
    "pixel_shuffle": windows.pixel_shuffle,
    "pixel_unshuffle": windows.pixel_unshuffle,
    "unfold": patches.unfold,
    "fold": patches.fold,
    "repeat_interleave": windows.repeat_interleave,
    "grid_sample": windows.grid_sample,
    **dict.fromkeys(("channel_shuffle", "native_channel_shuffle"), mixtures.pointwise),
    "copy": mixtures.copied,
    **dict.fromkeys(("softmax", "log_softmax", "softmin"), mixtures.softmax),
    "normalize": mixtures.normalize,
    **dict.fromkeys(("layer_norm", "rms_norm"), mixtures.layer_norm),
    "group_norm": mixtures.group_norm,
    "instance_norm": mixtures.instance_norm,
    "batch_norm": mixtures.batch_norm,
    "linear": mixtures.linear,
    **dict.fromkeys(contractions.RULES, mixtures.contraction),
    "cdist": mixtures.distances,
    "scaled_dot_product_attention": mixtures.attention,
    "multi_head_attention_forward": mixtures.multi_head_attention,
    "getitem": indexing.getitem,
    "setitem": indexing.setitem,
    "select": indexing.select,
    "narrow": indexing.narrow,
    "index_select": indexing.index_select,
    **dict.fromkeys(("split", "chunk", "tensor_split", "unbind", "split_with_sizes"), joins.split),
    **dict.fromkeys(("cat", "concat", "concatenate"), joins.cat),
    "stack": joins.stack,
    **dict.fromkeys(("roll", "flip", "cumsum", "cumprod"), joins.along),
}
