"""Which network, with which weights."""

import streamlit as st

from cnnviz import models
from cnnviz.engine.requests import ModelChoice
from cnnviz.errors import ModelError
from cnnviz.models.cards import Card
from cnnviz.ui.lesson import text
from cnnviz.ui.state import current, forget

# What a picture of each source is best shown to, when the chosen model cannot make sense of it.
SUITED = {"Digits": "lenet-relu-mnist", "Draw": "lenet-relu-mnist", "Clothes": "lenet5-fashion"}
_WEIGHTS = ("trained", "random", "my own file")


def choose_model(source: str) -> ModelChoice:
    """Show the choice of a model, its weights and its card; `source` is where the picture comes from."""
    _suit(source)
    groups = models.groups()
    origin = st.pills(
        "Models", list(groups), key="origin", help=text("common", "model_help", count=len(models.names()))
    )
    designed = _designed()
    # What a link without a model means: it depends on the kind of picture, which the link has.
    default = SUITED.get(source, models.DEFAULT)
    chosen = designed or current("model", models.names(), default)
    # The chosen model stays on the list: narrowing a search must never load another network.
    names = [name for name in models.names() if origin is None or name in groups[origin] or name == chosen]
    if designed:
        names.insert(0, designed)
    name = st.selectbox(
        "Model",
        names,
        index=names.index(default) if default in names else 0,
        key="model",
        bind="query-params",
        label_visibility="collapsed",
    )
    if models.is_designed(name):
        show_card(models.card(name))
        st.caption(text("common", "designed_weights"))
        return ModelChoice(name, random_seed=0)
    weights = st.segmented_control(
        "Weights", _WEIGHTS, default="trained", key="weights", bind="query-params", required=True
    )
    show_card(models.card(name), trained=weights == "trained")
    if weights == "random":
        st.caption(text("common", "random_weights"))
        return ModelChoice(name, random_seed=0)
    if weights == "my own file":
        return _own_checkpoint(name)
    return ModelChoice(name)


def _designed() -> str | None:
    """Return the designed network that is chosen, or that the link names; one that cannot be run is told why not."""
    name = st.session_state.get("model") or st.query_params.get("model") or ""
    if not models.is_designed(name):
        return None
    try:
        models.card(name)
    except ModelError as error:
        st.error(str(error))
        forget("model")
        return None
    return name


def _suit(source: str) -> None:
    """Change the model when the kind of picture changes to one that it was not made for."""
    before = st.session_state.get("suited-source")
    st.session_state["suited-source"] = source
    if before is None or before == source:
        # A link names its model: only a change made on the page moves it.
        if before is None and source in SUITED and "model" not in st.query_params:
            st.session_state["model"] = SUITED[source]
        return
    chosen = st.session_state.get("model", models.DEFAULT)
    if models.is_designed(chosen):
        return
    if source in SUITED:
        if SUITED[source].rsplit("-", 1)[-1] != chosen.rsplit("-", 1)[-1]:
            st.session_state["model"] = SUITED[source]
    elif models.card(chosen).input_size[0] == 1:
        st.session_state["model"] = models.DEFAULT


def _own_checkpoint(name: str) -> ModelChoice:
    file = st.file_uploader(
        text("common", "checkpoint", name=name), type=["safetensors", "pth", "pt"], key="checkpoint"
    )
    if file is None:
        st.caption(text("common", "no_checkpoint"))
        return ModelChoice(name)
    return ModelChoice.of_checkpoint(name, file.getvalue(), file.name)


def show_card(card: Card, *, trained: bool = True) -> None:
    """Show a model's facts, and how often it is right where it has the weights that it is known for."""
    channels, height, width = card.input_size
    known = trained and card.accuracy is not None
    accuracy = text("common", "card_accuracy", accuracy=card.accuracy, data=card.data) if known else ""
    st.caption(
        text(
            "common",
            "card" if card.year else "card_designed",
            title=card.title,
            year=card.year,
            size=f"{channels}×{height}×{width}",
            classes=len(card.classes),
            accuracy=accuracy,
        )
    )
    with st.popover("Model card", icon=":material/badge:"):
        rows = {
            "Source": card.source,
            "Paper": card.paper or "–",
            "Licence": card.licence or "–",
            "Input": f"{channels}×{height}×{width}",
            "Preprocessing": text(
                "common",
                "card_preprocessing",
                resize=card.preprocessing.resize,
                crop=card.preprocessing.crop,
                mean=", ".join(f"{v:.4g}" for v in card.preprocessing.mean),
                std=", ".join(f"{v:.4g}" for v in card.preprocessing.std),
                interpolation=card.preprocessing.interpolation,
            ),
            "Data": card.data or "–",
            "Classes": ", ".join(card.classes[:12]) + (" …" if len(card.classes) > 12 else ""),
        }
        st.table(rows, border="horizontal")
