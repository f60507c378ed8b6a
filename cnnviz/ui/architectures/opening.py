"""The way from the gallery into the calculator."""

import streamlit as st

from cnnviz.design import LIBRARY, PRESETS
from cnnviz.ui import links
from cnnviz.ui.network.state import of_input


def preset_link(name: str) -> dict[str, str]:
    """Return the calculator's link with one of its presets."""
    preset = PRESETS[name]
    return rows_link(preset.text, preset.input_size)


def rows_link(text: str, input_size: tuple[int, ...]) -> dict[str, str]:
    """Return the calculator's link with a network of rows on an input (N, C, H, W)."""
    return {"net": text, "size": of_input(input_size[1:])}


def library_link(architecture: str, side: int = 224) -> dict[str, str]:
    """Return the calculator's link with a network of torchvision or timm on colour images of that side."""
    return rows_link(LIBRARY + architecture, (1, 3, side, side))


def open_in_calculator(label: str, link: dict[str, str]) -> None:
    """Draw the link."""
    st.page_link(
        "pages/design/network.py",
        label=label,
        icon=":material/account_tree:",
        query_params={**links.visit(), **link},
        width="content",
    )
