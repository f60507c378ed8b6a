"""A receptive field in numbers: the box of one unit, and the steps by which the browser moves it with the pointer."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cnnviz.analysis import ReceptiveField


@dataclass(frozen=True)
class Box:
    """What a unit sees: `edges` are its first and last rows and columns; `share` is how much lies on the picture."""

    edges: dict[str, int]
    share: float


def box_of(field: "ReceptiveField", at: tuple[int, int], size: tuple[int, ...]) -> Box:
    """Return the box of the unit `at` (row, column) in an input of `size` (height, width)."""
    top, left, bottom, right = field.box(*at)
    inside = max(0, min(bottom, size[0]) - max(top, 0)) * max(0, min(right, size[1]) - max(left, 0))
    edges = {"top": top, "bottom": bottom - 1, "left": left, "right": right - 1}
    return Box(edges, inside / ((bottom - top) * (right - left)))


def field_steps(field: "ReceptiveField | None") -> dict[str, float] | None:
    """Return the box of unit (0, 0) and its step a row and a column, in input pixels; None for the whole picture."""
    if field is None or field.size is None:
        return None
    top, left, bottom, right = field.box(0, 0)
    return {
        "top": float(top),
        "left": float(left),
        "height": float(bottom - top),
        "width": float(right - left),
        "row_stride": float(field.stride[0]),
        "column_stride": float(field.stride[1]),
    }
