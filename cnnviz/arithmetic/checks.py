"""Checks of sizes and settings: what cannot be is one sentence with the numbers in it."""

from collections.abc import Sequence

from cnnviz.arithmetic.record import Size
from cnnviz.errors import ShapeError

AXES: dict[int, tuple[str, ...]] = {0: (), 1: ("length",), 2: ("height", "width"), 3: ("depth", "height", "width")}
_LETTERS = {0: "(N, C)", 1: "(N, C, L)", 2: "(N, C, H, W)", 3: "(N, C, D, H, W)"}


def whole_number(name: str, value: object, least: int = 1) -> int:
    """Return `value`, an int of at least `least`; `name` is what a ShapeError calls it."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise ShapeError(f"The {name} is {value}; it must be a whole number.")
    if value < least:
        raise ShapeError(f"The {name} is {value}; it must be at least {least}.")
    return value


def per_axis(name: str, value: object, rank: int, least: int = 1) -> Size:
    """Return one int an axis from an int for all axes or from a sequence, as torch takes them."""
    if isinstance(value, tuple | list):
        if len(value) != rank:
            raise ShapeError(f"The {name} has {len(value)} numbers, {tuple(value)}; it must have {rank}, one an axis.")
        return tuple(whole_number(name, entry, least) for entry in value)
    return (whole_number(name, value, least),) * rank


def tensor(kind: str, input_size: Sequence[int], least: int, most: int | None = None) -> Size:
    """Return the input's size, checked: between `least` and `most` numbers, each at least 1."""
    size = tuple(input_size)
    if len(size) < least or (most is not None and len(size) > most):
        wanted = f"{least}" if most == least else f"{least} or more" if most is None else f"{least} to {most}"
        raise ShapeError(f"The input of {kind} is {shown(size)}, {len(size)} numbers; it must have {wanted}.")
    for entry in size:
        whole_number(f"input of {kind} is {shown(size)}, one number of which", entry)
    return size


def image(kind: str, input_size: Sequence[int], rank: int) -> tuple[int, int, Size]:
    """Return (N, C, positions) of an input with `rank` axes of positions."""
    size = tuple(input_size)
    if len(size) != rank + 2:
        raise ShapeError(f"The input of {kind} is {shown(size)}; it must be {_LETTERS[rank]}, {rank + 2} numbers.")
    tensor(kind, size, rank + 2)
    return size[0], size[1], size[2:]


def axis(kind: str, dim: int, rank: int) -> int:
    """Return a dimension counted from the start, given from the start or from the end."""
    if isinstance(dim, bool) or not isinstance(dim, int) or not -rank <= dim < rank:
        raise ShapeError(f"The dim of {kind} is {dim}; an input of {rank} dimensions has {-rank} to {rank - 1}.")
    return dim % rank


def shown(size: Sequence[int]) -> str:
    """Return a size as it is written: 1×3×32×32."""
    return "×".join(map(str, size)) or "empty"
