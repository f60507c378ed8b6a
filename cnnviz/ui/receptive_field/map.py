"""The network's map, coloured by what a unit sees: a layer that is picked there is the screen's."""

from functools import partial

import streamlit as st

from cnnviz.design import LIBRARY
from cnnviz.engine.requests import AnalyzeModel
from cnnviz.ui.engine import ask
from cnnviz.ui.layer_choice import shown_rows
from cnnviz.ui.network_heat import Run, draw_map
from cnnviz.ui.network_tour import tour_over
from cnnviz.ui.part import stage_of
from cnnviz.ui.receptive_field.state import FORM, WORDS, State

say, text, label = WORDS.say, WORDS.text, WORDS.label


def show_map(state: State) -> None:
    """Show the map, with the layer that is looked at lit."""
    st.subheader(label("map"))
    say("map")
    with stage_of(FORM.key("map"), 640):
        model = state.subject.model
        report = ask(AnalyzeModel(model))
        if report is None:
            return
        draw_map(
            FORM,
            report.graph,
            Run(model, state.table.input_size, state.subject),
            selected=state.row.name,
            on_pick=partial(_pick, state),
            heat="field",
            tour=tour_over(LIBRARY + model.name, report.graph, state.table.input_size),
        )


def _pick(state: State, name: str) -> None:
    if name in shown_rows(state.table.rows):
        FORM.set(state.layer, name)
    else:
        st.toast(text("map_no_maps", layer=name))
