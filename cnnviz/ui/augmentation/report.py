"""The screen on augmentation: its stage, notes, formulas, what each buys, questions and code."""

import io

import pandas as pd  # type: ignore[import-untyped]
import streamlit as st
from PIL import Image

from cnnviz.components.operations import operations
from cnnviz.engine.results import Augmented, BlocksLeftOut, SmoothedLabel
from cnnviz.figures.augmentation import mosaic
from cnnviz.ui import links
from cnnviz.ui.augmentation.code import code
from cnnviz.ui.augmentation.formulas import show_formula
from cnnviz.ui.augmentation.gains import show_gains
from cnnviz.ui.augmentation.questions import question
from cnnviz.ui.augmentation.stage import draw, facts_told
from cnnviz.ui.augmentation.state import FORM, PRESETS, SUBJECT, WORDS, Answer, State, find, read, show_controls
from cnnviz.ui.downloads import offer_downloads
from cnnviz.ui.engine import ask
from cnnviz.ui.part import Part

say, text, label = WORDS.say, WORDS.text, WORDS.label


def show() -> None:
    """Draw the screen below its title."""
    SUBJECT.draw()
    PART.show()


def _show_notes(state: State, answer: Answer) -> None:
    """Say what there is to know of the kind, play RandAugment's operations, and link to what belongs to it."""
    say(f"note_{state.kind}")
    if state.kind == "randaugment":
        _show_film(state)
    with st.container(horizontal=True, key=FORM.key("elsewhere")):
        for path, link, name in (
            ("pages/transform/invariance.py", {"part": "Augmentation"}, "link_invariance"),
            ("pages/train/training.py", {}, "link_training"),
        ):
            st.page_link(path, label=text(name), query_params={**links.visit(), **link} or None)


def _show_film(state: State) -> None:
    """Play every operation from magnitude 0 to 30."""
    found = ask(state.film())
    if found is None:
        return
    names = [label(f"fact.{name}") for name in found.found.names]
    operations(found.found.pictures, names, key=FORM.key("film"), at=int(state.settings["magnitude"]))


def _show_more(state: State, answer: Answer) -> None:
    """Offer the draws to keep, and chart what each augmentation buys."""
    name = f"augmentation-{state.kind.replace('_', '-')}"
    offer_downloads(FORM, name, label(f"preset.{state.kind}"), _table(state, answer))
    if isinstance(answer, Augmented):
        st.download_button(
            text("download_png"),
            lambda: _png(answer),
            f"{name}.png",
            "image/png",
            key=FORM.key("png"),
            icon=":material/download:",
            on_click="ignore",
        )
    show_gains(state.kind)


def _table(state: State, answer: Answer) -> pd.DataFrame:
    """Return a row a draw: what was drawn, and the likeliest classes; or the target, a row a class."""
    if isinstance(answer, SmoothedLabel):
        return pd.DataFrame({"class": state.classes, "target": answer.target, "probability": answer.probabilities})
    best = answer.probabilities.mean(axis=0).argsort()[::-1][:5]
    if isinstance(answer, BlocksLeftOut):
        drawn: list[dict[str, object]] = [
            {name: int(ran) for name, ran in zip(answer.names, row, strict=True)} for row in answer.running
        ]
    else:
        drawn = [{"drawn": facts_told(facts)} for facts in answer.facts]
    shares = [{state.classes[at]: row[at] for at in best} for row in answer.probabilities]
    return pd.DataFrame(
        [{"draw": at, **each, **share} for at, (each, share) in enumerate(zip(drawn, shares, strict=True))]
    )


def _png(answer: Augmented) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(mosaic(answer.pictures)).save(buffer, "PNG")
    return buffer.getvalue()


PART: Part[State, Answer] = Part(
    form=FORM,
    read=read,
    find=find,
    presets=PRESETS,
    stage=draw,
    settings=show_controls,
    notes=_show_notes,
    formulas=show_formula,
    more=_show_more,
    question=question,
    code=code,
    height=480,
)
