"""What functions refuse that put tensors together or give them another shape: cnnviz.analysis.refusals for them."""

from collections.abc import Callable, Sequence
from math import prod
from typing import Any

from torch import Tensor

from cnnviz.analysis.functions import POINTWISE, words
from cnnviz.analysis.operations import Shape
from cnnviz.analysis.refusals_axes import shown
from cnnviz.analysis.refusals_indices import dimension
from cnnviz.analysis.refusals_products import broadcast


def _sizes(items: Sequence[Any]) -> list[Shape]:
    return [tuple(item.shape) for item in items if isinstance(item, Tensor)]


def _pointwise(*arguments: Any, **keywords: Any) -> str | None:
    return broadcast(_sizes((*arguments, *keywords.values())))


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
    if wrong := _least(size):
        return wrong
    count, rest = image.numel(), prod(entry for entry in size if entry != -1)
    if count % rest if -1 in size and rest else count != rest:
        wrong = f"cannot give the {count} numbers of {shown(image.shape)} the size {shown(size)}"
        rows = f"; {shown((size[0], prod(image.shape[1:])))} would be right" if len(size) == 2 < image.dim() else ""
        return f"{wrong}, which holds {rest if -1 not in size else f'a multiple of {rest}'}{rows}"
    if image.is_contiguous():
        return None
    return (
        f"cannot view {shown(image.shape)}, whose numbers lie apart in memory, as {shown(size)}; "
        "reshape, or contiguous() before it, would be right"
    )


def _least(size: Sequence[int]) -> str | None:
    """One size may be left out, as -1."""
    if size.count(-1) > 1:
        return f"has {size.count(-1)} sizes of -1, in {tuple(size)}; torch works out one at most"
    if min(size, default=0) < -1:
        return f"has a size of {min(size)}, in {tuple(size)}; sizes are at least 0, and -1 is the one to work out"
    if -1 in size and 0 in size:
        return f"has a size of -1 beside one of 0, in {tuple(size)}, so that it could be any"
    return None


def _view_as(image: Tensor, other: Tensor) -> str | None:
    return _view(image, tuple(other.shape))


def _expand_as(image: Tensor, other: Tensor) -> str | None:
    return _expand(image, tuple(other.shape))


def _unflatten(image: Tensor, dim: int, sizes: Sequence[int], **_: Any) -> str | None:
    if wrong := dimension(image, dim):
        return wrong
    if wrong := _least(tuple(sizes)):
        return wrong
    size, rest = image.shape[dim], prod(entry for entry in sizes if entry != -1)
    if rest == size or (-1 in sizes and rest and size % rest == 0):
        return None
    return f"cannot split the {size} along dimension {dim} of {shown(image.shape)} into {shown(sizes)}"


def _along(image: Tensor, dim: Any = 0, *_: Any, **__: Any) -> str | None:
    return dimension(image, dim)


def _chunk(image: Tensor, chunks: int, dim: int = 0) -> str | None:
    return dimension(image, dim) or (f"makes {chunks} pieces; 1 is the least" if chunks < 1 else None)


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


def _largest(image: Tensor, k: int, dim: int = -1, *_: Any, **__: Any) -> str | None:
    if wrong := dimension(image, dim):
        return wrong
    size = image.shape[dim] if image.dim() else 1
    return f"takes {k} of the {size} along dimension {dim} of {shown(image.shape)}" if not 0 <= k <= size else None


def _flatten(image: Tensor, start_dim: int = 0, end_dim: int = -1) -> str | None:
    if wrong := dimension(image, (start_dim, end_dim)):
        return wrong
    rank = max(image.dim(), 1)
    if start_dim % rank <= end_dim % rank:
        return None
    return f"flattens from dimension {start_dim} to {end_dim} of {shown(image.shape)}; the first must not come after"


def _side_by_side(dim: int) -> Callable[..., str | None]:
    def check(tensors: Sequence[Tensor]) -> str | None:
        return _cat(tensors, 0 if tensors[0].dim() < 2 else dim)

    return check


def _select(image: Tensor, dim: int, index: int) -> str | None:
    if wrong := dimension(image, dim):
        return wrong
    size = image.shape[dim]
    if -size <= index < size:
        return None
    return f"asks for index {index} of the {size} along dimension {dim} of {shown(image.shape)}; the last is {size - 1}"


def _split(image: Tensor, parts: Any = None, dim: int = 0, **keywords: Any) -> str | None:
    parts = keywords.get("split_size_or_sections", keywords.get("split_sizes", parts))
    if (wrong := dimension(image, dim)) or parts == 0:
        return wrong or f"splits {shown(image.shape)} into pieces of 0; 1 is the least"
    if not isinstance(parts, tuple | list) or sum(parts) == image.shape[dim]:
        return None
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
    "einsum": _einsum,
    **dict.fromkeys(("reshape", "view"), _view),
    "view_as": _view_as,
    "reshape_as": _view_as,
    "expand_as": _expand_as,
    "topk": _largest,
    "kthvalue": _largest,
    "flatten": _flatten,
    "hstack": _side_by_side(1),
    "vstack": _side_by_side(0),
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
}
