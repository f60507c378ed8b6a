"""One map beside a picture: a first convolution, a deep layer, the whole image, a digit."""

import numpy as np
import streamlit as st

from cnnviz.components import unit
from cnnviz.components.library import bring_library

st.set_page_config(layout="wide")
bring_library()
FIELDS = {
    "first": (112, 224, {"top": -3, "left": -3, "height": 7, "width": 7, "row_stride": 2, "column_stride": 2}),
    "middle": (28, 224, {"top": -45, "left": -45, "height": 99, "width": 99, "row_stride": 8, "column_stride": 8}),
    "deep": (7, 224, {"top": -213, "left": -213, "height": 427, "width": 427, "row_stride": 32, "column_stride": 32}),
    "whole": (1, 224, None),
    "digit": (10, 28, {"top": 0, "left": 0, "height": 10, "width": 10, "row_stride": 2, "column_stride": 2}),
}
kind = st.radio("kind", list(FIELDS), horizontal=True, key="kind")
side, size, field = FIELDS[kind]


def picture(size: int) -> np.ndarray:
    y, x = np.mgrid[:size, :size] / size
    disc = ((x - 0.55) ** 2 + (y - 0.5) ** 2 < 0.08)[..., None] * np.array([90, 40, -60])
    sky = np.stack([100 + 90 * y, 140 + 40 * x, 190 - 80 * y], axis=-1)
    return np.clip(sky + disc + 18 * np.sin(40 * x)[..., None], 0, 255).astype(np.uint8)


y, x = np.mgrid[:side, :side] / side
values = (np.sin(9 * x) * np.cos(7 * y)).astype(np.float32)
if kind == "middle":
    values[0, 0], values[0, 1] = np.nan, np.inf
picked = unit(
    values,
    picture(size),
    field=field,
    key="unit",
    selected=st.session_state.get("unit_at"),
    on_pick=lambda at: st.session_state.update(unit_at=at),
)
st.write(f"picked: {picked}")
