"""What one unit sees: of the layer before it, of the input, and what of that really matters to it."""

from functools import partial
from itertools import pairwise

import streamlit as st

from cnnviz import models
from cnnviz.arithmetic.layer_stack import Stack, equal_layers, of_network
from cnnviz.components.dots import dots
from cnnviz.engine.requests import Input, Layers, Maps, Reads
from cnnviz.engine.results import LayerRow
from cnnviz.errors import ShapeError
from cnnviz.ui import lesson
from cnnviz.ui.controls import Dial, Switch, value_of
from cnnviz.ui.engine import ask
from cnnviz.ui.inspect.effective import show_effective
from cnnviz.ui.inspect.growth import show_growth, title_of
from cnnviz.ui.inspect.reaching import show_reach, telling_layer
from cnnviz.ui.inspect.reaching_words import formula, say_field, say_formula, say_window
from cnnviz.ui.layers import choose_layer, chosen_layer
from cnnviz.ui.model import choose_model
from cnnviz.ui.picture import choose_invert, choose_picture
from cnnviz.ui.state import keep_within

SCREEN = "receptive_field"
EQUAL, OWN = DOTS = ("equal layers", "this network")
COUNT = Dial("dots_layers", "Layers", 1, 8, 8, 4)
KERNEL = Dial("dots_kernel", "Kernel", 1, 7, 7, 3)
STRIDE = Dial("dots_stride", "Stride", 1, 3, 3, 1)
DILATION = Dial("dots_dilation", "Dilation", 1, 4, 4, 1)
DOUBLING = Switch("dots_doubling", "Double the dilation at each layer", False)

st.title("Receptive field")
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
got = ask(Input(model, picture, invert))
table = ask(Layers(model))
if got is None or table is None:
    st.stop()


@st.fragment
def explore() -> None:
    """Everything about one layer: it runs again alone when another layer or unit is picked."""
    st.subheader("What a unit sees")
    lesson.say(SCREEN, "strip")
    row = choose_layer(
        table.rows,
        screen=SCREEN,
        default=telling_layer(table.rows),
        dependents=("row", "column", "before", "channel"),
    )
    reading = ask(Reads(model, row.name))
    maps = ask(Maps(model, picture, row.name, invert))
    if reading is None or maps is None:
        return
    at = choose_unit(row)
    read = reading.rows[0]
    source = choose_before(read.sources)
    shown = source and source.name in {each.name for each in table.rows}
    before = ask(Maps(model, picture, source.name, invert)) if shown else None
    lesson.say(SCREEN, "reach")

    def pick(place: tuple[int, int]) -> None:
        st.session_state["row"], st.session_state["column"] = place

    show_reach(
        row, maps.values, got.view, read, source, None if before is None else before.values, selected=at, on_pick=pick
    )
    say_field(row, at, got.view.shape[:2], reading.problem)
    if source is not None:
        say_window(read, source, at)
        say_formula(row, source, field_of(source.name))
    predict(row)
    st.subheader("What matters to it")
    show_effective(model, row, at, picture, invert=invert)


