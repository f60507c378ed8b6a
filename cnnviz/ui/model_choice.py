"""Which network, with which weights.

What is chosen is known before it is drawn: `model_of(form)` first, `choose_model(form)` where there is room for it.
"""

import json
from dataclasses import dataclass, replace

import streamlit as st

from cnnviz import models
from cnnviz.engine.requests import ModelChoice
from cnnviz.errors import ModelError
from cnnviz.models import registered
from cnnviz.models.cards import Card
from cnnviz.ui.form import Form
from cnnviz.ui.form_controls import Choice
from cnnviz.ui.learnt_networks import learnt
from cnnviz.ui.names import card, named
from cnnviz.ui.numbers import of_size
from cnnviz.ui.own_weights import choose_own_weights, own_weights
from cnnviz.ui.picture_choice import source
from cnnviz.ui.refusals import refuse
from cnnviz.ui.words import COMMON, listed

# What a picture of each source is best shown to.
SUITED = {"Digits": "lenet-relu-mnist", "Draw": "lenet-relu-mnist", "Clothes": "lenet5-fashion"}
TRAINED, RANDOM, OWN = "trained", "random", "my own file"

_LONGEST = 34  # letters of a network's name on a button
# What begins anew with another network.
DEPENDENT = ("layer", "channel", "channels", "row", "column", "filter", "before")


@dataclass(frozen=True)
class KindsOfPicture(Choice):
    """The kinds of picture, as `source` offers them; another kind takes back a network that cannot read it.

    `wanted` is the network in the link, `now` the one that is chosen, `network` what a photo is shown to without one.
    """

    wanted: str | None = None
    now: str = models.DEFAULT
    network: str = models.DEFAULT

    def resets_at(self, value: str) -> tuple[str, ...]:
        """Return what begins anew with pictures of the kind `value`."""
        default = SUITED.get(value, self.network)
        then = self.wanted if self.wanted is not None and _reads(self.wanted, value) else default
        # What is now the default is no longer in the link.
        return (*self.resets, *(("model",) if then == default else ()), *(() if then == self.now else DEPENDENT))


def kinds_of_picture(form: Form, first: str = "Gallery", network: str = models.DEFAULT) -> KindsOfPicture:
    """Return the choice of a kind of picture for a form that has a network, too."""
    plain, wanted = source(first), form.text("model")
    now = wanted or default_model(form, first, network)
    return KindsOfPicture(
        plain.name, first, plain.resets, plain.options, plain.style, wanted=wanted, now=now, network=network
    )


def _reads(name: str, kind: str) -> bool:
    """Return whether pictures of a kind are what a network is for: digits, clothes, or photos."""
    if models.is_designed(name):
        return True
    if kind in SUITED:
        return SUITED[kind].rsplit("-", 1)[-1] == name.rsplit("-", 1)[-1]
    return (name in models.names() or models.is_unlisted(name)) and models.card(name).input_size[0] != 1


def default_model(form: Form, first: str = "Gallery", network: str = models.DEFAULT) -> str:
    """Return the network that a link leaves out: it depends on the kind of picture; `network` is that for photos."""
    return SUITED.get(form.get(source(first)), network)


def _model(form: Form, first: str, network: str) -> Choice:
    default = default_model(form, first, network)
    names = [*learnt(), *models.names()]
    # A designed network, one of timm, or one outside a narrowed list, is in the link by its name alone.
    wanted = form.text("model")
    if wanted and wanted not in names and models.is_unlisted(wanted) and not _fault(wanted):
        names.insert(0, wanted)
    return Choice("model", default, DEPENDENT, tuple(names), technical=True)


def _weights(name: str) -> Choice:
    """Return the choice of a network's weights; where nobody trained it, they are random without a word in the link."""
    if name in learnt():
        return Choice("weights", TRAINED, options=(TRAINED, RANDOM, OWN), style="buttons", labels="learnt_weights")
    if not models.card(name).trained:
        return Choice("weights", RANDOM, options=(RANDOM, OWN), style="buttons")
    # Whether those of the operator's own network are trained, only the operator knows.
    labels = "given_weights" if name in registered.names() else ""
    return Choice("weights", TRAINED, options=(TRAINED, RANDOM, OWN), style="buttons", labels=labels)


def model_of(form: Form, first: str = "Gallery", network: str = models.DEFAULT) -> ModelChoice:
    """Return the chosen network; instead of one that cannot be built it is the default: see `tell_faults`.

    While there is no file of one's own, it has the weights that it has without a word in the link.
    """
    name = form.get(_model(form, first, network))
    choice = _weights(name)
    weights = form.get(choice)
    if weights == OWN:
        own = own_weights(form, name)
        if own is not None:
            return own
        weights = choice.default
    if weights == TRAINED and name in learnt():
        return learnt()[name]
    return ModelChoice(name, random_seed=0) if weights == RANDOM else ModelChoice(name)


