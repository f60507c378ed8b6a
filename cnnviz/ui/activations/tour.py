"""The tour from the photo to the answer, through the layers of the network that comes with cnnviz."""

import streamlit as st

from cnnviz.components.language import language
from cnnviz.components.tour import tour
from cnnviz.engine.requests import Layers
from cnnviz.graph import NetworkGraph, Node
from cnnviz.ui.activations.view import FORM
from cnnviz.ui.engine import ask
from cnnviz.ui.subject import Subject
from cnnviz.ui.tours import told
from cnnviz.ui.tours import tour as tour_by_name

_TOUR = "photo"
_KEPT = FORM.key("before-tour")
# What of the link says which layer and which unit of it is looked at.
_LOOK = ("layer", "channel", "row", "column")


def show_tour(subject: Subject, answer: str, probability: str) -> None:
    """Offer the tour for a network that has one; its last step tells the answer and its probability."""
    found = tour_by_name(_TOUR, language())
    table = ask(Layers(subject.model)) if subject.model.name in found.networks else None
    if table is None:
        return
    steps = found.through(subject.model.name)
    graph = NetworkGraph(tuple(Node(row.name, row.kind, row.output_size, row) for row in table.rows), ())
    facts = {"answer": answer, "probability": probability}

    def go(at: int | None) -> None:
        """Look at what a step is about; how it was before the first one comes back after the last."""
        if at is None:
            FORM.put({**st.session_state.pop(_KEPT, {}), "tour": None, "step": None})
            return
        if FORM.text("tour") is None:
            st.session_state[_KEPT] = {name: FORM.text(name) for name in _LOOK}
        FORM.put({**dict.fromkeys(_LOOK), **steps[at].changes, "tour": found.name, "step": at + 1})

    tour(
        **told(found, subject.model.name, graph, facts),
        at=_at(found.name, len(steps)),
        key=FORM.key("tour"),
        on_step=go,
    )


def _at(name: str, count: int) -> int | None:
    """Return the place of the step that the link asks for, None where it asks for none of this tour."""
    if FORM.text("tour") != name:
        return None
    step = FORM.text("step") or "1"
    return min(max(int(step), 1), count) - 1 if step.isdecimal() and len(step) < 4 else 0
