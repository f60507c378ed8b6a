"""What functions refuse that put tensors together or give them another shape: cnnviz.analysis.refusals for them."""

from collections.abc import Callable, Sequence
from math import prod
from typing import Any

from torch import Tensor

from cnnviz.analysis.functions import POINTWISE, words
from cnnviz.analysis.operations import Shape
from cnnviz.analysis.refusals_indices import dimension
from cnnviz.analysis.refusals_layers import shown


def _sizes(items: Sequence[Any]) -> list[Shape]:
    return [tuple(item.shape) for item in items if isinstance(item, Tensor)]


def _pointwise(*arguments: Any, **keywords: Any) -> str | None:
    return _broadcast(_sizes((*arguments, *keywords.values())))


def _broadcast(sizes: list[Shape]) -> str | None:
    """Sizes that meet, counted from the end, are equal, or one of them is 1."""
    for back in range(1, max(map(len, sizes), default=0) + 1):
        held = [(size[-back], size) for size in sizes if len(size) >= back and size[-back] != 1]
        for extent, size in held[1:]:
            if extent != held[0][0]:
                place = f"dimension {-back}" if back > 1 else "the last dimension"
                return (
                    f"gets {shown(held[0][1])} and {shown(size)}, which differ along {place}, "
                    f"{held[0][0]} and {extent}; both must be equal, or one of them 1"
                )
    return None


def _cat(tensors: Sequence[Tensor], dim: int = 0, **keywords: Any) -> str | None:
    dim = keywords.get("axis", dim)
    sizes = [size for size in _sizes(tensors) if size != (0,)]
    if wrong := dimension(tensors[0], dim):
        return wrong
    for size in sizes[1:]:
        if len(size) != len(sizes[0]):
            return f"joins {shown(sizes[0])} and {shown(size)}; both must have as many dimensions"
        for place, (one, other) in enumerate(zip(sizes[0], size, strict=True)):
            if one != other and place != dim % len(size):
                return (
                    f"joins {shown(sizes[0])} and {shown(size)} along dimension {dim % len(size)}, but they differ "
                    f"along dimension {place} too, {one} and {other}"
                )
    return None


def _stack(tensors: Sequence[Tensor], dim: int = 0) -> str | None:
    sizes = _sizes(tensors)
    for size in sizes[1:]:
        if size != sizes[0]:
            return f"stacks {shown(sizes[0])} and {shown(size)}; all must be of one size"
    return _unsqueeze(tensors[0], dim)


def _product(left: Tensor, right: Tensor, *_: Any) -> str | None:
    one, other = tuple(left.shape), tuple(right.shape)
    if not one or not other:
        return f"multiplies {shown(one)} by {shown(other)}; both need at least one dimension"
    inner = other[-2] if len(other) > 1 else other[0]
    if one[-1] != inner:
        return f"multiplies {shown(one)} by {shown(other)}, whose inner sizes differ, {one[-1]} and {inner}"
    return _broadcast([one[:-2], other[:-2]]) if len(one) > 2 or len(other) > 2 else None


def _batched(left: Tensor, right: Tensor) -> str | None:
    one, other = tuple(left.shape), tuple(right.shape)
    if len(one) != 3 or len(other) != 3:
        return f"multiplies {shown(one)} by {shown(other)}; both must be batches of matrices, with 3 dimensions"
    if one[0] != other[0]:
        return f"multiplies {shown(one)} by {shown(other)}, whose batches differ, {one[0]} and {other[0]}"
    return _product(left, right)


def _added_product(added: Tensor, left: Tensor, right: Tensor, **_: Any) -> str | None:
    return _product(left, right)


def _einsum(equation: str, *operands: Any) -> str | None:
    if len(operands) == 1 and isinstance(operands[0], tuple | list):
        operands = tuple(operands[0])
    known: dict[str, int] = {}
    for term, operand in zip(equation.replace(" ", "").split("->")[0].split(","), operands, strict=True):
        size = tuple(operand.shape)
        if "." not in term and len(term) != len(size):
            return f'has "{equation}", in which "{term}" has {len(term)} letters for {shown(size)}'
        labels, sizes = (term, size) if "." not in term else ("", ())
        for label, extent in zip(labels, sizes, strict=True):
            before = known.setdefault(label, extent)
            if 1 not in (before, extent) and before != extent:
                return f'has "{equation}", in which "{label}" is {before} and {extent}'
    return None


