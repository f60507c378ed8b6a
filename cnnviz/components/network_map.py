"""A network as a map: its layers to scale and what each reads, in blocks that open and close, to be moved and zoomed.

    network_map(report.graph, key="map", selected="layer1.0.conv1", on_pick=print)

Moving, zooming, opening, searching and measures are answered in the browser alone; a click on a layer comes back.
"""

from collections.abc import Callable, Mapping
from math import prod
from typing import Any

import numpy as np
import streamlit as st

from cnnviz.arithmetic.families import family
from cnnviz.components.language import words_of
from cnnviz.components.network_map_measures import MEASURED, MEASURES, Measured, numbers_of
from cnnviz.components.pack import pack
from cnnviz.components.parcel import parcel, send
from cnnviz.components.register import register
from cnnviz.components.tour import BEGIN, CARD
from cnnviz.graph import NetworkGraph, Node, fold
from cnnviz.graph.folding import Item
from cnnviz.graph.network_graph import INPUT, OUTPUT

_JOINS = frozenset(("add", "cat", "concat", "concatenate", "mul", "sub", "stack"))
_HTML = """
<div class="root">
  <div class="bar">
    <div class="tools">
      BEGIN
      <button class="fit" type="button"></button>
      <button class="out" type="button">−</button>
      <button class="in" type="button">+</button>
      <button class="open" type="button"></button>
      <button class="close" type="button"></button>
      <button class="svg" type="button">SVG</button>
      <button class="png" type="button">PNG</button>
    </div>
    <div class="tools">
      <label><span class="by"></span><select class="measure"></select></label>
      <input class="find" type="search">
    </div>
  </div>
  <div class="frame">
    <div class="stage" role="application" tabindex="0">
      <canvas class="map" aria-hidden="true"></canvas>
      <div class="mini" aria-hidden="true"><canvas></canvas><i></i></div>
      <figure class="inset" aria-hidden="true" hidden><canvas></canvas><i></i></figure>
    </div>
    CARD
  </div>
  <div class="foot">
    <div class="readout" aria-live="off"></div>
    <div class="hues"></div>
    <div class="legend"><span class="low"></span><span class="bar"></span><span class="high"></span>
      <span class="steps"></span></div>
    <div class="note" aria-live="polite"></div>
    <div class="keys"></div>
  </div>
</div>
"""

_WHOLE = _HTML.replace("BEGIN", BEGIN).replace("CARD", CARD)
mount = register("network_map", _WHOLE)
_mount_small = register("network_map", _WHOLE.replace('"root"', '"root small"'), variant="_small")


def network_map(
    graph: NetworkGraph,
    *,
    key: str,
    selected: str | None = None,
    on_pick: Callable[[str], None] | None = None,
    heat: str = "",
    measured: Measured | None = None,
    on_ask: Callable[[str], None] | None = None,
    words: Mapping[str, str] | None = None,
    tour: Mapping[str, Any] | None = None,
    small: bool = False,
) -> None:
    """Draw the map of a network; `selected` is the name of a layer, and `on_pick` hears the name of one picked.

    `heat` is the measure that it is coloured by at first, "" for the kinds of layers. Where there is an `on_ask`, what
    is measured in a run may be chosen too: `on_ask` hears the measure that is chosen, "" for the kinds, and `measured`
    is what a run gave. A `tour`, as cnnviz.ui.tours tells it, leads over the map, which then has a button for it.
    A `small` map has no tools: it is for a few layers beside those of another network. Its keys are the same.
    """
    # The browser writes the step of a tour into the address, and again whenever Python has written that.
    address = "" if tour is None else repr(sorted(st.query_params.to_dict().items()))
    data, rest = message(
        graph,
        key=key,
        selected=selected,
        heat=heat,
        measured=measured,
        asks=on_ask is not None,
        words=words,
        tour=tour,
        more={"address": address},
    )
    send(key, rest)

    def tell(what: str, hear: Callable[[str], None] | None) -> None:
        value = getattr(st.session_state[key], what)
        if hear is not None and value is not None:
            hear(str(value))

    draw = _mount_small if small else mount
    draw(
        data=data,
        key=key,
        on_pick_change=lambda: tell("pick", on_pick),
        on_ask_change=lambda: tell("ask", on_ask),
    )


def message(
    graph: NetworkGraph,
    *,
    key: str,
    selected: str | None = None,
    heat: str = "",
    measured: Measured | None = None,
    asks: bool = False,
    words: Mapping[str, str] | None = None,
    shapes: Mapping[str, tuple[int, int, int]] | None = None,
    tour: Mapping[str, Any] | None = None,
    more: Mapping[str, Any] | None = None,
) -> tuple[bytes, bytes]:
    """Return what `network_map` sends to the browser: what is chosen, and a parcel with the network.

    The parcel has names and blocks, then edges, numbers and scales.

    Edges are (E, 2) places of nodes, numbers those of `numbers_of`. Scales are (N, 2): channels and the side of a map.
    `shapes` are those of layers' maps (C, H, W), by name, where more is known of them than a node's axis of channels;
    `more` travels with what is chosen.
    """
    measures = (*MEASURES, *MEASURED) if asks else MEASURES
    meta = {
        "nodes": [_described(node) for node in graph.nodes],
        "items": [_item(item) for item in fold(graph)],
        "measures": list(measures),
        "asks": list(MEASURED) if asks else [],
        "words": words_of("network_map", words),
        "tour": None if tour is None else {**tour, "words": words_of("tour", None)},
    }
    edges = np.array([(edge.source, edge.target) for edge in graph.edges], np.int32).reshape(-1, 2)
    numbers = numbers_of(graph, measures, measured)
    sizes = [shapes[node.name] if shapes and node.name in shapes else _maps(node) for node in graph.nodes]
    scales = np.array(list(map(_scale, sizes)), np.float32)
    named, rest = parcel(key, meta, edges, numbers, scales)
    place = None if selected is None else graph.place(selected)
    note = measured.note if measured else ""
    return pack({**named, "selected": place, "heat": heat, "note": note, **(more or {})}), rest


def _described(node: Node) -> list[Any]:
    kind = node.kind.lower()
    of = "join" if kind in _JOINS else "input" if node.kind in (INPUT, OUTPUT) else family(kind)
    return [node.name, node.kind, of, "×".join(map(str, node.size[1:])), [each.name for each in node.identities]]


def _item(item: Item) -> Any:
    return item if isinstance(item, int) else [item.name, item.kind, item.count, [_item(each) for each in item.items]]


def _maps(node: Node) -> tuple[int, ...]:
    """Return (C, ...) of a node's output (N, ...), (1,) where no axis is the channels."""
    if node.channels is None or node.channels >= len(node.size):
        return (1,)
    return (node.size[node.channels], *(side for axis, side in enumerate(node.size) if axis not in (0, node.channels)))


def _scale(size: tuple[int, ...]) -> tuple[float, float]:
    """Return the channels of (C, ...) and the side of a square map with as many positions."""
    channels, *places = size
    return channels, prod(places) ** (1 / len(places)) if places else 1
