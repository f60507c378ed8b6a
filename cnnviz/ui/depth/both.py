"""Blocks taken from a plain and a residual network that were trained alike, live: one test image, and all of them."""

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnnviz.engine.requests import WithoutBlocks
from cnnviz.figures.classes import top_classes
from cnnviz.training.classes import FASHION_CLASSES
from cnnviz.training.depth import KEPT, MAIN
from cnnviz.training.live.examples import sheet
from cnnviz.ui.chart import chart
from cnnviz.ui.choices import Choices
from cnnviz.ui.engine import ask_each
from cnnviz.ui.form import Form
from cnnviz.ui.names import class_names
from cnnviz.ui.number_controls import Number
from cnnviz.ui.numbers import percent
from cnnviz.ui.words import COMMON

# The first of each later stage changes the size of its maps: nothing can stand in its place.
_BLOCKS = tuple(str(number) for number in range(1, 10) if number not in (4, 7))
REMOVED = Choices("removed", (), options=_BLOCKS, most=len(_BLOCKS), labels="number")
IMAGE = Number("image", 1, high=999, slider=False)
_LARGE = 140  # pixels


def show_both(form: Form) -> None:
    """Draw the choice of blocks and of an image, and what both networks answer."""
    words = form.words
    st.subheader(words.text("both_title"))
    words.say("both", depth=KEPT)
    form.draw(REMOVED, IMAGE)
    removed, image = tuple(int(each) - 1 for each in form.get(REMOVED)), form.get(IMAGE)
    wanted = [(name, blocks) for name in MAIN for blocks in dict.fromkeys((removed, ()))]
    parts = range(WithoutBlocks.PARTS)
    found = ask_each([WithoutBlocks(name == "residual", blocks, at) for name, blocks in wanted for at in parts], COMMON)
    if found is None:
        return
    images, labels = sheet("fashion-mnist", "test")
    answers = {
        each: np.concatenate([one.found for one in found[at * len(parts) : (at + 1) * len(parts)]])
        for at, each in enumerate(wanted)
    }
    picture_box, *boxes = st.columns([2, 5, 5], gap="medium")
    classes = class_names(FASHION_CLASSES)
    right = classes[labels[image]]
    picture_box.image(images[image], width=_LARGE, caption=right)
    for name, box in zip(MAIN, boxes, strict=True):
        shares = answers[name, removed]
        wrong, whole = (_wrong(answers[name, blocks], labels) for blocks in (removed, ()))
        with box:
            st.metric(words.text(f"both_{name}"), percent(wrong, 1), border=True)
            st.caption(words.text("both_whole", wrong=percent(whole, 1)))
        key = form.key(f"both-{name}")
        alt = words.text("both_alt", name=words.text(f"line_{name}"))
        chart(top_classes(shares[image], classes, count=3), key=key, at=box, alt=alt)


def _wrong(shares: NDArray[np.floating], labels: NDArray[np.uint8]) -> float:
    return float((shares.argmax(axis=1) != labels).mean())
