"""The part on one's own classes, from top to bottom."""

import numpy as np
import streamlit as st
import torch
from safetensors.torch import save

from cnnviz.engine.requests import LabelledFeatures
from cnnviz.errors import CnnvizError
from cnnviz.figures import training as figures
from cnnviz.models import card
from cnnviz.training.live.photos import examples_of
from cnnviz.training.live.script import script
from cnnviz.training.live.settings import FEATURES
from cnnviz.ui import links
from cnnviz.ui.chart import chart
from cnnviz.ui.downloads import csv_maker
from cnnviz.ui.learnt_networks import LAYER, learnt, learnt_name
from cnnviz.ui.menu import SCREENS
from cnnviz.ui.numbers import formula, percent, whole
from cnnviz.ui.own_classes.own import MODEL, WORDS
from cnnviz.ui.own_classes.questions import question
from cnnviz.ui.own_classes.stage import STEPS, draw_missing, draw_stage
from cnnviz.ui.own_classes.state import (
    COLLECTION,
    FORM,
    HIDDEN,
    L2,
    OWN,
    PRESETS,
    RATE,
    SEED,
    Found,
    State,
    find,
    first_source,
    read,
)
from cnnviz.ui.part import Part
from cnnviz.ui.picture_choice import choose_picture, source
from cnnviz.ui.refusals import translated
from cnnviz.ui.screen import say_idea
from cnnviz.ui.training.player import offer_files
from cnnviz.ui.training.report import curves
from cnnviz.ui.words import COMMON

say, text = WORDS.say, WORDS.text
_MOST = 10  # mistaken photos
_WIDE = 96  # pixels of one


def _read() -> State | None:
    try:
        return read()
    except CnnvizError as error:
        draw_missing(translated(error))
        return None


def _draw_settings() -> None:
    FORM.draw(RATE, L2, HIDDEN, SEED)
    with st.expander(text("try_choose"), icon=":material/add_a_photo:", expanded=False):
        choose_picture(FORM, first_source())


def _show_notes(state: State, found: Found) -> None:
    """Say what is learnt, what is held out and how little it tells, and what the answer leaves out."""
    out, classes = sum(state.out), len(state.photos.classes)
    parameters = whole(state.settings.checked().parameters or 0)
    everything = whole(card(MODEL.name).parameters or 0)
    say("what", features=whole(FEATURES), classes=classes, parameters=parameters, all=everything)
    say("what_out", learnt=len(state.out) - out, out=out, one=percent(1 / out, 1))
    if FORM.get(COLLECTION) in ("things", "portraits"):
        say("what_cut")
    say("what_none")


def _show_formulas(state: State, found: Found) -> None:
    """Typeset the score with the numbers of the picture that is tried."""
    say("formula")
    st.latex(text("formula_score"))
    if (seen := found.recognised) is None:
        return
    best = int(seen.probabilities.argmax())
    mean, bias = float(seen.maps[best].mean()), float(seen.biases[best])
    numbers = {
        "mean": formula(mean, places=4),
        "bias": formula(bias, places=4, brackets=True),
        "score": formula(float(seen.scores[best]), places=3),
        "share": formula(float(seen.probabilities[best]), places=3),
    }
    st.latex(text("formula_numbers", **numbers))
    say("formula_said", name=state.photos.classes[best])


def _show_more(state: State, found: Found) -> None:
    if state.run.playing:
        return
    st.subheader(text("confusion"))
    left, right = st.columns(2, gap="large")
    words = {name: text(f"confusion_{name}") for name in ("right", "said", "hover")}
    figure = figures.confusion(found.view.confusion, state.photos.classes, height=320, **words)
    chart(figure, key=FORM.key("confusion"), at=left, alt=text("confusion_alt"))
    with right:
        _show_mistakes(state, found)
    st.subheader(text("take"))
    _offer_files(state, found)
    say("take_link" if FORM.get(COLLECTION) == OWN else "take_shipped")
    _link_to_screens(state)


def _link_to_screens(state: State) -> None:
    """Link to the screens that look into a network, with the picture that is tried and what was learnt."""
    name = learnt_name(state.settings, state.photos)
    if state.run.learnt is None or name not in learnt():
        return
    texts = links.texts(FORM.name, FORM.part)
    link = {"model": str(name), "source": FORM.get(source(first_source()))}
    link |= {each: texts[each] for each in links.PICTURE if each in texts}
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key=FORM.key("elsewhere")):
        st.caption(COMMON.text("elsewhere"), width="content")
        for screen in SCREENS:
            if screen.section == "inspect":
                st.page_link(screen.path, label=screen.label, query_params={**links.visit(), **link})


def _show_mistakes(state: State, found: Found) -> None:
    kept = [at for at, out in enumerate(state.out) if out]
    right = np.array([state.photos.labels[at] for at in kept])
    wrong = np.flatnonzero(right != found.view.answers)
    if not len(wrong):
        st.caption(text("mistakes_none", count=len(kept)))
        return
    names = state.photos.classes
    shown = wrong[np.argsort(-found.view.sure[wrong], kind="stable")][:_MOST]
    say("mistakes", wrong=len(wrong), count=len(kept))
    captions = [
        text(
            "mistake",
            right=names[right[at]],
            said=names[found.view.answers[at]],
            sure=percent(float(found.view.sure[at])),
        )
        for at in shown
    ]
    alts = [text("mistake_alt", right=names[right[at]]) for at in shown]
    st.image([state.thumbnails[kept[at]] for at in shown], captions, width=_WIDE, alt=alts)


def _offer_files(state: State, found: Found) -> None:
    offer_files(
        FORM,
        {
            "weights": (LAYER, "application/octet-stream", state.run.weights),
            "features": ("features.safetensors", "application/octet-stream", lambda: features_file(state.photos)),
            "script": ("own_classes.py", "text/x-python", lambda: code(state, found)),
            "curves": ("own_classes.csv", "text/csv", csv_maker(lambda: curves(found.view))),
        },
    )


def features_file(photos: LabelledFeatures) -> bytes:
    """Return the examples as a safetensors file: inputs (N, C) and labels, and those of the held-out photos."""
    found = examples_of(torch.tensor(photos.features), photos.labels, photos.classes)
    tensors = {
        "inputs": found.inputs,
        "labels": found.labels,
        "test_inputs": found.test_inputs,
        "test_labels": found.test_labels,
    }
    return save(tensors, {"classes": ", ".join(photos.classes), "features of": MODEL.name})


def code(state: State, found: Found) -> str:
    """Return the lines of PyTorch that make the same layer, as many steps as a press where none was made."""
    lines = script(state.settings, state.run.rates, found.view.step or STEPS)
    return lines + text("code", classes=list(state.photos.classes))


PART = Part(
    form=FORM,
    presets=PRESETS,
    read=_read,
    find=find,
    stage=draw_stage,
    settings=_draw_settings,
    notes=_show_notes,
    formulas=_show_formulas,
    more=_show_more,
    question=question,
    code=code,
    height=480,
)


def show() -> None:
    """Draw the part."""
    say_idea(WORDS)
    PART.show()
