"""Error rates on the whole test set of MNIST, distorted more and more, without and with augmentation."""

import json
from typing import TypedDict

import pandas as pd  # type: ignore[import-untyped]
import streamlit as st

from cnnviz import models
from cnnviz.assets import CURVES
from cnnviz.figures.sweep_curves import sweep
from cnnviz.training.recipes import RECIPES
from cnnviz.ui.chart import chart
from cnnviz.ui.downloads import offer_downloads
from cnnviz.ui.form import Form
from cnnviz.ui.numbers import percent, whole
from cnnviz.ui.words import Words

say, text = Words("invariance_augmentation").say, Words("invariance_augmentation").text

PLAIN, AUGMENTED = "lenet-relu-plain-mnist", "lenet-relu-augmented-mnist"
# By the axis of a curve: its file, and what its axis is called.
FILES = {"degrees": "augmentation-rotation", "scale": "augmentation-scale", "right": "augmentation-shift"}
# By the ends of the names in the lesson.
_KEYS = {"plain": PLAIN, "augmented": AUGMENTED}
_X = {"degrees": "angle", "scale": "scale", "right": "pixels"}


class Curve(TypedDict):
    """The error rates by network at each of the amounts, on so many images."""

    images: int
    amounts: list[float]
    errors: dict[str, list[float]]


@st.cache_data(show_spinner=False)
def curves() -> dict[str, Curve]:
    """Return the curves of cnnviz.training.error_curves by axis, none where one has not been made for both networks."""
    found: dict[str, Curve] = {}
    for axis, name in FILES.items():
        path = CURVES / f"{name}.json"
        if not path.exists():
            return {}
        curve = json.loads(path.read_text(encoding="utf-8"))
        if not {PLAIN, AUGMENTED} <= curve["errors"].keys():
            return {}
        found[axis] = {"images": curve["images"], "amounts": curve[axis], "errors": curve["errors"]}
    return found


def ranges() -> dict[str, tuple[float, float]]:
    """Return what training drew of each axis."""
    recipe = RECIPES[AUGMENTED]
    side = models.card(AUGMENTED).input_size[2]
    return {
        "degrees": (-recipe.rotation, recipe.rotation),
        # Training scales the way back, from the image to the digit.
        "scale": (1 / (1 + recipe.zoom), 1 / (1 - recipe.zoom)),
        "right": (-recipe.shift * side, recipe.shift * side),
    }


def network_name(model: str) -> str:
    """Return how one of the two networks is called."""
    return text("name_plain" if model == PLAIN else "name_augmented")


def show_curves(form: Form, at: dict[str, float]) -> None:
    """Draw the three curves with the present amounts `at` marked, say what they show, and offer them to keep."""
    found = curves()
    if not found:
        say("curves_none")
        return
    st.subheader(text("curves"))
    say("curves_text", count=whole(found["degrees"]["images"]))
    figures, tables = [], []
    for box, (axis, curve) in zip(st.columns(3, gap="medium"), found.items(), strict=True):
        x = text(_X[axis])
        lines = {network_name(name): curve["errors"][name] for name in (PLAIN, AUGMENTED)}
        figures.append(
            sweep(curve["amounts"], lines, x=x, y=text("error"), at=at[axis], band=ranges()[axis], scale="share")
        )
        tables.append(pd.DataFrame({"axis": axis, "amount": curve["amounts"], **lines}))
        chart(figures[-1], key=form.key(FILES[axis]), at=box, alt=text("curve_alt", axis=x))
    told = {"upright": ("degrees", 0), "turned": ("degrees", 45), "far": ("degrees", 90), "moved": ("right", 4)}
    errors = {
        f"{name}_{key}": _error(found[axis], key, amount) for name, (axis, amount) in told.items() for key in _KEYS
    }
    say("curves_said", **errors)
    offer_downloads(form, "augmentation", text("curves"), pd.concat(tables), figures)


def _error(curve: Curve, key: str, amount: float) -> str:
    return percent(curve["errors"][_KEYS[key]][curve["amounts"].index(amount)], 1)
