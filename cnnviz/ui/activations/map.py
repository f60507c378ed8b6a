"""The whole network as a map on which each layer shows its maps of the photo, down to the sum behind a unit."""

import hashlib
from typing import TYPE_CHECKING

import streamlit as st

from cnnviz.components.network_map_photo import photo_map, send_maps, thumbnails
from cnnviz.components.parcel import send
from cnnviz.engine.requests import AnalyzeModel, Input, Maps, Thumbnails, key_of
from cnnviz.ui.activations.report import show_unit
from cnnviz.ui.activations.state import SUBJECT, State, read
from cnnviz.ui.activations.view import FORM
from cnnviz.ui.engine import ask
from cnnviz.ui.field import field_steps
from cnnviz.ui.network_heat import Run, heat_of
from cnnviz.ui.part import Part, let_paint

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnnviz.analysis import NetworkReport
    from cnnviz.components.network_map_photo import Place
    from cnnviz.engine.results import LayerRow, NetworkInput, StrongestMaps
    from cnnviz.graph import NetworkGraph

KEY = FORM.key("map")
_LOOK = FORM.key("look")
_UNIT = ("channel", "row", "column")


def _report(state: State) -> AnalyzeModel:
    return AnalyzeModel(state.subject.model, state.table.input_size)


def _draw_stage(state: State, answer: "NetworkReport") -> None:
    """Draw the map, then send what its layers make of the photo, and what is looked at more closely."""
    graph, rows, given = answer.graph, state.table.rows, state.subject.given
    token = hashlib.blake2b(repr(key_of(Input(**given))).encode(), digest_size=8).hexdigest()
    look = _looked(token)
    place, sign = st.container(), st.empty()
    heat = heat_of(FORM, Run(state.subject.model, state.table.input_size, state.subject), sign)
    with place:
        photo_map(
            graph,
            key=KEY,
            token=token,
            shapes={row.name: row.maps for row in rows},
            selected=state.row.name if FORM.text("layer") else None,
            unit=_unit(state.row.maps),
            look=look,
            on_pick=_pick,
            on_look=lambda layer, channel: st.session_state.update({_LOOK: (token, layer, channel)}),
            **heat,
        )
    let_paint()
    got, found = ask(Input(**given)), ask(Thumbnails(**given))
    if got is None or found is None:
        return
    send(f"{KEY}.atlas", _atlas(token, graph, rows, got, found))
    if look is not None and (maps := ask(Maps(layer=look[0], **given))) is not None:
        send_maps(KEY, token, graph, *look, maps.values)


# Made once a photo: at an act it would take longer than all else.
@st.cache_data(max_entries=16, show_spinner=False)
def _atlas(
    token: str, _graph: "NetworkGraph", _rows: "Sequence[LayerRow]", _got: "NetworkInput", _found: "StrongestMaps"
) -> bytes:
    return thumbnails(
        _graph,
        _found.layers,
        sizes=_found.sizes,
        channels=_found.channels,
        maps=_found.maps,
        limits=_found.limits,
        fields={row.name: field_steps(row.receptive_field) for row in _rows if row.receptive_field is not None},
        photo=_got.view,
        key=KEY,
        token=token,
    )


def _looked(token: str) -> tuple[str, int] | None:
    """Return the layer, and the channel or -1, that is looked at most closely on the map of this network and photo."""
    of, *look = st.session_state.get(_LOOK, ("", "", -1))
    return (look[0], look[1]) if of == token else None


def _unit(maps: "Place") -> "Place | None":
    """Return the channel, row and column that the link holds, None where it holds none of these maps (C, H, W)."""
    texts = [FORM.text(name) for name in _UNIT]
    numbers = [int(text) for text in texts if text is not None and text.isdecimal()]
    if len(numbers) < 3 or not all(number < count for number, count in zip(numbers, maps, strict=True)):
        return None
    channel, row, column = numbers
    return channel, row, column


def _pick(layer: str, place: "Place | None") -> None:
    FORM.put({"layer": layer, **dict(zip(_UNIT, place or (None, None, None), strict=True))})


def _show_sum(state: State, answer: "NetworkReport") -> None:
    """Show where the chosen unit's value comes from: without one in the link, the strongest of the layer."""
    maps = ask(Maps(layer=state.row.name, **state.subject.given))
    if maps is not None:
        show_unit(state, maps)


PART = Part(
    form=FORM,
    read=read,
    request=_report,
    stage=_draw_stage,
    notes=_show_sum,
    more=lambda state, answer: SUBJECT.link_elsewhere(),
    height=640,
    paints=True,
)
