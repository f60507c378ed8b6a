"""A layer's maps and one unit of it on the screen, in pictures, numbers and questions."""

import io
import re
from functools import partial

import numpy as np
import streamlit as st

from cnnviz import models
from cnnviz.components.tiles import tiles
from cnnviz.components.unit import unit
from cnnviz.engine.requests import Classify, Input, Unit
from cnnviz.engine.results import Floats, LayerMaps
from cnnviz.figures.classes import top_classes
from cnnviz.figures.mosaic import mosaic_png
from cnnviz.figures.statistics import histogram
from cnnviz.probes.statistics import channel_order, statistics
from cnnviz.ui.activations.account import show_account
from cnnviz.ui.activations.questions import question
from cnnviz.ui.activations.state import LAYER_SCALE, SCALE, SORT, SUBJECT, Picked, State, read, sort
from cnnviz.ui.activations.tour import show_tour
from cnnviz.ui.activations.view import FORM, WORDS
from cnnviz.ui.chart import chart
from cnnviz.ui.engine import ask
from cnnviz.ui.field import box_of, field_steps
from cnnviz.ui.layer_choice import draw_strip, strip_place
from cnnviz.ui.model_choice import in_python
from cnnviz.ui.names import class_names
from cnnviz.ui.numbers import of_size, percent, short, whole
from cnnviz.ui.part import Part, let_paint
from cnnviz.ui.subject import Row, show_preparation

say, text, label = WORDS.say, WORDS.text, WORDS.label
_TALLEST = 330  # pixels: the mosaic ends on the first screenful


def _draw_stage(state: State, answer: LayerMaps) -> None:
    """Draw the strip of layers, all maps of one, and the picked one over the picture."""
    picked = Picked(answer)
    strip_box = strip_place(FORM)
    maps_box, unit_box = st.columns(2, gap="medium")
    # The mosaic is what a key press on the strip asks for: it is drawn before all else.
    with maps_box:
        _draw_mosaic(state, picked)
    let_paint()
    with strip_box:
        draw_strip(FORM, state.table.rows, state.layer)
    with unit_box:
        _draw_unit(state, picked)
    FORM.draw(state.layer, SCALE, SORT, picked.channels, *picked.places, columns=3)


def _draw_mosaic(state: State, picked: Picked) -> None:
    values, row = picked.values, state.row
    classes = state.subject.card.classes
    numbers = {"layer": row.name, "kind": row.kind, "channels": len(values), "size": of_size(values.shape[1:])}
    say("mosaic" if picked.are_maps else "mosaic_vector", **numbers)
    tiles(
        values,
        key=FORM.key("mosaic"),
        mode="signed" if picked.is_signed else "positive",
        shared=FORM.get(SCALE) == LAYER_SCALE,
        order=channel_order(values, sort()),
        selected=picked.channel,
        tallest=_TALLEST,
        labels=classes if values.size == len(values) == len(classes) else None,
        label=text("mosaic_label", **numbers),
        on_pick=partial(FORM.set, picked.channels),
    )


def _draw_unit(state: State, picked: Picked) -> None:
    say("channel" if picked.are_maps else "channel_number", channel=picked.channel, layer=state.row.name)
    got = ask(Input(**state.subject.given))
    if got is None or not picked.are_maps:
        return
    row, column = picked.places
    sees = field_sentence(state, picked.at, got.view.shape[:2])

    def pick(place: tuple[int, int]) -> None:
        FORM.put({each.name: None if at == each.default else at for each, at in zip((row, column), place, strict=True)})

    unit(
        picked.one,
        got.view,
        field=field_steps(state.row.receptive_field),
        selected=picked.at,
        key=FORM.key("unit"),
        mode="signed" if picked.is_signed else "positive",
        words={"map": label("unit.map"), "photo": label("unit.photo"), "opacity": label("unit.opacity"), "whole": sees},
        on_pick=pick,
    )
    st.caption(sees)


