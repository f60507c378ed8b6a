"""Three ways to see what a channel of a deeper layer responds to, and templates beside filters."""

import streamlit as st

from cnnviz.components.tiles import tiles
from cnnviz.engine.requests import Filters, Guided, ModelChoice, Strongest
from cnnviz.figures.kernels import kernels
from cnnviz.figures.photo import gradient_picture, photo, sheet
from cnnviz.probes.filters import colour_tiles
from cnnviz.ui.chart import chart
from cnnviz.ui.engine import ask
from cnnviz.ui.filters.state import FORM, LEARNED, TEMPLATES, WORDS, State, read
from cnnviz.ui.layer_choice import choose_layer, middle_convolution
from cnnviz.ui.model_choice import in_python
from cnnviz.ui.names import card
from cnnviz.ui.numbers import of_size, percent, short
from cnnviz.ui.part import show_code
from cnnviz.ui.subject import pictures_for

say, text, label = WORDS.say, WORDS.text, WORDS.label
_HEIGHT = 420  # pixels


@st.fragment
def show_deeper() -> None:
    """Show a channel of any layer by its kernels, by guided backpropagation, and by the patches that excite it most."""
    state = read()
    if state is None:
        return
    st.subheader(label("deeper"))
    say("deeper")
    rows = state.table.rows
    choose_layer(FORM, rows, middle_convolution(rows), resets=("channel",))
    FORM.draw(state.channels)
    channel = FORM.get(state.channels)
    for box, show in zip(st.columns(3, gap="medium"), (_show_kernels, _show_guided, _show_patches), strict=True):
        with box:
            show(state, channel)
    show_code(text("code_deeper", **in_python(state.subject.model), layer=state.row.name, channel=channel))


def _show_kernels(state: State, channel: int) -> None:
    row = state.row
    if "conv" not in row.kind.lower():
        say("no_kernels", layer=row.name, kind=row.kind)
        return
    deep = ask(Filters(state.subject.model, row.name))
    if deep is None:
        return
    weights = deep.found.weights[channel]
    say("kernels", channel=channel, layer=row.name, inputs=len(weights), size=of_size(weights.shape[1:]))
    chart(kernels(weights, height=_HEIGHT), key=FORM.key("kernels"))


def _show_guided(state: State, channel: int) -> None:
    answer = ask(Guided(layer=state.row.name, channel=channel, **state.subject.given))
    if answer is None:
        return
    found = answer.found
    place = {"channel": channel, "row": found.row, "column": found.column, "value": short(found.value, 5)}
    say("guided" if found.rectifiers else "guided_plain", rectifiers=found.rectifiers, **place)
    chart(photo(gradient_picture(found.gradient), height=_HEIGHT), key=FORM.key("guided"))


def _show_patches(state: State, channel: int) -> None:
    row = state.row
    pictures = pictures_for(state.subject.model.name, range(100))
    found = ask(Strongest(state.subject.model, row.name, channel, pictures))
    if found is None:
        return
    numbers = {"count": len(found.patches), "total": len(pictures), "channel": channel}
    if row.receptive_field is None or row.receptive_field.size is None:
        say("patches_whole", **numbers)
    else:
        say("patches", size=of_size(row.receptive_field.size), **numbers)
    captions = [short(patch.value) for patch in found.patches]
    chart(sheet([patch.pixels for patch in found.patches], captions), key=FORM.key("patches"))


@st.fragment
def show_templates() -> None:
    """Show the same task learned by a linear classifier, a multilayer perceptron and a convolution."""
    st.subheader(label("learned"))
    say("templates")
    FORM.draw(TEMPLATES, columns=1)
    chosen = FORM.get(TEMPLATES)
    for box, kind, name in zip(
        st.columns(3, gap="medium"), ("linear", "mlp", "convolution"), LEARNED[chosen], strict=True
    ):
        with box:
            answer = ask(Filters(ModelChoice(name)))
            if answer is None:
                continue
            bank, facts = answer.found, card(name)
            count, size = len(bank.weights), of_size(bank.weights.shape[2:])
            say(f"templates_{kind}", filters=count, classes=count, size=size, accuracy=percent(facts.accuracy or 0, 1))
            tiles(
                colour_tiles(bank, shared=False),
                key=FORM.key(f"{chosen}-{kind}"),
                mode="rgb",
                labels=facts.classes if count == len(facts.classes) and not bank.slides else None,
                label=facts.title,
                picks=False,
            )
