"""A photo in, every layer's activation maps out, down to the sum behind a single number."""

import io
import time

import numpy as np
import streamlit as st

from cnnviz import models
from cnnviz.components.tiles import tiles
from cnnviz.components.unit import unit
from cnnviz.engine.requests import Classify, Input, Layers, Maps, Unit
from cnnviz.engine.results import LayerRow
from cnnviz.figures.classes import top_classes
from cnnviz.figures.maps import feature_map
from cnnviz.figures.mosaic import mosaic_png
from cnnviz.figures.statistics import histogram
from cnnviz.probes.statistics import channel_order, statistics, strongest_unit
from cnnviz.ui import lesson
from cnnviz.ui.chart import chart
from cnnviz.ui.engine import ask
from cnnviz.ui.inspect.field import field_sentence, field_steps
from cnnviz.ui.inspect.microscope import show_account
from cnnviz.ui.inspect.preparation import show_preparation
from cnnviz.ui.layers import choose_layer, chosen_layer, first_convolution
from cnnviz.ui.model import choose_model
from cnnviz.ui.picture import choose_invert, choose_picture
from cnnviz.ui.state import current, forget, keep_within

SCREEN = "activations"
PAINT = 0.1  # seconds
SCALES = ("each map's own", "the layer's")
SORTS = ("index", "mean", "maximum")
SHARES = (
    (0.0, 0.001, "none, or next to none"),
    (0.001, 1 / 3, "up to a third"),
    (1 / 3, 2 / 3, "a third to two thirds"),
    (2 / 3, 1, "more"),
)

st.title("Activations")
lesson.say(SCREEN, "idea")

left, right = st.columns(2, gap="large")
with left:
    picture = choose_picture()
with right:
    model = choose_model(st.session_state["source"])
if picture is None:
    st.stop()

card = models.card(model.name)
with right:
    invert = choose_invert(card)
    prediction = ask(Classify(model, picture, invert))
    if prediction is None:
        st.stop()
    lesson.say(SCREEN, "top", classes=len(prediction.classes))
    chart(top_classes(prediction.probabilities, prediction.classes), key="top")
    if prediction.note:
        st.info(prediction.note)
got = ask(Input(model, picture, invert))
table = ask(Layers(model))
if got is None or table is None:
    st.stop()
with left:
    show_preparation(picture, got, card)


@st.fragment
def explore() -> None:
    """Everything about one layer: it runs again alone when another layer, channel or unit is picked."""
    layers_box, controls_box, mosaic_box = (st.container() for _ in range(3))
    first = first_convolution(table.rows)
    # The mosaic is what a key press on the strip asks for: it is drawn before the choices above it.
    row = chosen_layer(table.rows, first)
    with mosaic_box:
        maps = ask(Maps(model, picture, row.name, invert))
        if maps is not None:
            channel, order, shared, signed = show_mosaic(row, maps.values)
    # The browser paints what it has before the rest of the page keeps it, and this server, busy.
    time.sleep(PAINT)
    with layers_box:
        st.subheader("Layers")
        lesson.say(SCREEN, "strip")
        choose_layer(table.rows, screen=SCREEN, default=first, dependents=("channel", "row", "column"))
    if maps is None:
        return
    values = maps.values
    channels, height, width = values.shape
    with controls_box:
        scale_box, sort_box, channel_box = st.columns(3, vertical_alignment="bottom")
        scale_box.segmented_control("Scale", SCALES, default=SCALES[0], key="scale", bind="query-params", required=True)
        sort_box.segmented_control("Sort by", SORTS, default=SORTS[0], key="sort", bind="query-params", required=True)
        # Without a default of its own: a link leaves out what is the default, and the strongest channel differs.
        channel_box.number_input("Channel", 0, channels - 1, None, key="channel", bind="query-params")
    at = choose_unit(values[channel], row, channel, signed=signed) if height * width > 1 else (0, 0)

    st.subheader("The unit under the microscope")
    account = ask(Unit(model, picture, row.name, channel, *at, invert=invert))
    if account is not None:
        show_account(account.found)

    show_numbers(row, values, order, shared=shared, channel=channel)


