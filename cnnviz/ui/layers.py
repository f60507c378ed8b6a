"""A network's layers as a strip to pick from, with a search box as its twin."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import streamlit as st

from cnnviz.arithmetic.families import family
from cnnviz.components.strip import strip
from cnnviz.ui.lesson import text
from cnnviz.ui.state import current, forget, keep_within

if TYPE_CHECKING:
    from cnnviz.engine.results import LayerRow


def first_convolution(rows: "Sequence[LayerRow]") -> str:
    """Return the name of the first convolution, or of the first layer where there is none."""
    return next((row.name for row in rows if family(row.kind) == "conv"), rows[0].name)


def middle_convolution(rows: "Sequence[LayerRow]") -> str:
    """Return the name of the convolution in the middle of the network, where maps are neither edges nor classes."""
    names = [row.name for row in rows if family(row.kind) == "conv"]
    return names[len(names) // 2] if names else rows[0].name


def shown_rows(rows: "Sequence[LayerRow]") -> "dict[str, LayerRow]":
    """Return the rows by name without those that hand on what they get, as timm puts them where an option is off."""
    return {row.name: row for row in rows if row.kind != "Identity"}


def chosen_layer(rows: "Sequence[LayerRow]", default: str) -> "LayerRow":
    """Return the row that choose_layer has chosen or, before it is drawn for the first time, will choose."""
    by_name = shown_rows(rows)
    return by_name[current("layer", list(by_name), default)]


def choose_layer(rows: "Sequence[LayerRow]", *, screen: str, default: str, dependents: Sequence[str]) -> "LayerRow":
    """Show the strip and its twin, and return the chosen row; `dependents` are widgets that a new layer resets."""
    by_name = shown_rows(rows)
    keep_within("layer", list(by_name), default)
    selected = chosen_layer(rows, default).name

    def choose(name: str) -> None:
        forget(*dependents)
        st.session_state["layer"] = name

    strip(
        [
            {"name": r.name, "kind": r.kind, "size": r.output_size[1:], "family": family(r.kind)}
            for r in by_name.values()
        ],
        key=f"{screen}-strip",
        selected=selected,
        label=text("common", "layers"),
        on_pick=choose,
    )
    name = st.selectbox(
        "Layer", list(by_name), key="layer", bind="query-params", on_change=forget, args=tuple(dependents)
    )
    return by_name[name]
