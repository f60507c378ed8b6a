"""Errors on the whole test set of MNIST, distorted more and more, without and with augmentation."""

import json
from typing import Any

import pandas as pd  # type: ignore[import-untyped]
import streamlit as st

from cnnviz import assets, models
from cnnviz.figures.sweep_curves import sweep
from cnnviz.training.recipes import RECIPES
from cnnviz.ui.chart import chart
from cnnviz.ui.lesson import say, text
from cnnviz.ui.transform.keeping import csv_of, offer

SCREEN = "augmentation"
CURVES = assets.CURVES
PLAIN, AUGMENTED = "lenet-relu-plain-mnist", "lenet-relu-augmented-mnist"
# The orange of the kernel for what is without, the green of the output for what is with.
_AXES = {"augmentation-rotation": "degrees", "augmentation-scale": "scale", "augmentation-shift": "right"}
_X = {"degrees": "angle", "scale": "scale", "right": "pixels"}


@st.cache_data(show_spinner=False)
def curve_of(name: str) -> dict[str, Any] | None:
    """Return the file of a curve of cnnviz.training.error_curves, None where it has not been made for both networks."""
    path = CURVES / f"{name}.json"
    if not path.exists():
        return None
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found if {PLAIN, AUGMENTED} <= found["errors"].keys() else None


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


def show_curves(degrees: float, scale: float, right: float) -> None:
    """Draw the three curves with the present amounts marked, say what they say, and offer them to keep."""
    found = {name: curve for name in _AXES if (curve := curve_of(name)) is not None}
    if len(found) < len(_AXES):
        say(SCREEN, "curves_none")
        return
    st.subheader(text(SCREEN, "curves"))
    at = {"degrees": degrees, "scale": scale, "right": right}
    images = next(iter(found.values()))["images"]
    say(SCREEN, "curves_text", count=f"{images:,}")
    figures = []
    for box, (name, curve) in zip(st.columns(3, gap="medium"), found.items(), strict=True):
        axis = _AXES[name]
        figures.append(
            sweep(
                curve[axis],
                _named(curve),
                x=text(SCREEN, _X[axis]),
                y=text(SCREEN, "error"),
                at=at[axis],
                band=ranges()[axis],
                scale="share",
            )
        )
        chart(figures[-1], key=name, at=box, alt=text(SCREEN, "curve_alt", axis=text(SCREEN, _X[axis])))
    turned, moved = found["augmentation-rotation"], found["augmentation-shift"]
    say(
        SCREEN,
        "curves_said",
        upright_plain=_error(turned, PLAIN, "degrees", 0),
        upright_augmented=_error(turned, AUGMENTED, "degrees", 0),
        turned_plain=_error(turned, PLAIN, "degrees", 45),
        turned_augmented=_error(turned, AUGMENTED, "degrees", 45),
        far_plain=_error(turned, PLAIN, "degrees", 90),
        far_augmented=_error(turned, AUGMENTED, "degrees", 90),
        moved_plain=_error(moved, PLAIN, "right", 4),
        moved_augmented=_error(moved, AUGMENTED, "right", 4),
    )
    tables = [
        pd.DataFrame({"axis": _AXES[name], "amount": curve[_AXES[name]], **_named(curve)})
        for name, curve in found.items()
    ]
    offer("augmentation", text(SCREEN, "curves"), csv_of(pd.concat(tables)), lambda: figures)


def _named(curve: dict[str, Any]) -> dict[str, list[float]]:
    names = {PLAIN: text(SCREEN, "name_plain"), AUGMENTED: text(SCREEN, "name_augmented")}
    return {written: curve["errors"][name] for name, written in names.items()}


def _error(curve: dict[str, Any], name: str, axis: str, amount: float) -> str:
    return f"{curve['errors'][name][curve[axis].index(amount)]:.1%}"
