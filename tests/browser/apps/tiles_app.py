"""Mosaics of every kind: 64 maps, a vector, colour filters, and maps with values that are no numbers."""

import numpy as np
import streamlit as st

from cnnviz.components import tiles
from cnnviz.components.library import bring_library

st.set_page_config(layout="wide")
bring_library()


@st.cache_data(max_entries=10)
def waves(count: int, side: int) -> np.ndarray:
    y, x = np.mgrid[:side, :side] / side
    angle = np.arange(count)[:, None, None] * np.pi / count
    return (np.sin(12 * (x * np.cos(angle) + y * np.sin(angle)) + angle) * (1 + angle)).astype(np.float32)


kind = st.radio("kind", ["waves", "relu", "vector", "filters", "odd", "huge"], horizontal=True, key="kind")
shared = st.checkbox("shared", key="shared")
reverse = st.checkbox("reverse", key="reverse")

if kind == "filters":
    weights = np.random.default_rng(0).normal(size=(64, 3, 11, 11)).astype(np.float32)
    pixels = np.clip(weights.transpose(0, 2, 3, 1) * 40 + 128, 0, 255).astype(np.uint8)
    picked = tiles(pixels, key="mosaic", mode="rgb", weights=weights, label="Filters")
else:
    maps = {
        "waves": lambda: waves(64, 112),
        "relu": lambda: np.maximum(waves(6, 28), 0),
        "vector": lambda: np.random.default_rng(0).normal(size=(1000, 1, 1)).astype(np.float32),
        "odd": lambda: np.array(
            [[[np.nan, np.inf], [-np.inf, 0]], [[1, 2], [3, np.nan]], [[np.nan] * 2] * 2, [[0, 0], [0, 0]]], np.float32
        ),
        "huge": lambda: np.broadcast_to(np.arange(2048, dtype=np.float32)[:, None, None], (2048, 56, 56)),
    }[kind]()
    order = np.arange(len(maps))[::-1] if reverse else None
    picked = tiles(
        maps,
        key="mosaic",
        mode="positive" if kind == "relu" else "signed",
        shared=shared,
        selected=st.session_state.get("channel"),
        order=order,
        label=f"The maps: {kind}",
        labels=[f"class {i}" for i in range(len(maps))] if kind == "vector" else None,
        on_pick=lambda index: st.session_state.update(channel=index),
    )
st.write(f"picked: {picked}")
