"""What a unit sees of the layer before it and of the input, on the screen: boxes, sentences, formula and questions."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnnviz.components.reach import Stage, reach
from cnnviz.engine.requests import Input, Maps, Reads
from cnnviz.engine.results import Floats, LayerMaps, LayerRow
from cnnviz.ui.engine import ask
from cnnviz.ui.field import box_of
from cnnviz.ui.layer_choice import draw_strip, strip_place
from cnnviz.ui.model_choice import in_python
from cnnviz.ui.numbers import of_size, percent
from cnnviz.ui.part import Part, place
from cnnviz.ui.receptive_field.effective import show_effective
from cnnviz.ui.receptive_field.map import show_map
from cnnviz.ui.receptive_field.questions import question
from cnnviz.ui.receptive_field.state import (
    FORM,
    SUBJECT,
    WORDS,
    State,
    before_control,
    height_and_stride,
    read,
    source_name,
    source_of,
)
from cnnviz.ui.refusals import translated

if TYPE_CHECKING:
    from cnnviz.analysis import ReceptiveField
    from cnnviz.engine.results import Reading, ReadRow, Source

Bounds = NDArray[np.int32]
say, text = WORDS.say, WORDS.text
_READ_OUT = ("place", "box", "padding", "whole", "unknown", "hatch", "beyond")


def _reading(state: State) -> "Reading | None":
    return ask(Reads(state.subject.model, state.row.name))


def _draw_stage(state: State, answer: LayerMaps) -> None:
    """Draw the strip, and below it the layer's maps as one, the layer before and the input, with the boxes in them."""
    strip_box, boxes = strip_place(FORM), place(FORM.key("boxes"))
    with strip_box:
        draw_strip(FORM, state.table.rows, state.layer)
    with boxes:
        _draw_boxes(state, answer)


def _draw_boxes(state: State, answer: LayerMaps) -> None:
    reading, got = _reading(state), ask(Input(**state.subject.given))
    if reading is None or got is None:
        return
    read, field, units = reading.rows[0], state.row.receptive_field, answer.values.shape[1:]
    source = source_of(reading)
    whole = field is not None and field.size is None
    size = of_size(got.view.shape[:2])
    seen = Stage(text("stage_input"), size, got.view, *bounds(field, units), whole=whole)
    earlier = None
    if source is not None and source.name:
        earlier = _earlier(state, source, read, units)
    elif source is not None and source.window is not None and source.window.size is not None:
        # The layer before is the input itself: its dilated taps are worth seeing there.
        seen = replace(seen, taps=read.dilation, whole=False)

    def pick(unit: tuple[int, int]) -> None:
        FORM.put({each.name: None if at == each.default else at for each, at in zip(state.places, unit, strict=True)})

    reach(
        mean_map(answer.values),
        title=state.row.name,
        under=text("stage_maps", size=of_size(units), channels=len(answer.values)),
        before=earlier,
        input=seen,
        key=FORM.key("reach"),
        selected=state.at,
        words={name: text(f"reach_{name}") for name in _READ_OUT},
        on_pick=pick,
    )
    choices = (before_control(reading),) if len(read.sources) > 1 else ()
    FORM.draw(state.layer, *state.places, *choices, columns=4)


def _earlier(state: State, source: "Source", read: "ReadRow", units: Sequence[int]) -> Stage:
    """Return the layer before, without its values where it is none of the layers that are kept."""
    maps = None
    if source.name in {each.name for each in state.table.rows}:
        maps = ask(Maps(layer=source.name, **state.subject.given))
    size = (source.rows, source.columns)
    shown, under = np.zeros(size, np.float32), of_size(size)
    if maps is not None and maps.values.shape[1:] == size:
        shown, under = mean_map(maps.values), text("stage_maps", size=under, channels=len(maps.values))
    whole = source.window is not None and source.window.size is None
    title = text("stage_before", layer=source.name)
    return Stage(title, under, shown, *bounds(source.window, units), read.dilation, whole)


def mean_map(values: Floats) -> Floats:
    """Return the mean (H, W) over the channels of maps (C, H, W): a unit's window reads all of them."""
    mean: Floats = values.mean(axis=0, dtype=np.float64).astype(np.float32)
    return mean


