"""Sizes of what functions make that take tensors apart, put them together or give them another shape."""

from itertools import accumulate
from math import prod
from typing import Any

from cnnviz.analysis.functions import words
from cnnviz.analysis.memory_terms import Of
from cnnviz.analysis.operations import Operation, Shape, Value
from cnnviz.analysis.output_sizes import Elsewhere, Rule, like, require


def _reshape(op: Operation, of: Of) -> Shape:
    return filled(tuple(op.rest(1, "shape" if op.name == "reshape" else "size")), prod(like(op, of)))


def filled(wanted: tuple[Any, ...], count: int) -> Shape:
    """Return a size in which -1 stands for what `count` elements leave."""
    require(all(type(size) is int for size in wanted))
    rest = prod(size for size in wanted if size != -1)
    if -1 in wanted:
        require(rest > 0 and count % rest == 0)
        return tuple(count // rest if size == -1 else size for size in wanted)
    require(rest == count)
    return wanted


def _reshape_as(op: Operation, of: Of) -> Shape:
    made = of(op.get(1, "other"))
    require(prod(made) == prod(like(op, of)))
    return made


def _flatten(op: Operation, of: Of) -> Shape:
    image = like(op, of)
    first, last = op.get(1, "start_dim", 0) % len(image), op.get(2, "end_dim", -1) % len(image)
    return (*image[:first], prod(image[first : last + 1]), *image[last + 1 :])


def _unflatten(op: Operation, of: Of) -> Shape:
    image, sizes = like(op, of), op.rest(2, "sizes")
    dim = op.get(1, "dim") % len(image)
    return (*image[:dim], *filled(tuple(sizes), image[dim]), *image[dim + 1 :])


def _unsqueeze(op: Operation, of: Of) -> Shape:
    image = like(op, of)
    dim = op.get(1, "dim") % (len(image) + 1)
    return (*image[:dim], 1, *image[dim:])


def _squeeze(op: Operation, of: Of) -> Shape:
    image, given = like(op, of), op.get(1, "dim")
    dims = range(len(image)) if given is None else given if isinstance(given, tuple) else (given,)
    gone = {dim % len(image) for dim in dims}
    made = tuple(size for dim, size in enumerate(image) if size != 1 or dim not in gone)
    require(len(made) == len(op.outputs[0].shape))
    return made


def _cat(op: Operation, of: Of) -> Shape:
    parts = [of(part) for part in op.get(0, "tensors")]
    dim = op.get(1, "dim", op.keywords.get("axis", 0)) % len(parts[0])
    first = parts[0]
    require(all(part[:dim] == first[:dim] and part[dim + 1 :] == first[dim + 1 :] for part in parts))
    return (*first[:dim], sum(part[dim] for part in parts), *first[dim + 1 :])


def _stack(op: Operation, of: Of) -> Shape:
    parts = [of(part) for part in op.get(0, "tensors")]
    dim = op.get(1, "dim", 0) % (len(parts[0]) + 1)
    require(parts.count(parts[0]) == len(parts))
    return (*parts[0][:dim], len(parts), *parts[0][dim:])


def _split(op: Operation, of: Of) -> list[Shape]:
    image = of(op.get(0, "input", op.get(0, "tensor")))
    dim = op.get(1 if op.name == "unbind" else 2, "dim", 0) % len(image)
    size = image[dim]
    if op.name == "unbind":
        require(size == len(op.outputs))
        return [image[:dim] + image[dim + 1 :]] * size
    if op.name == "chunk":
        each: Any = -(-size // op.get(1, "chunks"))
    else:
        require(op.name in ("split", "split_with_sizes"))
        each = op.get(1, "split_size_or_sections", op.keywords.get("split_size", op.keywords.get("split_sizes")))
    if isinstance(each, int):
        each = [min(each, size - start) for start in range(0, size, each)]
    require(sum(each) == size and len(each) == len(op.outputs))
    return [(*image[:dim], part, *image[dim + 1 :]) for part in each]


def _getitem(op: Operation, of: Of) -> Shape:
    image, index = like(op, of), op.arguments[1]
    items = list(index) if isinstance(index, tuple) else [index]
    require(all(item is None or item is Ellipsis or type(item) in (int, slice) for item in items))
    taken = sum(item is not None and item is not Ellipsis for item in items)
    at = items.index(Ellipsis) if Ellipsis in items else len(items)
    items[at : at + 1] = [slice(None)] * (len(image) - taken)
    places = accumulate((item is not None for item in items), initial=0)
    before, after = op.arguments[0].shape, op.outputs[0].shape
    made: list[int] = []
    for dim, item in zip(places, items, strict=False):
        if item is None:
            made.append(1)
        elif isinstance(item, slice):
            chosen = range(*item.indices(image[dim]))
            # A slice that takes all leaves its memory in one piece, one that does not cuts it.
            require((len(chosen) == image[dim]) == (after[len(made)] == before[dim]))
            made.append(len(chosen))
        else:
            require(-image[dim] <= item < image[dim])
    return tuple(made)


def _select(op: Operation, of: Of) -> Shape:
    image, dim, at = like(op, of), op.get(1, "dim"), op.get(2, "index")
    require(-image[dim] <= at < image[dim])
    dim %= len(image)
    return image[:dim] + image[dim + 1 :]


def _narrow(op: Operation, of: Of) -> Shape:
    image, dim, start, length = like(op, of), op.get(1, "dim"), op.get(2, "start"), op.get(3, "length")
    require(type(start) is int and type(length) is int and 0 <= start <= image[dim] - length)
    dim %= len(image)
    require((length == image[dim]) == (length == op.inputs[0].shape[dim]))
    return (*image[:dim], length, *image[dim + 1 :])


def _pad(op: Operation, of: Of) -> Shape:
    image, amounts = list(like(op, of)), op.get(1, "pad")
    for place in range(0, len(amounts), 2):
        image[-1 - place // 2] += amounts[place] + amounts[place + 1]
    require(min(image) > 0)
    mode = op.get(2, "mode", "constant")
    sizes = like(op, of)
    limits = [(sizes[-1 - place // 2], amount) for place, amount in enumerate(amounts)]
    require(mode != "reflect" or all(amount < size for size, amount in limits))
    require(mode != "circular" or all(amount <= size for size, amount in limits))
    return tuple(image)


def _shuffle(op: Operation, of: Of) -> Shape:
    *lead, channels, height, width = like(op, of)
    if op.name == "pixel_shuffle":
        factor = op.get(1, "upscale_factor")
        return (*lead, channels // factor**2, height * factor, width * factor)
    factor = op.get(1, "downscale_factor")
    require(height % factor == 0 == width % factor)
    return (*lead, channels * factor**2, height // factor, width // factor)


def _repeat_interleave(op: Operation, of: Of) -> Shape:
    image, times, dim = like(op, of), op.get(1, "repeats"), op.get(2, "dim")
    require(isinstance(times, int) and isinstance(dim, int))
    dim %= len(image)
    return (*image[:dim], image[dim] * times, *image[dim + 1 :])


def _glu(op: Operation, of: Of) -> Shape:
    image, dim = like(op, of), op.get(1, "dim", -1)
    require(image[dim] % 2 == 0)
    dim %= len(image)
    return (*image[:dim], image[dim] // 2, *image[dim + 1 :])


def _gather(op: Operation, of: Of) -> Shape:
    index = op.get(2, "index")
    if not isinstance(index, Value):
        raise Elsewhere
    return of(index)


RULES: dict[str, Rule] = {
    **dict.fromkeys(("reshape", "view"), _reshape),
    **dict.fromkeys(("reshape_as", "view_as"), _reshape_as),
    "flatten": _flatten,
    "ravel": lambda op, of: (prod(like(op, of)),),
    "unflatten": _unflatten,
    "unsqueeze": _unsqueeze,
    "squeeze": _squeeze,
    **dict.fromkeys(("cat", "concat", "concatenate"), _cat),
    "stack": _stack,
    **dict.fromkeys(words("split chunk unbind split_with_sizes"), _split),
    "getitem": _getitem,
    "select": _select,
    "narrow": _narrow,
    "pad": _pad,
    **dict.fromkeys(("pixel_shuffle", "pixel_unshuffle"), _shuffle),
    "repeat_interleave": _repeat_interleave,
    "glu": _glu,
    "gather": _gather,
}