def field_sentence(state: State, at: tuple[int, int], size: tuple[int, ...]) -> str:
    """Say what the unit `at` (row, column) sees of an input of `size` (height, width)."""
    field = state.row.receptive_field
    if field is None:
        return text("field_unknown")
    if field.size is None:
        return text("field_whole")
    box = box_of(field, at, size)
    clipped = text("field_clipped", share=percent(box.share)) if box.share < 1 else ""
    return text("field", size=of_size(field.size), clipped=clipped, **box.edges)


def finish_row(row: Row) -> None:
    """Say in the row above the stage what the network predicts, and how the picture was prepared for it."""
    subject = SUBJECT.read()
    if subject is None:
        return
    with row.preparation:
        show_preparation(FORM, subject)
    with row.end.container(width="content"):
        found = ask(Classify(**subject.given))
        if found is None:
            return
        classes = class_names(found.classes)
        if len(classes) == 1:
            # A share of all would always be 100%.
            st.caption(text("one_output", name=classes[0], value=short(float(found.scores[0]), 5)))
            return
        best = int(np.argmax(found.probabilities))
        said = text("predicted", name=classes[best], share=percent(found.probabilities[best], 1))
        with st.popover(said, icon=":material/bar_chart:", key=FORM.key("prediction")):
            say("top", classes=len(classes))
            chart(top_classes(found.probabilities, classes), key=FORM.key("top"))
            if found.note:
                st.info(found.note)
    with row.after:
        show_tour(subject, classes[best], percent(found.probabilities[best], 1))


def show_unit(state: State, answer: LayerMaps) -> None:
    """Show where the picked unit's value comes from."""
    picked = Picked(answer)
    st.subheader(label("microscope"))
    channel, (row, column) = picked.channel, picked.at
    account = ask(Unit(layer=state.row.name, channel=channel, row=row, column=column, **state.subject.given))
    if account is not None:
        show_account(account.found)


def show_numbers(state: State, answer: LayerMaps) -> None:
    """Show the statistics of a layer's maps (C, H, W), and offer them to keep."""
    values, key = answer.values, FORM.key
    with st.expander(
        label("statistics"), icon=":material/bar_chart:", key=key("statistics"), on_change="rerun"
    ) as opened:
        if opened.open:
            facts = statistics(values)
            say(
                "statistics",
                zeros=percent(facts.zeros, 1),
                count=whole(facts.count),
                dead=facts.dead,
                channels=facts.channels,
                **{name: short(getattr(facts, name)) for name in ("mean", "deviation", "low", "high")},
            )
            chart(histogram(values, x=label("histogram.x"), y=label("histogram.y")), key=key("histogram"))
    network = "network" if models.is_designed(state.subject.model.name) else state.subject.model.name
    file = re.sub(r"\W+", "-", f"{network}-{state.row.name}")
    order, shared = channel_order(values, sort()), FORM.get(SCALE) == LAYER_SCALE
    files = (
        ("png", "image/png", lambda: mosaic_png(values, order, shared=shared)),
        ("npz", "application/octet-stream", lambda: npz_bytes(state.row.name, values)),
    )
    with st.container(horizontal=True):
        for ending, kind, make in files:
            st.download_button(
                label(f"download.{ending}"),
                make,
                f"{file}.{ending}",
                kind,
                key=key(ending),
                icon=":material/download:",
                on_click="ignore",
            )


def npz_bytes(name: str, values: Floats) -> bytes:
    """Return the maps (C, H, W), float32, as an NPZ file whose one entry has the layer's name."""
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **{name: values})  # type: ignore[arg-type]
    return buffer.getvalue()


def code(state: State, answer: LayerMaps) -> str:
    return text("code", **in_python(state.subject.model), layer=state.row.name, channel=Picked(answer).channel)


PART = Part(
    form=FORM,
    read=read,
    request=State.request,
    stage=_draw_stage,
    settings=SUBJECT.link_elsewhere,
    notes=show_unit,
    more=show_numbers,
    question=question,
    code=code,
    height=640,
    paints=True,
)