def bounds(field: "ReceptiveField | None", units: Sequence[int]) -> tuple[Bounds | None, Bounds | None]:
    """Return what the units of each row and of each column see: the first and one after the last, (H, 2) and (W, 2)."""
    if field is None:
        return None, None
    rows, columns = units
    down = [(box[0], box[2]) for box in (field.box(row, 0) for row in range(rows))]
    across = [(box[1], box[3]) for box in (field.box(0, column) for column in range(columns))]
    return np.array(down, np.int32), np.array(across, np.int32)


def _show_notes(state: State, answer: LayerMaps) -> None:
    """Say what the unit sees of the input and of the layer before it."""
    reading, got = _reading(state), ask(Input(**state.subject.given))
    if reading is None or got is None:
        return
    say("reach")
    _say_field(state.row, state.at, got.view.shape[:2], reading.problem)
    if (source := source_of(reading)) is not None:
        _say_window(reading.rows[0], source, state.at)


def _say_field(row: LayerRow, at: tuple[int, int], size: tuple[int, ...], problem: str) -> None:
    """Say what the unit `at` (row, column) sees of an input of `size`; `problem` is why no one field is known."""
    field = row.receptive_field
    if field is None:
        if problem:
            st.info(translated(problem))
        else:
            say("field_none", layer=row.name)
        return
    if field.size is None:
        say("field_whole", layer=row.name)
        return
    box, size_said = box_of(field, at, size), of_size(field.size)
    say(
        "field",
        layer=row.name,
        size=size_said,
        stride_h=field.stride[0],
        stride_w=field.stride[1],
        padding=of_size(field.padding),
        row=at[0],
        column=at[1],
        clipped=text("field_clipped", share=percent(box.share)) if box.share < 1 else "",
        **box.edges,
    )
    if height_and_stride(field) is None:
        say("field_fraction", size=size_said)


def _say_window(read: "ReadRow", source: "Source", at: tuple[int, int]) -> None:
    """Say what the unit `at` sees of the layer before it."""
    name, window = source_name(source), source.window
    if window is None:
        say("window_none" if source.problem else "window_numbers", source=name)
        return
    if window.size is None:
        say("window_whole", source=name)
        return
    top, left, bottom, right = window.box(*at)
    edges = {"top": top, "bottom": bottom - 1, "left": left, "right": right - 1}
    say("window", source=name, size=of_size((bottom - top, right - left)), **edges)
    if max(read.dilation) > 1:
        say("window_dilated", down=read.dilation[0], across=read.dilation[1])
    if not source.name:
        say("window_input")


def _show_formula(state: State, answer: LayerMaps) -> None:
    """Write how the field's height follows from that of the layer before."""
    reading = _reading(state)
    source = None if reading is None else source_of(reading)
    if source is None:
        return
    field, window = height_and_stride(state.row.receptive_field), height_and_stride(source.window)
    below = next((each.receptive_field for each in state.table.rows if each.name == source.name), None)
    before = height_and_stride(below) if source.name else (1, 1)
    if field is None or window is None or before is None:
        return
    (size, _), (kernel, stride), (height, jump) = field, window, before
    if height + (kernel - 1) * jump != size:
        say("formula_other", before=height)
        return
    say("formula")
    st.latex(text("formula_symbols"))
    numbers = {"before": height, "kernel": kernel, "jump": jump, "size": size, "stride": stride}
    st.latex(text("formula_height", next=jump * stride, **numbers))


def _show_more(state: State, answer: LayerMaps) -> None:
    """Show the network's map, and what of a field matters to a unit."""
    show_map(state)
    show_effective(state, answer)


def _code(state: State, answer: LayerMaps) -> str:
    row, column = state.at
    return text("code", **in_python(state.subject.model), layer=state.row.name, row=row, column=column)


PART = Part(
    form=FORM,
    read=read,
    request=State.request,
    stage=_draw_stage,
    settings=SUBJECT.link_elsewhere,
    notes=_show_notes,
    formulas=_show_formula,
    more=_show_more,
    question=question,
    code=_code,
    height=680,
)
