"""One live example from each screen; opens without torch."""

from pathlib import Path

import numpy as np
import streamlit as st

from cnnviz.components.tiles import tiles
from cnnviz.ui import lesson

SCREEN = "home"
MODEL = "alexnet-tiny"
EXAMPLES = Path(__file__).parents[1] / "assets" / "home"


@st.cache_resource(max_entries=8, show_spinner=False)
def example(name: str) -> dict[str, np.ndarray]:
    with np.load(EXAMPLES / f"{name}.npz") as arrays:
        return dict(arrays)


st.title("cnnviz")
lesson.say(SCREEN, "idea")
activations_box, filters_box = st.columns(2, gap="large")

with activations_box:
    shown = example("activations")
    count, height, width = shown["maps"].shape
    st.page_link(
        "screens/inspect/activations.py", label=lesson.text(SCREEN, "activations_link"), icon=":material/arrow_forward:"
    )
    lesson.say(SCREEN, "activations", channels=count, height=height, width=width)
    picked = tiles(
        shown["maps"].astype(np.float32),
        key="home-activations",
        mode="positive",
        columns=8,
        labels=[f"of 64: {number}" for number in shown["channels"]],
        label=lesson.text(SCREEN, "activations_label"),
    )
    if picked is not None:
        link = {"model": MODEL, "layer": "relu1", "channel": str(shown["channels"][picked])}
        st.switch_page("screens/inspect/activations.py", query_params=link)

with filters_box:
    shown = example("filters")
    st.page_link(
        "screens/inspect/filters.py", label=lesson.text(SCREEN, "filters_link"), icon=":material/arrow_forward:"
    )
    lesson.say(SCREEN, "filters", filters=len(shown["tiles"]))
    picked = tiles(
        shown["tiles"],
        key="home-filters",
        mode="rgb",
        weights=shown["weights"].astype(np.float32),
        columns=8,
        labels=[f"filter {number}" for number in shown["filters"]],
        label=lesson.text(SCREEN, "filters_label"),
    )
    if picked is not None:
        link = {"model": MODEL, "filter": str(shown["filters"][picked])}
        st.switch_page("screens/inspect/filters.py", query_params=link)
