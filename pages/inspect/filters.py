"""What each filter learned, and what it looks for in a picture."""

import numpy as np
import streamlit as st

from cnnviz import images, models
from cnnviz.components.tiles import tiles
from cnnviz.engine.requests import Filters, Guided, Layers, Maps, ModelChoice, Strongest
from cnnviz.figures.kernels import kernels
from cnnviz.figures.maps import feature_map
from cnnviz.figures.photo import gradient_picture, photo, sheet
from cnnviz.probes.filters import colour_tiles, order
from cnnviz.probes.statistics import strongest_unit
from cnnviz.ui import lesson
from cnnviz.ui.chart import chart
from cnnviz.ui.engine import ask
from cnnviz.ui.layers import choose_layer, middle_convolution
from cnnviz.ui.model import choose_model
from cnnviz.ui.picture import choose_invert, choose_picture, gallery_picture, sheet_picture
from cnnviz.ui.state import keep_within

SCREEN = "filters"
SCALES = ("each filter's own", "the layer's")
SORTS = ("index", "norm", "hue")
COLOURS = ("red", "green", "blue")
TEMPLATES = {
    "digits": {
        "templates_linear": "linear-mnist",
        "templates_mlp": "mlp-mnist",
        "templates_convolution": "lenet-relu-mnist",
    },
    "colour photos": {
        "templates_linear": "linear-tiny",
        "templates_mlp": "mlp-tiny",
        "templates_convolution": "alexnet-tiny",
    },
}

st.title("Filters")
lesson.say(SCREEN, "idea")
left, right = st.columns(2, gap="large")
with left:
    picture = choose_picture()
with right:
    model = choose_model(st.session_state["source"])
    card = models.card(model.name)
if picture is None:
    st.stop()
with right:
    invert = choose_invert(card)
read = ask(Filters(model))
table = ask(Layers(model)) if read else None
if read is None or table is None:
    st.stop()
bank = read.found


@st.fragment
def first_layer() -> None:
    """The filters that read the picture itself."""
    st.subheader("The first layer")
    count, channels, height, width = bank.weights.shape
    lesson.say(
        SCREEN,
        "first" if bank.slides else "first_linear",
        layer=bank.layer,
        filters=count,
        channels=channels,
        height=height,
        width=width,
    )
    keep_within("filter", range(count), 0)
    scale_box, sort_box, number_box = st.columns(3, vertical_alignment="bottom")
    scale = scale_box.segmented_control(
        "Scale", SCALES, default=SCALES[0], key="filter_scale", bind="query-params", required=True
    )
    sort = sort_box.segmented_control(
        "Sort by", SORTS, default=SORTS[0], key="filter_sort", bind="query-params", required=True
    )
    index = int(number_box.number_input("Filter", 0, count - 1, key="filter", bind="query-params"))

    def pick(chosen: int) -> None:
        st.session_state["filter"] = chosen

    tiles(
        colour_tiles(bank, shared=scale == SCALES[1]),
        key="filters",
        mode="rgb",
        weights=bank.weights if channels == 3 else None,
        order=order(bank, sort),
        selected=index,
        labels=None if bank.slides or count != len(card.classes) else card.classes,
        label=lesson.text(SCREEN, "first_label", layer=bank.layer),
        on_pick=pick,
    )
    response = ask(Maps(model, picture, bank.layer, invert))
    if response is None:
        return
    one = response.values[index]
    row, column = strongest_unit(one)
    lesson.say(SCREEN, "filter", index=index)
    large, weights, answer = st.columns([2, 3, 3])
    chart(photo(colour_tiles(bank, shared=False)[index], height=300), key="tile", at=large)
    chart(kernels(bank.weights[index], names=COLOURS if channels == 3 else None), key="filter-weights", at=weights)
    chart(
        feature_map(one, signed=bool(response.values.min() < 0), unit=(row, column), height=300),
        key="response",
        at=answer,
    )
    lesson.say(SCREEN, "response", row=row, column=column, value=float(one[row, column]))
    if count >= 4:
        predict(response.values.reshape(count, -1).max(axis=1), index)
    lesson.code(lesson.text(SCREEN, "code_first", model=model.name, layer=bank.layer, index=index))


