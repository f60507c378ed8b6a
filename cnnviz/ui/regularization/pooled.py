"""What global average pooling made needless: the linear layers between which the first networks needed dropout."""

from dataclasses import dataclass
from functools import cache

import streamlit as st

from cnnviz.arithmetic import LayerRecord
from cnnviz.design import PRESETS
from cnnviz.design.totals import of_text
from cnnviz.ui.names import named
from cnnviz.ui.numbers import percent, whole
from cnnviz.ui.words import Words

NETWORKS = ("alexnet", "vgg16", "nin", "googlenet", "resnet50")
_HEAD = "AdaptiveAvgPool 1, Flatten, Linear"


@dataclass(frozen=True)
class Head:
    """Parameters of a network, of its linear layers, and with one linear layer behind global average pooling.

    `pooled` is None where the network has that already.
    """

    title: str
    parameters: int
    linear: int
    pooled: int | None


@cache
def head(name: str) -> Head:
    """Return the numbers of a preset of the calculator."""
    preset = PRESETS[name]
    shown = of_text(preset.text, preset.input_size, 4)
    linear = [each for each in shown.entries if each.kind == "Linear"]
    pooled = None
    if "AdaptiveAvgPool 1," not in preset.text:
        body, _, _ = preset.text.partition(", Flatten")
        pooled = of_text(f"{body}, {_HEAD} {_classes(linear[-1])}", preset.input_size, 4).parameters
    return Head(preset.title, shown.parameters, sum(each.parameters for each in linear), pooled)


def _classes(last: LayerRecord) -> int:
    assert last.output_size is not None
    return last.output_size[-1]


def show_pooled(words: Words) -> None:
    """Show the table of the networks, and say what it means."""
    st.subheader(words.text("pooled_title"))
    heads = [head(name) for name in NETWORKS]
    first = heads[0]
    assert first.pooled is not None
    words.say(
        "pooled",
        linear=whole(first.linear),
        all=whole(first.parameters),
        share=percent(first.linear / first.parameters),
        pooled=whole(first.pooled),
    )
    table: dict[str, list[str]] = {
        words.text("pooled_network"): [named("cards", each.title) for each in heads],
        words.text("pooled_all"): [whole(each.parameters) for each in heads],
        words.text("pooled_linear"): [
            words.text("pooled_share", count=whole(each.linear), share=percent(each.linear / each.parameters, 1))
            for each in heads
        ],
        words.text("pooled_with"): [
            words.text("pooled_has") if each.pooled is None else whole(each.pooled) for each in heads
        ],
    }
    with st.container(key="regularization-pooled"):
        st.table(table, border="horizontal")
