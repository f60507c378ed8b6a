"""A network as a map: its layers to scale and what each reads, in blocks that open and close, to be moved and zoomed.

    network_map(report.graph, key="map", selected="layer1.0.conv1", on_pick=print)

Moving, zooming, opening, searching and measures are answered in the browser alone; a click on a layer comes back.
"""

from collections.abc import Callable, Mapping
from math import prod
from typing import Any

import numpy as np
import streamlit as st

from cnnviz.arithmetic import LayerRecord
from cnnviz.arithmetic.families import family
from cnnviz.arithmetic.record import Size
from cnnviz.components.language import words_of
from cnnviz.components.pack import pack
from cnnviz.components.parcel import parcel, send
from cnnviz.components.register import picked, register
from cnnviz.components.tour import BEGIN, CARD
from cnnviz.graph import NetworkGraph, Node, fold
from cnnviz.graph.folding import Item
from cnnviz.graph.network_graph import INPUT, OUTPUT

MEASURES = ("parameters", "macs", "memory", "field")
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
    </div>
    CARD
  </div>
  <div class="foot">
    <div class="readout" aria-live="off"></div>
    <div class="hues"></div>
    <div class="legend"><span class="low"></span><span class="bar"></span><span class="high"></span></div>
    <div class="keys"></div>
  </div>
</div>
"""

_mount = register("network_map", _HTML.replace("BEGIN", BEGIN).replace("CARD", CARD))


def network_map(
    graph: NetworkGraph,
    *,
    key: str,
    selected: str | None = None,
    on_pick: Callable[[str], None] | None = None,
    words: Mapping[str, str] | None = None,
    tour: Mapping[str, Any] | None = None,
) -> None:
    """Draw the map of a network; `selected` is the name of a layer, and `on_pick` hears the name of one picked.

    A `tour`, as cnnviz.ui.tours tells it, leads over the map, which then has a button for it.
    """
    tell = None if on_pick is None else lambda value: on_pick(str(value))
    # The browser writes the step of a tour into the address, and again whenever Python has written that.
    address = "" if tour is None else repr(sorted(st.query_params.to_dict().items()))
    data, rest = message(graph, key=key, selected=selected, words=words, tour=tour, address=address)
    send(key, rest)
    picked(_mount, data, key, tell)


def message(
    graph: NetworkGraph,
    *,
    key: str,
    selected: str | None = None,
    words: Mapping[str, str] | None = None,
    tour: Mapping[str, Any] | None = None,
    address: str = "",
) -> tuple[bytes, bytes]:
    """Return what `network_map` sends to the browser: what is chosen, and a parcel with the network.

    The parcel has names and blocks, then edges, numbers and scales.

    Edges are (E, 2) places of nodes. Numbers are (4, N), a row for each of MEASURES, NaN where there is none; a
    receptive field is its larger side in pixels, that of the whole image where a unit sees it all. Scales are (N, 2):
    channels and the side of a map.
    """
    meta = {
        "nodes": [_described(node) for node in graph.nodes],
        "items": [_item(item) for item in fold(graph)],
        "measures": list(MEASURES),
        "words": words_of("network_map", words),
        "tour": None if tour is None else {**tour, "words": words_of("tour", None)},
    }
    edges = np.array([(edge.source, edge.target) for edge in graph.edges], np.int32).reshape(-1, 2)
    image = next((node.size for node in graph.nodes if node.kind == INPUT and len(node.size) > 2), ())
    numbers = np.array([_numbers(node, image) for node in graph.nodes], np.float64).T
    scales = np.array([_scale(node.size) for node in graph.nodes], np.float32)
    named, rest = parcel(key, meta, edges, numbers, scales)
    return pack({**named, "selected": None if selected is None else graph.place(selected), "address": address}), rest


def _described(node: Node) -> list[Any]:
    kind = node.kind.lower()
    of = "join" if kind in _JOINS else "input" if node.kind in (INPUT, OUTPUT) else family(kind)
    return [node.name, node.kind, of, "×".join(map(str, node.size[1:])), [each.name for each in node.identities]]


def _item(item: Item) -> Any:
    return item if isinstance(item, int) else [item.name, item.kind, item.count, [_item(each) for each in item.items]]


def _numbers(node: Node, image: Size) -> tuple[float, ...]:
    layer = node.layer
    if layer is None:
        return (float("nan"),) * len(MEASURES)
    return layer.parameters, layer.macs, layer.memory, _field(layer, image)


def _field(layer: LayerRecord, image: Size) -> float:
    field = layer.receptive_field
    if field is None:
        return float("nan")
    return float(max(image[2:] if field.size is None else field.size, default=float("nan")))


def _scale(size: Size) -> tuple[float, float]:
    """Return the channels of (N, C, ...) and the side of a square map with as many positions."""
    places = size[2:]
    return (size[1] if len(size) > 1 else 1, prod(places) ** (1 / len(places)) if places else 1)
