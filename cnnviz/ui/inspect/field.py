"""A receptive field in words, and in the numbers that the browser component moves with the pointer."""

from typing import Any

from cnnviz.ui.lesson import text


def field_steps(field: Any) -> dict[str, float] | None:
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


def field_sentence(field: Any, at: tuple[int, int], size: tuple[int, int]) -> str:
    """Say what the unit `at` (row, column) sees of an input of `size` (height, width)."""
    if field is None:
        return text("activations", "field_unknown")
    if field.size is None:
        return text("activations", "field_whole")
    top, left, bottom, right = field.box(*at)
    inside = max(0, min(bottom, size[0]) - max(top, 0)) * max(0, min(right, size[1]) - max(left, 0))
    share = inside / ((bottom - top) * (right - left))
    return text(
        "activations",
        "field",
        height=field.size[0],
        width=field.size[1],
        stride_h=field.stride[0],
        stride_w=field.stride[1],
        top=top,
        bottom=bottom - 1,
        left=left,
        right=right - 1,
        clipped=text("activations", "field_clipped", share=share) if share < 1 else "",
    )
