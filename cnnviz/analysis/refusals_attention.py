"""What attention refuses: queries, keys, values and masks that do not go together."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from cnnviz.analysis.refusals_axes import counted, shown
from cnnviz.analysis.refusals_layers import features
from cnnviz.analysis.refusals_products import broadcast
from cnnviz.analysis.refusals_types import named


def multi_head_attention(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    embed_dim: int,
    heads: int,
    *_: Any,
    key_padding_mask: Tensor | None = None,
    attn_mask: Tensor | None = None,
    use_separate_proj_weight: bool = False,
    k_proj_weight: Tensor | None = None,
    v_proj_weight: Tensor | None = None,
    **__: Any,
) -> str | None:
    """Of torch.nn.functional, whose sequences are (L, N, features) or (L, features)."""
    if wrong := _together(query, key, value):
        return wrong
    keys = k_proj_weight.shape[1] if use_separate_proj_weight and k_proj_weight is not None else embed_dim
    values = v_proj_weight.shape[1] if use_separate_proj_weight and v_proj_weight is not None else embed_dim
    wrong = features(query, embed_dim, "embed_dim") or features(key, keys, "kdim") or features(value, values, "vdim")
    batch = query.shape[1] if query.dim() == 3 else None
    wrong = wrong or _mask(attn_mask, query.shape[0], key.shape[0], (batch or 1) * heads)
    return wrong or _padding_mask(key_padding_mask, key.shape[0], batch)


def _together(query: Tensor, key: Tensor, value: Tensor) -> str | None:
    ranks = {item.dim() for item in (query, key, value)}
    if query.dim() not in (2, 3) or len(ranks) > 1:
        sizes = " and ".join(dict.fromkeys(shown(item.shape) for item in (query, key, value)))
        return f"reads sequences of 3 dimensions, or of 2 without a batch, and gets {sizes}"
    batches = [item.shape[1] if item.dim() == 3 else 1 for item in (query, key, value)]
    if len(set(batches)) > 1:
        return f"gets {counted(batches[0], 'sequence')} of queries, {batches[1]} of keys and {batches[2]} of values"
    if key.shape[0] != value.shape[0]:
        return f"gets {counted(key.shape[0], 'key')} and {counted(value.shape[0], 'value')}; both must be as many"
    return None


def _mask(mask: Tensor | None, queries: int, keys: int, maps: int) -> str | None:
    if mask is None:
        return None
    if wrong := mask_type("an attention", mask):
        return wrong
    if tuple(mask.shape) in ((queries, keys), (maps, queries, keys)):
        return None
    return (
        f"has an attention mask of size {shown(mask.shape)} for {counted(queries, 'query').replace('ys', 'ies')} and "
        f"{counted(keys, 'key')}; {queries}x{keys} would be right, or {maps}x{queries}x{keys}, one for each head"
    )


def mask_type(kind: str, mask: Tensor | None) -> str | None:
    """A mask is of truth values, or of numbers to add."""
    if mask is None or mask.dtype == torch.bool or mask.is_floating_point():
        return None
    return f"has {kind} mask of {named(mask)}; it must be of bool or of floating-point numbers"


def _padding_mask(mask: Tensor | None, keys: int, batch: int | None) -> str | None:
    if mask is None:
        return None
    if wrong := mask_type("a padding", mask):
        return wrong
    right = (keys,) if batch is None else (batch, keys)
    if tuple(mask.shape) == right:
        return None
    sequences = "" if batch is None else f"{counted(batch, 'sequence')} of "
    return (
        f"has a padding mask of size {shown(mask.shape)} for {sequences}{counted(keys, 'key')}; "
        f"{shown(right)} would be right"
    )


def native_attention(
    query: Tensor, key: Tensor, value: Tensor, embed_dim: int, heads: int, *rest: Any, **_: Any
) -> str | None:
    """What torch runs in its place on a CPU where no gradient is asked for, on (N, L, features)."""
    one, other, last = (item.transpose(0, 1) if item.dim() == 3 else item for item in (query, key, value))
    mask, kind = (rest[4], rest[7]) if len(rest) > 7 else (None, None)
    padding = mask if kind == 1 else None
    return multi_head_attention(
        one, other, last, embed_dim, heads, key_padding_mask=padding, attn_mask=None if kind == 1 else mask
    )


def _attention(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    attn_mask: Any = None,
    dropout_p: float = 0.0,
    is_causal: bool = False,
    **_: Any,
) -> str | None:
    sizes = f"queries {shown(query.shape)}, keys {shown(key.shape)} and values {shown(value.shape)}"
    if query.shape[-1] != key.shape[-1]:
        return f"gets {sizes}; queries and keys differ in their last size, {query.shape[-1]} and {key.shape[-1]}"
    if key.shape[-2] != value.shape[-2]:
        return f"gets {sizes}; there are {key.shape[-2]} keys for {value.shape[-2]} values"
    wrong = broadcast([tuple(item.shape[:-2]) for item in (query, key, value)])
    if is_causal and attn_mask is not None:
        return "is causal and has a mask as well; one of both is enough"
    if not wrong and isinstance(attn_mask, Tensor):
        return broadcast([tuple(attn_mask.shape), (*query.shape[:-1], key.shape[-2])])
    return wrong


STRICT: dict[str, Callable[..., str | None]] = {
    "multi_head_attention_forward": multi_head_attention,
    "scaled_dot_product_attention": _attention,
    "native_multi_head_attention": native_attention,
}
