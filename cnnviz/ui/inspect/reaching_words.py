"""What a unit sees, in sentences and in the formula with its numbers."""

from typing import TYPE_CHECKING, Any

import streamlit as st

from cnnviz.ui.lesson import say, text

if TYPE_CHECKING:
    from cnnviz.engine.results import LayerRow, ReadRow, Source

SCREEN = "receptive_field"


def formula(key: str, *lines: str) -> None:
    """Typeset LaTeX, each line by itself; `key` is this formula's among those of the page."""
    with st.container(key=f"formula-{key}"):
        for line in lines:
            st.latex(line)


def say_field(row: "LayerRow", at: tuple[int, int], size: tuple[int, int], problem: str) -> None:
    """Say what the unit `at` (row, column) sees of an input of `size`; `problem` is why no one field is known."""
    field = row.receptive_field
    if field is None:
        if problem:
            st.info(problem)
        else:
            say(SCREEN, "field_none", layer=row.name)
        return
    if field.size is None:
        say(SCREEN, "field_whole", layer=row.name)
        return
    top, left, bottom, right = field.box(*at)
    inside = max(0, min(bottom, size[0]) - max(top, 0)) * max(0, min(right, size[1]) - max(left, 0))
    share = inside / ((bottom - top) * (right - left))
    height, width = field.size
    say(
        SCREEN,
        "field",
        layer=row.name,
        height=height,
        width=width,
        stride_h=field.stride[0],
        stride_w=field.stride[1],
        first_row=-field.padding[0],
        first_column=-field.padding[1],
        padding_h=field.padding[0],
        padding_w=field.padding[1],
        row=at[0],
        column=at[1],
        top=top,
        bottom=bottom - 1,
        left=left,
        right=right - 1,
        clipped=text(SCREEN, "field_clipped", share=share) if share < 1 else "",
    )
    if not _whole_strides(field):
        say(SCREEN, "field_fraction", height=height, width=width)


def say_window(read: "ReadRow", source: "Source", at: tuple[int, int]) -> None:
    """Say what the unit `at` sees of the layer before it."""
    name, window = source.name or text(SCREEN, "stage_input"), source.window
    if window is None:
        say(SCREEN, "window_none" if source.problem else "window_numbers", source=name)
        return
    if window.size is None:
        say(SCREEN, "window_whole", source=name)
        return
    top, left, bottom, right = window.box(*at)
    say(
        SCREEN,
        "window",
        source=name,
        height=bottom - top,
        width=right - left,
        top=top,
        bottom=bottom - 1,
        left=left,
        right=right - 1,
    )
    if max(read.dilation) > 1:
        say(SCREEN, "window_dilated", down=read.dilation[0], across=read.dilation[1])
    if not source.name:
        say(SCREEN, "window_input")


def say_formula(row: "LayerRow", source: "Source", before: Any) -> None:
    """Write how the field's height comes from that of the layer before; `before` is its field, None for the input."""
    field: Any = row.receptive_field
    window: Any = source.window
    if not all(map(_plain, (field, window))) or (source.name and not _plain(before)):
        return
    height, jump = (before.size[0], before.stride[0]) if source.name else (1, 1)
    kernel, stride, size = window.size[0], window.stride[0], field.size[0]
    if height + (kernel - 1) * jump != size:
        say(SCREEN, "formula_other", before=height)
        return
    say(SCREEN, "formula")
    formula(
        "growth",
        text(SCREEN, "formula_symbols"),
        text(
            SCREEN,
            "formula_height",
            before=height,
            kernel=kernel,
            jump=jump,
            size=size,
            stride=stride,
            next=jump * stride,
        ),
    )


def _plain(field: Any) -> bool:
    return field is not None and field.size is not None and _whole_strides(field)


def _whole_strides(field: Any) -> bool:
    return all(isinstance(step, int) for step in field.stride)