def _view(image: Tensor, *wanted: Any, **keywords: Any) -> str | None:
    given = keywords.get("shape", keywords.get("size", wanted))
    size = tuple(given[0]) if len(given) == 1 and isinstance(given[0], tuple | list) else tuple(given)
    if not all(type(entry) is int for entry in size):
        return None
    count, rest = image.numel(), prod(entry for entry in size if entry != -1)
    if size.count(-1) > 1 or (count % rest if -1 in size and rest else count != rest):
        wrong = f"cannot give the {count} numbers of {shown(image.shape)} the size {shown(size)}"
        rows = f"; {shown((size[0], prod(image.shape[1:])))} would be right" if len(size) == 2 < image.dim() else ""
        return f"{wrong}, which holds {rest if -1 not in size else f'a multiple of {rest}'}{rows}"
    if image.is_contiguous():
        return None
    return (
        f"cannot view {shown(image.shape)}, whose numbers lie apart in memory, as {shown(size)}; "
        "reshape, or contiguous() before it, would be right"
    )


def _unflatten(image: Tensor, dim: int, sizes: Sequence[int], **_: Any) -> str | None:
    if wrong := dimension(image, dim):
        return wrong
    size, rest = image.shape[dim], prod(entry for entry in sizes if entry != -1)
    if rest == size or (-1 in sizes and rest and size % rest == 0):
        return None
    return f"cannot split the {size} along dimension {dim} of {shown(image.shape)} into {shown(sizes)}"


def _along(image: Tensor, dim: Any = 0, *_: Any, **__: Any) -> str | None:
    return dimension(image, dim)


def _chunk(image: Tensor, chunks: int, dim: int = 0) -> str | None:
    return dimension(image, dim)


def _unsqueeze(image: Tensor, dim: int) -> str | None:
    rank = image.dim() + 1
    return None if -rank <= dim < rank else f"has dim={dim}; {shown(image.shape)} takes {-rank} to {rank - 1}"


def _permute(image: Tensor, *dims: Any, **keywords: Any) -> str | None:
    given = keywords.get("dims", dims[0] if len(dims) == 1 and isinstance(dims[0], tuple | list) else dims)
    if len(given) != image.dim():
        return f"orders {len(given)} dimensions, {tuple(given)}, and gets {shown(image.shape)}, which has {image.dim()}"
    return dimension(image, given)


def _two(image: Tensor, dim0: int, dim1: int) -> str | None:
    return dimension(image, (dim0, dim1))


def _expand(image: Tensor, *wanted: Any) -> str | None:
    size = tuple(wanted[0]) if len(wanted) == 1 and isinstance(wanted[0], tuple | list) else wanted
    pairs = list(zip(reversed(image.shape), reversed(size), strict=False))
    if len(size) >= image.dim() and all(old in (1, new) or new == -1 for old, new in pairs):
        return None
    return f"cannot expand {shown(image.shape)} to {shown(size)}; only sizes of 1 can grow"


def _narrow(image: Tensor, dim: int, start: int, length: int) -> str | None:
    if wrong := dimension(image, dim):
        return wrong
    size = image.shape[dim]
    if -size <= start and start % size + length <= size:
        return None
    return f"takes {length} from {start} on, of the {size} along dimension {dim} of {shown(image.shape)}"


def _select(image: Tensor, dim: int, index: int) -> str | None:
    if wrong := dimension(image, dim):
        return wrong
    size = image.shape[dim]
    if -size <= index < size:
        return None
    return f"asks for index {index} of the {size} along dimension {dim} of {shown(image.shape)}; the last is {size - 1}"


def _split(image: Tensor, parts: Any = None, dim: int = 0, **keywords: Any) -> str | None:
    parts = keywords.get("split_size_or_sections", keywords.get("split_sizes", parts))
    if (wrong := dimension(image, dim)) or not isinstance(parts, tuple | list) or sum(parts) == image.shape[dim]:
        return wrong
    total = f"{' + '.join(map(str, parts))} = {sum(parts)}"
    return f"splits the {image.shape[dim]} along dimension {dim} of {shown(image.shape)} into {total}"


