"""A convolution beside what does the same at another price."""

from collections.abc import Mapping

import streamlit as st

from cnnviz.arithmetic import Layer
from cnnviz.arithmetic.alternatives import Alternative, alternatives
from cnnviz.figures.cost_bars import costs
from cnnviz.figures.style import INPUT, KERNEL
from cnnviz.ui.chart import chart
from cnnviz.ui.layer.state import FORM, WORDS
from cnnviz.ui.numbers import ratio, whole

WAYS = {
    "convolution": "alternative_convolution",
    "fully_connected": "alternative_fully_connected",
    "local": "alternative_local",
    "separable": "alternative_separable",
    "bottleneck": "alternative_bottleneck",
}
STACKS = {1: "alternative_stack_1d", 2: "alternative_stack", 3: "alternative_stack_3d"}
COLOURS = {"parameters": KERNEL, "macs": INPUT}
say, text = WORDS.say, WORDS.text


def show_alternatives(layer: Layer, settings: Mapping[str, object]) -> None:
    """Set the convolution beside what does the same at another price."""
    if not layer.kind.startswith("Conv") or layer.kind.startswith("ConvTranspose"):
        say("otherwise_none")
        return
    say("otherwise_text")
    ways = alternatives(layer.kind, layer.input_size, settings)
    names = [_way(way, layer) for way in ways]
    parameters, macs = [way.parameters for way in ways], [way.macs for way in ways]
    for box, key, counts in zip(st.columns(2), ("parameters", "macs"), (parameters, macs), strict=True):
        chart(
            costs(names, counts, title=WORDS.label(key), colour=COLOURS[key]),
            key=FORM.key(f"costs-{key}"),
            at=box,
            alt=text("otherwise_label", what=WORDS.label(key)),
        )
    rows = [text("otherwise_head"), "|---|--:|--:|"]
    for name, way in zip(names, ways, strict=True):
        ratios = ratio(way.parameters, parameters[0]), ratio(way.macs, macs[0])
        rows.append(f"| {name} | {whole(way.parameters)} ({ratios[0]}×) | {whole(way.macs)} ({ratios[1]}×) |")
    st.container(key=FORM.key("ways")).markdown("\n".join(rows))
    if all(way.name != "stack" for way in ways):
        st.caption(text("otherwise_no_stack"))


def _way(way: Alternative, layer: Layer) -> str:
    if way.name == "stack":
        return text(STACKS[len(layer.input_size) - 2], count=len(way.layers))
    narrow = way.layers[0].output_size[1] if way.name == "bottleneck" else 0
    return text(WAYS[way.name], narrow=narrow)