def predict(peaks: np.ndarray, index: int) -> None:
    """Ask which of four filters responds most: the chosen one and three others, fixed for one picture and filter."""
    others = np.random.default_rng(index).permutation(np.delete(np.arange(len(peaks)), index))[:3]
    asked = sorted([index, *(int(other) for other in others)])
    lesson.predict(
        f"filter-{model}-{picture.sha256}-{index}",
        lesson.text(SCREEN, "predict", layer=bank.layer),
        [lesson.text(SCREEN, "predict_filter", index=number) for number in asked],
        int(np.argmax(peaks[asked])),
        lesson.text(SCREEN, "predict_why", responses=", ".join(f"{number}: {peaks[number]:.4g}" for number in asked)),
    )


@st.fragment
def templates() -> None:
    """The same task learned by a linear classifier, a multilayer perceptron and a convolution."""
    st.subheader("Templates beside filters")
    lesson.say(SCREEN, "templates")
    kind = st.segmented_control(
        "Learned on", list(TEMPLATES), default="digits", key="templates", bind="query-params", required=True
    )
    for box, (key, name) in zip(st.columns(3, gap="medium"), TEMPLATES[kind].items(), strict=True):
        with box:
            answer = ask(Filters(ModelChoice(name)))
            if answer is None:
                continue
            learned = answer.found
            count, _, height, width = learned.weights.shape
            facts = models.card(name)
            lesson.say(SCREEN, key, filters=count, classes=count, height=height, width=width, accuracy=facts.accuracy)
            tiles(
                colour_tiles(learned, shared=False),
                key=f"{kind}-{key}",
                mode="rgb",
                labels=facts.classes if count == len(facts.classes) and not learned.slides else None,
                label=facts.title,
            )


@st.fragment
def deeper() -> None:
    """Three ways to see what a channel of any layer is after."""
    st.subheader("Deeper layers")
    lesson.say(SCREEN, "deeper")
    row = choose_layer(table.rows, screen=SCREEN, default=middle_convolution(table.rows), dependents=("channel",))
    keep_within("channel", range(row.maps[0]), 0)
    channel = int(st.number_input("Channel", 0, row.maps[0] - 1, key="channel", bind="query-params"))
    kernels_box, guided_box, patches_box = st.columns(3, gap="medium")
    with kernels_box:
        show_kernels(row, channel)
    with guided_box:
        show_guided(row, channel)
    with patches_box:
        show_patches(row, channel)
    lesson.code(lesson.text(SCREEN, "code_deeper", model=model.name, layer=row.name, channel=channel))


def show_kernels(row, channel) -> None:
    if "conv" not in row.kind.lower():
        lesson.say(SCREEN, "no_kernels", layer=row.name, kind=row.kind)
        return
    deep = ask(Filters(model, row.name))
    if deep is None:
        return
    weights = deep.found.weights[channel]
    inputs, height, width = weights.shape
    lesson.say(SCREEN, "kernels", channel=channel, layer=row.name, inputs=inputs, height=height, width=width)
    chart(kernels(weights, height=420), key="kernels")


def show_guided(row, channel) -> None:
    answer = ask(Guided(model, picture, row.name, channel, invert=invert))
    if answer is None:
        return
    found = answer.found
    lesson.say(SCREEN, "guided" if found.rectifiers else "guided_plain", **vars(found))
    chart(photo(gradient_picture(found.gradient), height=420), key="guided")


def show_patches(row, channel) -> None:
    pictures = searched_pictures()
    found = ask(Strongest(model, row.name, channel, pictures))
    if found is None:
        return
    whole = row.receptive_field is None or row.receptive_field.size is None
    size = (0, 0) if whole else row.receptive_field.size
    lesson.say(
        SCREEN,
        "patches_whole" if whole else "patches",
        count=len(found.patches),
        total=len(pictures),
        channel=channel,
        height=size[0],
        width=size[1],
    )
    captions = [lesson.text(SCREEN, "patch", value=patch.value) for patch in found.patches]
    chart(sheet([patch.pixels for patch in found.patches], captions), key="patches")


def searched_pictures():
    """Return the pictures to search: the gallery, or for a model of grey ones the hundred test images of its kind."""
    if card.input_size[0] == 3:
        return tuple(gallery_picture(name) for name in images.gallery_names())
    kind = "clothes" if "fashion" in model.name else "digits"
    return tuple(sheet_picture(kind, index) for index in range(100))


first_layer()
deeper()
templates()
lesson.try_this(SCREEN)