def tell_faults(form: Form, model: ModelChoice) -> None:
    """Say what of the link can't be had: a network that can't be built, or a file of weights."""
    wanted = form.text("model") or ""
    if models.is_unlisted(wanted) and (fault := _fault(wanted)):
        refuse(fault)
    if form.get(_weights(model.name)) == OWN and model.checkpoint_sha256 is None:
        random = model.random_seed is not None
        st.info(COMMON.text("missing_weights_random" if random else "missing_weights"), icon=":material/info:")


def choose_model(form: Form, first: str = "Gallery", network: str = models.DEFAULT) -> None:
    """Draw the choice of a network, its weights and its card."""
    choice = _model(form, first, network)
    name = form.get(choice)
    groups = models.groups()
    origin = st.pills(
        COMMON.label("origin"),
        list(groups),
        format_func=lambda each: named("cards", each),
        key=form.key("origin"),
        help=COMMON.text("model_help", count=len(models.names())),
    )
    # The chosen network stays on the list: narrowing a search must never load another one.
    names = tuple(each for each in choice.options if origin is None or each in groups[origin] or each == name)
    form.draw(replace(choice, options=names), columns=1)
    facts, choice = card(name), _weights(name)
    form.draw(choice, columns=1)
    weights = form.get(choice)
    if weights == OWN:
        choose_own_weights(form, name)
    elif weights == RANDOM:
        untrained = models.is_designed(name) or (name in registered.names() and not facts.trained)
        st.caption(COMMON.text("designed_weights" if untrained else "random_weights"))
    elif name in learnt():
        st.caption(COMMON.text("learnt_weights"))
    elif choice.labels:
        st.caption(COMMON.text("given_weights", weights=facts.weights))
    show_card(facts, trained=weights == TRAINED)


def _fault(name: str) -> str:
    try:
        models.card(name)
    except ModelError as error:
        return str(error)
    return ""


def short_name(network: str) -> str:
    """Return what a network is called: its name, or for one that somebody designed its text, where that is short."""
    return _cut(network.split(":", 2)[2].strip() if models.is_designed(network) else network)


def called(model: ModelChoice) -> str:
    """Return what a network is called, with a word on its weights where they are not its own."""
    if model.checkpoint_sha256 is None and model.random_seed is None:
        return short_name(model.name)
    # Both fit on a phone.
    name = _cut(short_name(model.name), _LONGEST // 2)
    if model.checkpoint_sha256 is None:
        return COMMON.text("with_random_weights", name=name)
    return COMMON.text("with_own_weights", name=name, file=_cut(model.checkpoint_name or "", _LONGEST // 2))


def in_python(model: ModelChoice) -> dict[str, str]:
    """Return what lines of Python call a network, `model`, and the expression that loads it as it is here, `load`."""
    given = [_quoted(model.name)]
    if model.checkpoint_sha256 is not None:
        file = _quoted(model.checkpoint_name or "")
        given += [f'checkpoint=open({file}, "rb").read()', f"checkpoint_name={file}"]
    elif model.random_seed is not None:
        given.append(f"random_seed={model.random_seed}")
    load = f"cnnviz.models.load({', '.join(given)})"
    if model.name in registered.names():
        load += f"  # {COMMON.text('registered_here')}"
    return {"model": model.name, "load": load}


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _cut(text: str, longest: int = _LONGEST) -> str:
    return text if len(text) <= longest else f"{text[:longest].rstrip('… ')}…"


def show_card(facts: Card, *, trained: bool = True) -> None:
    """Show a network's facts, and how often it is right where it has the weights that it is known for."""
    known = trained and facts.accuracy is not None
    accuracy = COMMON.text("card_accuracy", accuracy=facts.accuracy, data=facts.data) if known else ""
    section = "card" if facts.year else "card_designed"
    size = of_size(facts.input_size)
    st.caption(
        COMMON.text(
            section, title=facts.title, year=facts.year, size=size, classes=len(facts.classes), accuracy=accuracy
        )
    )
    how = facts.preprocessing
    rows = {
        "source": facts.source,
        "paper": facts.paper or "–",
        "licence": facts.licence or "–",
        "input": size,
        "preprocessing": COMMON.text(
            "card_preprocessing",
            resize=how.resize,
            crop=how.crop,
            mean=", ".join(f"{value:.4g}" for value in how.mean),
            std=", ".join(f"{value:.4g}" for value in how.std),
            interpolation=how.interpolation,
        ),
        "data": facts.data or "–",
        "classes": listed(facts.classes[:12]) + (" …" if len(facts.classes) > 12 else ""),
    }
    with st.expander(COMMON.label("card"), icon=":material/badge:"):
        st.table({COMMON.label(f"card.{name}"): value for name, value in rows.items()}, border="horizontal")
