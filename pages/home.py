"""One live example from each screen; opens without torch."""

import time

import numpy as np
import streamlit as st

from cnnviz import assets
from cnnviz.arithmetic.alternatives import alternatives
from cnnviz.components.axes import windows
from cnnviz.components.connections import connections
from cnnviz.components.dots import dots
from cnnviz.components.moving import moving
from cnnviz.components.sliding import sliding
from cnnviz.components.tiles import tiles
from cnnviz.components.warp import warp
from cnnviz.design import PRESETS
from cnnviz.figures.costs import costs
from cnnviz.figures.style import KERNEL
from cnnviz.figures.where import where
from cnnviz.ui import lesson
from cnnviz.ui.chart import chart
from cnnviz.ui.design.network import of_text
from cnnviz.ui.design.network_charts import costs_of
from cnnviz.ui.inspect.stacks import equal_layers
from cnnviz.ui.transform.theta import written

SCREEN = "home"
MODEL = "alexnet-tiny"
EXAMPLES = assets.HOME
STACKED = 3
PAINT = 0.3  # seconds


@st.cache_resource(max_entries=8, show_spinner=False)
def example(name: str) -> dict[str, np.ndarray]:
    with np.load(EXAMPLES / f"{name}.npz") as arrays:
        return dict(arrays)


def convolution() -> None:
    shown = example("windows")
    axis = windows(shown["digit"].shape[-1], shown["kernel"].shape[-1])
    lesson.say(SCREEN, "convolution")
    sliding(
        shown["digit"],
        shown["convolved"],
        axes=(axis, axis),
        weights=shown["kernel"],
        editable=(),
        name="torch.nn.functional.conv2d",
        key="home-convolution",
    )


def pooling() -> None:
    shown = example("windows")
    axis = windows(shown["digit"].shape[-1], 2, stride=2)
    lesson.say(SCREEN, "pooling")
    sliding(
        shown["digit"],
        shown["maxima"],
        axes=(axis, axis),
        operation="max",
        winners=shown["winners"],
        editable=(),
        name="torch.nn.functional.max_pool2d",
        key="home-pooling",
    )


def connectivity() -> None:
    shown = example("connections")
    inputs, outputs, matrix, owners = (shown[name] for name in ("inputs", "outputs", "matrix", "owners"))
    lesson.say(SCREEN, "connectivity", inputs=len(inputs), outputs=len(outputs), weights=owners.max() + 1)
    connections(inputs, outputs, matrix, owners, sizes=((len(inputs),), (len(outputs),)), key="home-connectivity")


def activations() -> None:
    shown = example("activations")
    count, height, width = shown["maps"].shape
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
        st.switch_page("pages/inspect/activations.py", query_params=link)


def filters() -> None:
    shown = example("filters")
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
        st.switch_page("pages/inspect/filters.py", query_params=link)


def receptive_field() -> None:
    names = [lesson.text(SCREEN, "stack_input")]
    names += [lesson.text(SCREEN, "stack_layer", number=number) for number in range(1, STACKED + 1)]
    stack = equal_layers(STACKED, 3, stride=1, dilation=1, doubling=True, names=names)
    lesson.say(SCREEN, "receptive_field", layers=STACKED, field=stack.sizes[-1])
    dots(stack.rows, key="home-receptive-field")


def spatial_transformer() -> None:
    shown = example("warped")
    lesson.say(SCREEN, "spatial_transformer")

    def dragged(theta: tuple[float, ...]) -> None:
        st.session_state["home-theta"] = theta

    warp(
        shown["image"],
        shown["output"],
        theta=shown["theta"].tolist(),
        selected=(14, 14),
        key="home-warp",
        on_theta=dragged,
    )
    if "home-theta" in st.session_state:
        link = {"theta": written(st.session_state.pop("home-theta"))}
        st.switch_page("pages/transform/spatial_transformer.py", query_params=link)


def invariance() -> None:
    shown = example("turned")
    degrees, classes, answers = shown["degrees"], shown["classes"], shown["answers"]
    says = classes[answers.argmax(axis=1)]
    lesson.say(SCREEN, "invariance", first=says[0], last=says[-1])
    moving(
        shown["pictures"],
        shown["maps"].astype(np.float32),
        answers,
        key="home-invariance",
        names=[str(each) for each in classes],
        channels=shown["channels"].tolist(),
        labels=[lesson.text(SCREEN, "invariance_label", degrees=each) for each in degrees],
        said=[
            lesson.text(SCREEN, "invariance_said", degrees=degree, answer=answer, share=shares.max())
            for degree, answer, shares in zip(degrees, says[1:], answers[1:], strict=True)
        ],
        selected=len(degrees) - 4,
        words={"slider": lesson.text(SCREEN, "invariance_slider")},
    )


def layer() -> None:
    asked = {"out_channels": 10, "kernel_size": 5, "padding": 2}
    ways = alternatives("Conv2d", (1, 3, 32, 32), asked)
    lesson.say(SCREEN, "layer", parameters=ways[0].parameters, macs=ways[0].macs)
    names = [lesson.text(SCREEN, f"layer_{way.name}") for way in ways]
    title = lesson.text(SCREEN, "layer_title")
    chart(costs(names, [way.parameters for way in ways], title=title, colour=KERNEL), key="home-layer")


def network() -> None:
    preset = PRESETS["alexnet"]
    shown = of_text(preset.text, preset.input_size, 4)
    lesson.say(SCREEN, "network", parameters=shown.parameters)
    chart(where([costs_of(shown, shown.working)], height=480), key="home-network")


ROWS = (
    {"basics/convolution": convolution},
    {"inspect/activations": activations, "inspect/filters": filters},
    {"basics/pooling": pooling, "basics/connectivity": connectivity},
    {"inspect/receptive_field": receptive_field, "transform/invariance": invariance},
    {"transform/spatial_transformer": spatial_transformer},
    {"design/layer": layer, "design/network": network},
)

st.title("cnnviz")
lesson.say(SCREEN, "idea")
for row in ROWS:
    if row is ROWS[-1]:
        # A browser that meets Plotly for the first time needs a second for it: the rest answers the pointer before.
        time.sleep(PAINT)
    for box, (screen, show) in zip(st.columns(len(row), gap="large"), row.items(), strict=True):
        with box:
            label = lesson.text(SCREEN, f"{screen.rsplit('/', 1)[1]}_link")
            st.page_link(f"pages/{screen}.py", label=label, icon=":material/arrow_forward:")
            show()
