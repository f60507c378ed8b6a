"""One live example a section, from arrays that were computed beforehand: the first page opens without torch."""

import numpy as np
import streamlit as st

from cnnviz.assets import ASSETS
from cnnviz.components.axes import windows
from cnnviz.components.sliding import sliding
from cnnviz.components.tiles import tiles
from cnnviz.components.warp import warp
from cnnviz.design import PRESETS
from cnnviz.design.totals import of_text
from cnnviz.figures.network_costs import where
from cnnviz.ui.chart import chart
from cnnviz.ui.home.lecture_path import WORDS
from cnnviz.ui.network.charts import costs_of

_MODEL = "alexnet-tiny"


@st.cache_resource(max_entries=8, show_spinner=False)
def _example(name: str) -> dict[str, np.ndarray]:
    with np.load(ASSETS / "home" / f"{name}.npz") as arrays:
        return dict(arrays)


def convolution() -> None:
    """A digit under a kernel."""
    shown = _example("windows")
    axis = windows(shown["digit"].shape[-1], shown["kernel"].shape[-1])
    WORDS.say("convolution")
    sliding(
        shown["digit"],
        shown["convolved"],
        axes=(axis, axis),
        weights=shown["kernel"],
        editable=(),
        name="torch.nn.functional.conv2d",
        key="home.convolution",
    )


def activations() -> None:
    """Maps of a first layer; one leads to its screen."""
    shown = _example("activations")
    count, height, width = shown["maps"].shape
    WORDS.say("activations", channels=count, height=height, width=width)
    picked = tiles(
        shown["maps"].astype(np.float32),
        key="home.activations",
        mode="positive",
        columns=8,
        labels=[WORDS.text("activations_map", number=number) for number in shown["channels"]],
        label=WORDS.text("activations_label"),
    )
    if picked is not None:
        link = {"model": _MODEL, "layer": "relu1", "channel": str(shown["channels"][picked])}
        st.switch_page("pages/inspect/activations.py", query_params=link)


def network() -> None:
    """Where AlexNet's memory, parameters and computation are."""
    preset = PRESETS["alexnet"]
    shown = of_text(preset.text, preset.input_size, 4)
    WORDS.say("network", parameters=shown.parameters)
    chart(where([costs_of(shown, shown.working)], height=420), key="home.network")


def spatial_transformer() -> None:
    """A box to drag; where it ends leads to its screen."""
    shown = _example("warped")
    WORDS.say("spatial_transformer")

    def dragged(theta: tuple[float, ...]) -> None:
        st.session_state["home.theta"] = ",".join(f"{number:.8g}" for number in theta)

    warp(
        shown["image"],
        shown["output"],
        theta=shown["theta"].tolist(),
        selected=(14, 14),
        key="home.warp",
        on_theta=dragged,
    )
    if theta := st.session_state.pop("home.theta", None):
        st.switch_page("pages/transform/spatial_transformer.py", query_params={"theta": theta})


# Row by row: the screen that an example opens, how it is drawn, and how high that is.
EXAMPLES = (
    (("basics/convolution", convolution, 560),),
    (("inspect/activations", activations, 520), ("design/network", network, 520)),
    (("transform/spatial_transformer", spatial_transformer, 720),),
)
