"""Which network, with which weights.

What is chosen is known before it is drawn: `model_of(form)` first, `choose_model(form)` where there is room for it.
"""

import streamlit as st

from cnnviz import models
from cnnviz.engine.requests import ModelChoice
from cnnviz.errors import ModelError
from cnnviz.models.cards import Card
from cnnviz.ui.form import Form
from cnnviz.ui.form_controls import Choice
from cnnviz.ui.numbers import of_size
from cnnviz.ui.picture_choice import source
from cnnviz.ui.words import COMMON

# What a picture of each source is best shown to.
SUITED = {"Digits": "lenet-relu-mnist", "Draw": "lenet-relu-mnist", "Clothes": "lenet5-fashion"}
# What begins anew with another network.
_OF_A_LAYER = ("layer", "channel", "channels", "row", "column")
WEIGHTS = Choice("weights", "trained", options=("trained", "random", "my own file"), style="buttons")


def default_model(form: Form, first: str = "Gallery") -> str:
    """Return the network that a link leaves out: it depends on the kind of picture, which the link has."""
    return SUITED.get(form.get(source(first)), models.DEFAULT)


def _model(form: Form, first: str) -> Choice:
    default = default_model(form, first)
    names = list(models.names())
    # A designed network, or one outside a narrowed list, is in the link by its name alone.
    wanted = form.text("model")
    if wanted and wanted not in names and models.is_designed(wanted):
        names.insert(0, wanted)
    return Choice("model", default, options=tuple(names), technical=True, resets=_OF_A_LAYER)


def model_of(form: Form, first: str = "Gallery") -> ModelChoice:
    """Return the chosen network; a designed one that cannot be built is the default, and `choose_model` says why."""
    name = form.get(_model(form, first))
    if models.is_designed(name):
        return ModelChoice(default_model(form, first)) if _fault(name) else ModelChoice(name, random_seed=0)
    weights = form.get(WEIGHTS)
    if weights == "random":
        return ModelChoice(name, random_seed=0)
    file = st.session_state.get(form.key("checkpoint")) if weights == "my own file" else None
    return ModelChoice(name) if file is None else ModelChoice.of_checkpoint(name, file.getvalue(), file.name)


def choose_model(form: Form, first: str = "Gallery") -> None:
    """Draw the choice of a network, its weights and its card."""
    choice = _model(form, first)
    name = form.get(choice)
    if models.is_designed(name) and (fault := _fault(name)):
        st.error(fault, icon=":material/error:")
        name = default_model(form, first)
    groups = models.groups()
    origin = st.pills(
        COMMON.label("origin"),
        list(groups),
        key=form.key("origin"),
        help=COMMON.text("model_help", count=len(models.names())),
    )
    # The chosen network stays on the list: narrowing a search must never load another one.
    names = tuple(each for each in choice.options if origin is None or each in groups[origin] or each == name)
    form.draw(Choice("model", choice.default, choice.resets, names, technical=True), columns=1)
    if models.is_designed(name):
        show_card(models.card(name))
        st.caption(COMMON.text("designed_weights"))
        return
    form.draw(WEIGHTS, columns=1)
    weights = form.get(WEIGHTS)
    show_card(models.card(name), trained=weights == "trained")
    if weights == "random":
        st.caption(COMMON.text("random_weights"))
    elif weights == "my own file":
        label = COMMON.text("checkpoint", name=name)
        if st.file_uploader(label, type=["safetensors", "pth", "pt"], key=form.key("checkpoint")) is None:
            st.caption(COMMON.text("no_checkpoint"))


def _fault(name: str) -> str:
    try:
        models.card(name)
    except ModelError as error:
        return str(error)
    return ""


def show_card(card: Card, *, trained: bool = True) -> None:
    """Show a network's facts, and how often it is right where it has the weights that it is known for."""
    known = trained and card.accuracy is not None
    accuracy = COMMON.text("card_accuracy", accuracy=card.accuracy, data=card.data) if known else ""
    section = "card" if card.year else "card_designed"
    size = of_size(card.input_size)
    st.caption(
        COMMON.text(section, title=card.title, year=card.year, size=size, classes=len(card.classes), accuracy=accuracy)
    )
    how = card.preprocessing
    rows = {
        "source": card.source,
        "paper": card.paper or "–",
        "licence": card.licence or "–",
        "input": size,
        "preprocessing": COMMON.text(
            "card_preprocessing",
            resize=how.resize,
            crop=how.crop,
            mean=", ".join(f"{value:.4g}" for value in how.mean),
            std=", ".join(f"{value:.4g}" for value in how.std),
            interpolation=how.interpolation,
        ),
        "data": card.data or "–",
        "classes": ", ".join(card.classes[:12]) + (" …" if len(card.classes) > 12 else ""),
    }
    with st.popover(COMMON.label("card"), icon=":material/badge:"):
        st.table({COMMON.label(f"card.{name}"): value for name, value in rows.items()}, border="horizontal")
