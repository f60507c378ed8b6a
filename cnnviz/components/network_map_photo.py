"""What the map of a network shows of one photo: each layer's strongest maps, all its maps, and one map exactly.

    photo_map(graph, key="map", token="resnet50 dog", shapes=shapes, on_pick=print, on_look=print)
    send("map.atlas", thumbnails("map", "resnet50 dog", graph, found.layers, ...))

Thumbnails come at once, as one parcel; all maps of a layer, and a map's exact numbers, when the browser asks for them.
"""

import zlib
from collections.abc import Callable, Mapping, Sequence

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnnviz.components.network_map import message, mount
from cnnviz.components.network_map_measures import Measured
from cnnviz.components.pack import pack
from cnnviz.components.parcel import send
from cnnviz.components.quantise import quantise
from cnnviz.components.tiles import step_of
from cnnviz.components.unit import FIELD
from cnnviz.graph import NetworkGraph

Place = tuple[int, int, int]
Fields = Mapping[str, Mapping[str, float] | None]
"""FIELD by a layer's name, as `unit` takes it; None where a unit sees the whole image, and none where nobody knows."""


def photo_map(
    graph: NetworkGraph,
    *,
    key: str,
    token: str,
    shapes: Mapping[str, Place],
    selected: str | None = None,
    unit: Place | None = None,
    look: tuple[str, int] | None = None,
    heat: str = "",
    measured: Measured | None = None,
    words: Mapping[str, str] | None = None,
    on_pick: Callable[[str, Place | None], None],
    on_look: Callable[[str, int], None],
    on_ask: Callable[[str], None] | None = None,
) -> None:
    """Draw the map of a network that looks at a photo; `token` stands for the network and the photo.

    `shapes` are those of the layers' maps (C, H, W) by name. `unit` is the (channel, row, column) that is chosen in the
    layer `selected`. `on_pick` hears the name of a layer that is picked, and of a unit its place besides. `on_look`
    hears of a layer, and a channel of it, or -1 for none, that are looked at so closely that all its maps are wanted;
    `look` is what was heard last: `send_maps` is to answer it. `heat`, `measured` and `on_ask` are those of
    `network_map`.
    """
    more = {"photo": {"token": token, "unit": unit, "look": None if look is None else [graph.place(look[0]), look[1]]}}
    data, rest = message(
        graph,
        key=key,
        selected=selected,
        heat=heat,
        measured=measured,
        asks=on_ask is not None,
        words=words,
        shapes=shapes,
        more=more,
    )
    send(key, rest)

    def picked() -> None:
        value = st.session_state[key].pick
        if isinstance(value, str):
            on_pick(value, None)
        elif value is not None:
            on_pick(str(value[0]), (int(value[1]), int(value[2]), int(value[3])))

    def looked() -> None:
        value = st.session_state[key].look
        if value is not None:
            on_look(str(value[0]), int(value[1]))

    def asked() -> None:
        value = st.session_state[key].ask
        if on_ask is not None and value is not None:
            on_ask(str(value))

    mount(data=data, key=key, on_pick_change=picked, on_look_change=looked, on_ask_change=asked)


def thumbnails(
    graph: NetworkGraph,
    layers: Sequence[str],
    *,
    sizes: Sequence[Place],
    channels: Sequence[NDArray[np.int32]],
    maps: Sequence[NDArray[np.float32]],
    limits: NDArray[np.float32],
    fields: Fields,
    photo: NDArray[np.uint8],
    key: str,
    token: str,
) -> bytes:
    """Return the parcel with the strongest maps of all layers, in one picture's worth of bytes.

    Each of `layers` has `maps` (K, h, w) of the given `channels` (K,) out of `sizes` (C, H, W), and the least and
    greatest value of them all, `limits` (L, 2). The arrays: the photo (h, w, 3); what `quantise` makes of the maps, one
    after the other and deflated, and their ranges (T, 2); channels (T,); a row for each layer of [node, K, h, w, C, H,
    W, sees], where sees is 0 where nobody knows what a unit sees, 1 for a box and 2 for the whole image; the boxes
    (L, 6), FIELD; limits (L, 2).
    """
    found = [quantise(each) for each in maps]
    codes = b"".join(each.tobytes() for each, _ in found)
    rows, boxes = [], []
    for name, size, each in zip(layers, sizes, maps, strict=True):
        field = fields.get(name)
        sees = 1 if field else 2 if name in fields else 0
        rows.append((graph.place(name), *each.shape, *size, sees))
        boxes.append([float(field[part]) if field else 0.0 for part in FIELD])
    return pack(
        {"parcel": [f"{key}.atlas", token], "size": photo.shape[:2]},
        photo,
        np.frombuffer(zlib.compress(codes, 4), np.uint8),
        np.concatenate([ranges for _, ranges in found]),
        np.concatenate(channels),
        np.array(rows, np.int32),
        np.array(boxes, np.float32),
        limits,
    )


def all_maps(place: int | None, values: NDArray[np.float32], *, key: str, token: str) -> bytes:
    """Return the parcel with all maps (C, H, W) of the layer at a place in the graph, quantised, every step-th value.

    The step is 1 but for layers of more than half a million values. The arrays: codes (C, h, w) and ranges (C, 2).
    """
    step = step_of(*values.shape)
    meta = {"parcel": [f"{key}.mosaic", f"{token} {place}"], "step": step}
    return pack(meta, *quantise(values[:, ::step, ::step]))


def one_map(place: int | None, channel: int, values: NDArray[np.float32], *, key: str, token: str) -> bytes:
    """Return the parcel with the exact numbers (H, W) of one map of the layer at a place in the graph."""
    return pack({"parcel": [f"{key}.exact", f"{token} {place} {channel}"]}, values)


def send_maps(key: str, token: str, graph: NetworkGraph, layer: str, channel: int, values: NDArray[np.float32]) -> None:
    """Answer a look at a layer: send all its maps (C, H, W), and of the channel, if it is none of -1, the numbers."""
    place = graph.place(layer)
    send(f"{key}.mosaic", all_maps(place, values, key=key, token=token))
    if channel >= 0:
        send(f"{key}.exact", one_map(place, channel, values[channel], key=key, token=token))
