"""The filters that read the picture itself, on the screen: all of them, one large, and how the picture answers it."""

from functools import partial

import streamlit as st

from cnnviz.components.tiles import tiles
from cnnviz.engine.requests import Maps
from cnnviz.engine.results import Probed
from cnnviz.figures.kernels import kernels
from cnnviz.figures.maps import feature_map
from cnnviz.figures.photo import photo
from cnnviz.probes.filters import FilterBank, colour_tiles, order
from cnnviz.probes.statistics import strongest_unit
from cnnviz.ui.chart import chart
from cnnviz.ui.engine import ask
from cnnviz.ui.filters.questions import question
from cnnviz.ui.filters.state import FORM, LAYER_SCALE, SCALE, SORT, SUBJECT, WORDS, State, filters_control, read, sort
from cnnviz.ui.model_choice import in_python
from cnnviz.ui.numbers import of_size, short
from cnnviz.ui.part import Part

say, text, label = WORDS.say, WORDS.text, WORDS.label
_TALLEST = 400  # pixels
_HEIGHT = 230  # pixels, of the picked filter and its map


def _draw_stage(state: State, answer: Probed[FilterBank]) -> None:
    """Draw all filters, and beside them the picked one and its response."""
    bank = answer.found
    control = filters_control(len(bank.weights))
    all_box, one_box = st.columns(2, gap="medium")
    with all_box:
        _draw_all(state, bank)
    with one_box:
        _draw_one(state, bank, FORM.get(control))
    FORM.draw(SCALE, SORT, control, columns=3)


def _draw_all(state: State, bank: FilterBank) -> None:
    count, channels = bank.weights.shape[:2]
    size = of_size(bank.weights.shape[1:])
    say("first" if bank.slides else "first_linear", layer=bank.layer, filters=count, size=size)
    classes = state.subject.card.classes
    tiles(
        colour_tiles(bank, shared=FORM.get(SCALE) == LAYER_SCALE),
        key=FORM.key("filters"),
        mode="rgb",
        weights=bank.weights if channels == 3 else None,
        order=order(bank, sort()),
        selected=FORM.get(filters_control(count)),
        tallest=_TALLEST,
        labels=None if bank.slides or count != len(classes) else classes,
        label=text("first_label", layer=bank.layer),
        on_pick=partial(FORM.set, filters_control(count)),
    )


def _draw_one(state: State, bank: FilterBank, index: int) -> None:
    say("filter", index=index)
    tile_box, map_box = st.columns(2)
    chart(photo(colour_tiles(bank, shared=False)[index], height=_HEIGHT), key=FORM.key("tile"), at=tile_box)
    response = ask(Maps(layer=bank.layer, **state.subject.given))
    if response is None:
        return
    one = response.values[index]
    row, column = strongest_unit(one)
    drawn = feature_map(one, signed=bool(response.values.min() < 0), unit=(row, column), height=_HEIGHT)
    chart(drawn, key=FORM.key("response"), at=map_box)
    say("response", row=row, column=column, value=short(one[row, column], 5))


def _show_weights(state: State, answer: Probed[FilterBank]) -> None:
    """Show the picked filter's weights in numbers."""
    bank = answer.found
    index = FORM.get(filters_control(len(bank.weights)))
    say("weights", index=index)
    names = [label(f"colour.{name}") for name in ("red", "green", "blue")]
    chart(
        kernels(bank.weights[index], names=names if bank.weights.shape[1] == 3 else None),
        key=FORM.key("filter-weights"),
    )


def _code(state: State, answer: Probed[FilterBank]) -> str:
    index = FORM.get(filters_control(len(answer.found.weights)))
    return text("code_first", **in_python(state.subject.model), layer=answer.found.layer, index=index)


PART = Part(
    form=FORM,
    read=read,
    request=State.request,
    stage=_draw_stage,
    settings=SUBJECT.link_elsewhere,
    notes=_show_weights,
    question=question,
    code=_code,
    height=560,
)