def show_mosaic(row: LayerRow, values: np.ndarray) -> tuple[int, np.ndarray, bool, bool]:
    """Draw a layer's maps (C, H, W); return the channel, the order, and whether the scale is shared and signed."""
    channels, height, width = values.shape
    best = strongest_unit(values)[0]
    keep_within("channel", range(channels), best)
    channel = int(current("channel", range(channels), best))
    order = channel_order(values, current("sort", SORTS, SORTS[0]))
    shared = current("scale", SCALES, SCALES[0]) == SCALES[1]
    signed = bool(values.min() < 0)

    def pick(index: int) -> None:
        st.session_state["channel"] = index
        forget("row", "column")

    numbers = {"layer": row.name, "kind": row.kind, "channels": channels, "height": height, "width": width}
    tiles(
        values,
        key="mosaic",
        mode="signed" if signed else "positive",
        shared=shared,
        order=order,
        selected=channel,
        labels=prediction.classes if values.size == len(prediction.classes) else None,
        label=lesson.text(SCREEN, "mosaic_label", **numbers),
        on_pick=pick,
    )
    lesson.say(SCREEN, "mosaic" if height * width > 1 else "mosaic_vector", **numbers)
    return channel, order, shared, signed


def choose_unit(one: np.ndarray, row: LayerRow, channel: int, *, signed: bool) -> tuple[int, int]:
    """Show one map, (H, W), large and over the picture, and return the (row, column) picked in it."""
    height, width = one.shape
    peak = strongest_unit(one)
    keep_within("row", range(height), peak[0])
    keep_within("column", range(width), peak[1])

    st.subheader("One channel")
    lesson.say(SCREEN, "channel", channel=channel, layer=row.name)
    row_box, column_box, _ = st.columns([1, 1, 2])
    at = (
        int(row_box.number_input("Row", 0, height - 1, key="row", bind="query-params", disabled=height == 1)),
        int(column_box.number_input("Column", 0, width - 1, key="column", bind="query-params", disabled=width == 1)),
    )

    def pick(place: tuple[int, int]) -> None:
        st.session_state["row"], st.session_state["column"] = place

    sees = field_sentence(row.receptive_field, at, got.view.shape[:2])
    map_box, photo_box = st.columns([1, 2], gap="medium")
    chart(feature_map(one, signed=signed, unit=at), key="map", at=map_box)
    with photo_box:
        unit(
            one,
            got.view,
            field=field_steps(row.receptive_field),
            selected=at,
            key="unit",
            mode="signed" if signed else "positive",
            words={"whole": sees},
            on_pick=pick,
        )
    st.markdown(sees)
    return at


def show_numbers(row: LayerRow, values: np.ndarray, order: np.ndarray, *, shared: bool, channel: int) -> None:
    """Show the statistics of a layer's maps (C, H, W), and offer them to keep."""
    st.subheader("The layer in numbers")
    facts = statistics(values)
    share = next(label for low, high, label in SHARES if low <= facts.zeros <= high)
    lesson.predict(
        f"{model}-{picture.sha256}-{row.name}-{invert}",
        lesson.text(SCREEN, "predict", count=facts.count, layer=row.name),
        [label for *_, label in SHARES],
        [label for *_, label in SHARES].index(share),
        lesson.text(SCREEN, "predict_why", zeros=facts.zeros),
    )
    with st.expander("Statistics", icon=":material/bar_chart:", key="statistics", on_change="rerun") as opened:
        if opened.open:
            lesson.say(SCREEN, "statistics", **vars(facts))
            chart(histogram(values), key="histogram")
    png, npz = st.columns(2)
    network = "network" if models.is_designed(model.name) else model.name
    file = f"{network}-{row.name}".replace(".", "-")
    png.download_button(
        "The mosaic as PNG",
        lambda: mosaic_png(values, order, shared=shared),
        f"{file}.png",
        "image/png",
        icon=":material/download:",
        on_click="ignore",
        width="stretch",
    )
    npz.download_button(
        "The activations as NPZ",
        lambda: npz_bytes(row.name, values),
        f"{file}.npz",
        "application/octet-stream",
        icon=":material/download:",
        on_click="ignore",
        width="stretch",
    )
    lesson.code(lesson.text(SCREEN, "code", model=model.name, layer=row.name, channel=channel))


def npz_bytes(name: str, values: np.ndarray) -> bytes:
    """Return the maps (C, H, W), float32, as an NPZ file whose one entry has the layer's name."""
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **{name: values})
    return buffer.getvalue()


explore()
lesson.try_this(SCREEN)
