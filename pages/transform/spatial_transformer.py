"""Spatial transformers: six numbers that say where to look, by hand and as a network learns them."""

import streamlit as st

from cnnviz.ui import lesson
from cnnviz.ui.transform import by_hand, inside, interpolation, learned

SCREEN = "spatial_transformer"
PARTS = {
    "By hand": by_hand.show,
    "Why interpolation": interpolation.show,
    "Learned": learned.show,
    "Inside a network": inside.show,
}

st.title("Spatial transformer")
lesson.say(SCREEN, "idea")
part = st.segmented_control(
    "Part", list(PARTS), default="By hand", key="part", bind="query-params", required=True, label_visibility="collapsed"
)
PARTS[part]()
lesson.try_this(SCREEN)
