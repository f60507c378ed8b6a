"""A picture moved, turned, scaled and brightened: what the network says of it, and how its layers change."""

from collections import Counter
from math import prod
from typing import Any

import streamlit as st

from cnnviz import models
from cnnviz.engine.requests import Layers, Maps
from cnnviz.probes.invariance import chunk_length
from cnnviz.probes.sweep_summary import liveliest
from cnnviz.ui.engine import ask, engine
from cnnviz.ui.layers import choose_layer, chosen_layer, first_convolution
from cnnviz.ui.lesson import text
from cnnviz.ui.transform.choosing import begin_with_a_digit, choose_subject
from cnnviz.ui.transform.moving_form import SCREEN, draw_controls
from cnnviz.ui.transform.moving_report import (
    Seen,
    code_lines,
    downloads,
    figures,
    predict,
    show_answers,
    show_changes,
    show_film,
    show_formulas,
)
from cnnviz.ui.transform.moving_run import run_maps, run_sweep
from cnnviz.ui.transform.subject import Subject

MAPS = 3


def show() -> None:
    """Draw the whole part."""
    # A six that becomes a nine says more about turning than any photo, and at once.
    if not {"source", "photo", "model", "digit_number"} & {*st.session_state, *st.query_params}:
        st.session_state["digit_number"] = 60
    begin_with_a_digit()
    subject = choose_subject(SCREEN)
    table = None if subject is None else ask(Layers(subject.model))
    if subject is not None and table is not None:
        explore(subject, table)


@st.fragment
def explore(subject: Subject, table: Any) -> None:
    """All that follows from the choices; runs again alone at every move."""
    film_box, controls_box, answers_box, layer_box, charts_box = (st.container() for _ in range(5))
    card = models.card(subject.model.name)
    with controls_box:
        plan = draw_controls(min(table.input_size[2:]))
        st.caption(text(SCREEN, edge_section(plan.edge, card.preprocessing.channels)))
    first = first_convolution(table.rows)
    row = chosen_layer(table.rows, first)
    at_once = chunk_length(max(prod(row.maps) for row in table.rows), engine().statistics().device)
    with film_box:
        swept = run_sweep(subject, plan, at_once)
        still = ask(Maps(subject.model, subject.picture, row.name, subject.invert))
    if swept is None or still is None:
        return
    found, note = swept
    with layer_box:
        st.subheader(text(SCREEN, "layer"))
        choose_layer(table.rows, screen=SCREEN, default=first, dependents=("channels",))
        channels = choose_channels(still.values)
    with film_box:
        maps = run_maps(subject, plan, at_once, row.name, channels)
        if maps is None:
            return
        seen = Seen(plan, found, classes_of(card.classes, len(found.unmoved)), row.name, tuple(channels), maps)
        show_film(seen)
        if note:
            st.info(note)
    drawn = figures(seen)
    with answers_box:
        show_answers(seen, drawn)
    with charts_box:
        show_changes(seen, drawn)
        downloads(seen, subject)
        show_formulas(seen)
        predict(seen, subject, table)
        code_lines(seen, subject)


def edge_section(edge: str, channels: int) -> str:
    """Return the lesson's section about what fills the border that a move uncovers."""
    return ("edge_grey" if channels == 3 else "edge_black") if edge == "flat" else f"edge_{edge}"


def classes_of(names: tuple[str, ...], count: int) -> tuple[str, ...]:
    """Return a name for each of the network's answers, no two alike: ImageNet has two cranes."""
    if len(names) != count:
        return tuple(text(SCREEN, "class", index=index) for index in range(count))
    often = Counter(names)
    return tuple(name if often[name] == 1 else f"{name} ({index})" for index, name in enumerate(names))


def choose_channels(values: Any) -> list[int]:
    """Let at most MAPS channels of maps (C, H, W) be chosen; return the liveliest ones until one is."""
    kept = st.session_state.get("channels")
    if kept and max(kept) >= len(values):
        st.session_state["channels"] = []
    label = text(SCREEN, "channels", most=MAPS)
    chosen = st.multiselect(
        label,
        range(len(values)),
        key="channels",
        bind="query-params",
        max_selections=MAPS,
        placeholder=text(SCREEN, "channels_none"),
    )
    return sorted(int(each) for each in chosen) or liveliest(values, MAPS)