def choose_unit(row: LayerRow) -> tuple[int, int]:
    """Show the twins of the pointer and return the unit's (row, column), the middle one by default."""
    _, height, width = row.maps
    keep_within("row", range(height), height // 2)
    keep_within("column", range(width), width // 2)
    row_box, column_box, _ = st.columns([1, 1, 2])
    return (
        int(row_box.number_input("Row", 0, height - 1, key="row", bind="query-params", disabled=height == 1)),
        int(column_box.number_input("Column", 0, width - 1, key="column", bind="query-params", disabled=width == 1)),
    )


def choose_before(sources):
    """Return which of the layers that are read is shown; there is a choice where branches meet."""
    if len(sources) < 2:
        return sources[0] if sources else None
    names = {each.name or lesson.text(SCREEN, "stage_input"): each for each in sources}
    keep_within("before", list(names), next(iter(names)))
    return names[st.selectbox("The layer before", list(names), key="before", bind="query-params")]


def field_of(name: str):
    """Return the field of a layer by its name, None for one that is not among the rows."""
    return next((each.receptive_field for each in table.rows if each.name == name), None)


def predict(row: LayerRow) -> None:
    """Ask how high the field is after one more layer, of a row that has one that can be told."""
    row = next(each for each in (row, *table.rows) if can_grow(each.receptive_field))
    size, whole = row.receptive_field.size, lesson.text(SCREEN, "predict_whole")
    pixels = partial(lesson.text, SCREEN, "predict_pixels")
    if size is None:
        right, why, numbers = whole, "predict_why_whole", {}
        guesses = {3, table.input_size[2] // 2, table.input_size[2] + 2}
    else:
        height, stride = size[0], row.receptive_field.stride[0]
        numbers = {"size": height, "stride": stride, "answer": height + 2 * stride}
        right, why = pixels(size=numbers["answer"]), "predict_why"
        guesses = {height, height + 2, numbers["answer"], height + 3 * stride, 3 * height}
    options = [*(pixels(size=guess) for guess in sorted(guesses)), whole]
    lesson.predict(
        f"{model}-{row.name}",
        lesson.text(SCREEN, "predict", layer=row.name),
        options,
        options.index(right),
        lesson.text(SCREEN, why, layer=row.name, **numbers),
    )


def can_grow(field) -> bool:
    """Return whether one more layer's field follows from this one by the formula."""
    return field is not None and (field.size is None or isinstance(field.stride[0], int))


@st.fragment
def rows_of_dots() -> None:
    """Stacked rows of dots, of equal layers or of this network."""
    st.subheader("Layer upon layer")
    lesson.say(SCREEN, "dots")
    kind = st.segmented_control("Rows of", DOTS, default=EQUAL, key="dots", bind="query-params", required=True)
    try:
        stack = equal() if kind == EQUAL else own()
    except ShapeError as error:
        st.info(str(error))
        return
    if stack is None:
        return
    words = {
        "label": lesson.text(SCREEN, "dots_label"),
        "unit": lesson.text(SCREEN, "dots_unit"),
        "padding": lesson.text(SCREEN, "dots_padding"),
        "reads": lesson.text(SCREEN, "dots_reads"),
        "sees": lesson.text(SCREEN, "dots_sees"),
        "skips": lesson.text(SCREEN, "dots_skips"),
        "reaches": lesson.text(SCREEN, "dots_reaches"),
    }
    dots(stack.rows, key="dots-rows", words=words)


def equal() -> Stack:
    """Show the numbers of equal layers, and return their stack."""
    with st.container(horizontal=True):
        for control in (COUNT, KERNEL, STRIDE, DILATION, DOUBLING):
            with st.container(width=260):
                control.draw()
    count, kernel, stride, dilation = map(value_of, (COUNT, KERNEL, STRIDE, DILATION))
    doubling = value_of(DOUBLING)
    names = [lesson.text(SCREEN, "dots_layer", number=number + 1) for number in range(count)]
    stack = equal_layers(
        count,
        kernel,
        stride=stride,
        dilation=dilation,
        doubling=doubling,
        names=[lesson.text(SCREEN, "dots_input"), *names],
    )
    numbers = {"count": count, "kernel": kernel, "size": stack.sizes[-1]}
    lesson.say(SCREEN, "dots_reach", stride=stack.strides[-1], **numbers)
    if stride == dilation == 1 and not doubling:
        formula("dots", lesson.text(SCREEN, "dots_plain", **numbers))
        if count == 2 and kernel > 1:
            lesson.say(SCREEN, "dots_two", single=stack.sizes[-1])
    else:
        grown = [after - before for before, after in pairwise(stack.sizes)]
        formula("dots", lesson.text(SCREEN, "dots_general", terms=summed(grown), **numbers))
    return stack


def summed(terms: list[int]) -> str:
    """Return a sum in LaTeX, in lines that a phone can hold."""
    lines = [" + ".join(map(str, terms[start : start + 4])) for start in range(0, len(terms), 4)]
    return r" \\ &\quad + ".join(lines)


def own() -> Stack | None:
    """Return the stack of this network up to the chosen layer."""
    row = chosen_layer(table.rows, telling_layer(table.rows))
    reading = ask(Reads(model, row.name, depth=400))
    if reading is None:
        return None
    name = lesson.text(SCREEN, "dots_input")
    stack = of_network(reading.rows, units=row.maps[2], input_name=name)
    lesson.say(SCREEN, "dots_network", model=title_of(model.name), layer=row.name, size=stack.sizes[-1])
    return stack


explore()
rows_of_dots()
show_growth(model, table)
lesson.code(
    lesson.text(
        SCREEN,
        "code",
        model=model.name,
        layer=chosen_layer(table.rows, telling_layer(table.rows)).name,
        row=st.session_state.get("row", 0),
        column=st.session_state.get("column", 0),
    )
)
lesson.try_this(SCREEN)