def _pad(image: Tensor, pad: Sequence[int], mode: str = "constant", *_: Any, **__: Any) -> str | None:
    size, amounts = tuple(image.shape), tuple(pad)
    if len(amounts) > 2 * len(size) or len(amounts) % 2:
        return f"has {len(amounts)} paddings, {amounts}, for {shown(size)}; 2 a dimension would be right"
    for place, amount in enumerate(amounts):
        extent = size[-1 - place // 2]
        most = extent - 1 if mode == "reflect" else extent
        if mode in ("reflect", "circular") and amount > most:
            return f'pads {extent} by {amount}, in {shown(size)}; mode "{mode}" takes at most {most}'
    left = [size[-1 - place // 2] + sum(amounts[place : place + 2]) for place in range(0, len(amounts), 2)]
    return f"pads {shown(size)} by {amounts}, which leaves nothing" if min(left) < 0 else None


def _shuffle(image: Tensor, factor: int) -> str | None:
    if image.dim() < 3:
        return f"reads (N, C, H, W) and gets {shown(image.shape)}"
    channels = image.shape[-3]
    if factor > 0 and channels % factor**2 == 0:
        return None
    return f"gets {channels} channels, which cannot be divided by {factor**2}, the square of the factor {factor}"


def _unshuffle(image: Tensor, factor: int) -> str | None:
    if factor > 0 and not any(size % factor for size in image.shape[-2:]):
        return None
    return f"gets {shown(image.shape[-2:])} positions, which cannot be divided by the factor {factor}"


def _channel_shuffle(image: Tensor, groups: int) -> str | None:
    if groups > 0 and image.shape[1] % groups == 0:
        return None
    return f"gets {image.shape[1]} channels, which cannot be divided into {groups} groups"


def _glu(image: Tensor, dim: int = -1) -> str | None:
    if (wrong := dimension(image, dim)) or image.shape[dim] % 2 == 0:
        return wrong
    return f"halves the {image.shape[dim]} along dimension {dim} of {shown(image.shape)}, which is odd"


def _prelu(image: Tensor, weight: Tensor) -> str | None:
    channels = image.shape[1] if image.dim() > 1 else 1
    if weight.numel() in (1, channels):
        return None
    return f"has {weight.numel()} parameters and gets {channels} channels, in {shown(image.shape)}; 1 or {channels} fit"


def _attention(query: Tensor, key: Tensor, value: Tensor, attn_mask: Any = None, *_: Any, **__: Any) -> str | None:
    sizes = f"queries {shown(query.shape)}, keys {shown(key.shape)} and values {shown(value.shape)}"
    if query.shape[-1] != key.shape[-1]:
        return f"gets {sizes}; queries and keys differ in their last size, {query.shape[-1]} and {key.shape[-1]}"
    if key.shape[-2] != value.shape[-2]:
        return f"gets {sizes}; there are {key.shape[-2]} keys for {value.shape[-2]} values"
    wrong = _broadcast([tuple(item.shape[:-2]) for item in (query, key, value)])
    if not wrong and isinstance(attn_mask, Tensor):
        return _broadcast([tuple(attn_mask.shape), (*query.shape[:-1], key.shape[-2])])
    return wrong


# Their second argument is the dimension.
_ALONG = words(
    """
    all amax amin any argmax argmin count_nonzero cummax cummin cumprod cumsum flip log_softmax logsumexp max mean
    median min mode nanmean nansum prod squeeze std sum unbind var
    """
)

STRICT: dict[str, Callable[..., str | None]] = {
    **dict.fromkeys(_ALONG, _along),
    "chunk": _chunk,
    "unsqueeze": _unsqueeze,
    **dict.fromkeys(POINTWISE, _pointwise),
    **dict.fromkeys(words("cat concat concatenate"), _cat),
    "stack": _stack,
    **dict.fromkeys(words("matmul mm mv dot linalg_matmul"), _product),
    "rmatmul": lambda one, other: _product(other, one),
    "bmm": _batched,
    **dict.fromkeys(words("addmm baddbmm addmv"), _added_product),
    "einsum": _einsum,
    **dict.fromkeys(("reshape", "view"), _view),
    "unflatten": _unflatten,
    "permute": _permute,
    **dict.fromkeys(words("transpose swapaxes swapdims"), _two),
    **dict.fromkeys(("expand", "broadcast_to"), _expand),
    "narrow": _narrow,
    "select": _select,
    **dict.fromkeys(("split", "split_with_sizes"), _split),
    "pad": _pad,
    "pixel_shuffle": _shuffle,
    "pixel_unshuffle": _unshuffle,
    **dict.fromkeys(("channel_shuffle", "native_channel_shuffle"), _channel_shuffle),
    "glu": _glu,
    "prelu": _prelu,
    "scaled_dot_product_attention": _attention,
}
