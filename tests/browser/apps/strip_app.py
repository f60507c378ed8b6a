"""A strip of a small residual network, or of 430 layers."""

import streamlit as st

from cnnviz.components import strip
from cnnviz.components.library import bring_library

st.set_page_config(layout="wide")
bring_library()
KINDS = [("conv", "Conv2d"), ("norm", "BatchNorm2d"), ("activation", "ReLU")]


def network(stages: int, blocks: int) -> list[dict[str, object]]:
    layers: list[dict[str, object]] = []
    side, channels = 112, 64

    def add(prefix: str, number: int) -> None:
        for family, kind in KINDS:
            name = f"{prefix}{family}{number}"
            layers.append({"name": name, "kind": kind, "size": (channels, side, side), "family": family})

    add("", 1)
    layers.append({"name": "maxpool", "kind": "MaxPool2d", "size": (64, 56, 56), "family": "pooling"})
    side = 56
    for stage in range(1, stages + 1):
        for block in range(blocks):
            add(f"layer{stage}.{block}.", 1)
            add(f"layer{stage}.{block}.", 2)
        side, channels = max(1, side // 2), min(1024, channels * 2)
    layers.append({"name": "avgpool", "kind": "AdaptiveAvgPool2d", "size": (512, 1, 1), "family": "pooling"})
    layers.append({"name": "flatten", "kind": "flatten", "size": (512,), "family": "other"})
    layers.append({"name": "fc", "kind": "Linear", "size": (1000,), "family": "linear"})
    return layers


large = st.checkbox("large", key="large")
layers = network(4, 17) + network(1, 1)[:10] if large else network(4, 2)
layers = list({layer["name"]: layer for layer in layers}.values())
st.session_state.setdefault("layer", layers[0]["name"])
picked = strip(
    layers,
    key="strip",
    selected=st.session_state.layer,
    on_pick=lambda name: st.session_state.update(layer=name),
)
st.write(f"picked: {picked}")
st.write(f"layer: {st.session_state.layer} of {len(layers)}")
