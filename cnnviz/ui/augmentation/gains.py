"""What each augmentation buys: curves of three seeds on few images, without and with it."""

import json
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd  # type: ignore[import-untyped]
import plotly.graph_objects as go
import streamlit as st
from numpy.typing import NDArray

from cnnviz.assets import CURVES
from cnnviz.figures.banded_curves import banded
from cnnviz.ui.augmentation.state import FORM, WORDS
from cnnviz.ui.chart import chart
from cnnviz.ui.downloads import offer_downloads
from cnnviz.ui.numbers import percent, whole
from cnnviz.ui.words import in_code

say, text = WORDS.say, WORDS.text
FILE = CURVES / "augmentation-gains.json"
# Called otherwise there, or without curves of its own: crops at test, and colours of grey clothes.
_AS = {"ten_crops": "crop", "jitter": "colour", "colour_components": "colour", "label_smoothing": "smoothing"}
# Whose curves are of something else than the stage, which has to be said.
_OTHERS = ("ten_crops", "colour_components")


@dataclass(frozen=True, eq=False)
class Gains:
    """By variant the accuracies of `validation` and `training` (seed, point), and of the `test` (seed,)."""

    card: dict[str, Any]
    epochs: list[int]
    validation: dict[str, NDArray[np.float64]]
    training: dict[str, NDArray[np.float64]]
    test: dict[str, NDArray[np.float64]]


@st.cache_data(show_spinner=False)
def gains() -> Gains:
    """Return the shipped curves of cnnviz.training.augmentation_gains."""
    found = json.loads(FILE.read_text(encoding="utf-8"))
    parts = (
        {name: np.array(runs) for name, runs in found[part].items()} for part in ("validation", "training", "test")
    )
    return Gains(found["card"], found["epochs"], *parts)


def show_gains(kind: str) -> None:
    """Chart the validation and training accuracy without and with one kind, and the test accuracy of all."""
    found, name = gains(), _AS.get(kind, kind)
    card = found.card
    st.subheader(text("gains"))
    shown = ("none", name, "together")
    figures = []
    for box, part in zip(st.columns(2, gap="medium"), ("validation", "training"), strict=True):
        # Without the first point: before training all are alike, and far below.
        runs = {text(f"variant_{each}"): getattr(found, part)[each][:, 1:] for each in shown}
        figures.append(banded(found.epochs[1:], runs, x=text("epochs"), y=text(f"y_{part}"), scale="part", height=300))
        chart(figures[-1], key=FORM.key(part), at=box, alt=text(f"alt_{part}"))
    named = {f"{place}_{which}": percent(number, 1) for place, each in (("none", "none"), ("with", name))
             for which, number in (("mean", found.test[each].mean()), ("low", found.test[each].min()),
                                   ("high", found.test[each].max()))}  # fmt: skip
    say(
        "gains_text",
        variant=text(f"variant_{name}"),
        seeds=len(card["seeds"]),
        tests=whole(card["test_images"]),
        **named,
    )
    if kind in _OTHERS:
        say(f"gains_{kind}")
    chart(_bars(found, name), key=FORM.key("tests"), alt=text("alt_tests"))
    say(
        "gains_about",
        parameters=whole(card["parameters"]),
        images=card["train_images"],
        validation=whole(card["validation_images"]),
        epochs=card["epochs"],
        seeds=len(card["seeds"]),
        command=in_code(card["command"]),
    )
    rows = [
        (text(f"variant_{each}"), seed, accuracy)
        for each, runs in found.test.items()
        for seed, accuracy in zip(card["seeds"], runs.tolist(), strict=True)
    ]
    table = pd.DataFrame(rows, columns=["augmentation", "seed", "test_accuracy"])
    offer_downloads(FORM, "augmentation-gains", text("gains"), table, figures)


def _bars(found: Gains, name: str) -> go.Figure:
    from cnnviz.figures.augmentation import gained

    return gained({text(f"variant_{each}"): runs for each, runs in found.test.items()},
                  list(found.test).index(name), x=text("y_test"))  # fmt: skip
