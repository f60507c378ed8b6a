"""What a network is invariant to, what it is equivariant to, and what it is not."""

from importlib import import_module

import streamlit as st

from cnnviz.ui import lesson

SCREEN = "invariance"
# Modules of cnnviz.ui.transform: only the part that is open is imported, and computed.
PARTS = {"Move it": "moving", "Equivariance": "equivariance", "Augmentation": "augmentation"}

st.title("Invariance")
lesson.say(SCREEN, "idea")
part = st.segmented_control(
    "Part", list(PARTS), default="Move it", key="part", bind="query-params", required=True, label_visibility="collapsed"
)
import_module(f"cnnviz.ui.transform.{PARTS[part]}").show()
lesson.try_this(SCREEN)
