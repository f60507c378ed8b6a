"""How often the networks of the part "Learned" err over the angle, as the training wrote it down."""

import json
from pathlib import Path
from typing import TypedDict

import numpy as np
import pandas as pd  # type: ignore[import-untyped]
import streamlit as st

from cnnviz import assets, models
from cnnviz.figures.sweep_curves import sweep
from cnnviz.ui.chart import chart
from cnnviz.ui.downloads import offer_downloads
from cnnviz.ui.numbers import fixed, percent, whole
from cnnviz.ui.spatial_transformer.learned.state import FORM, WORDS, State

say, text = WORDS.say, WORDS.text
CURVES = assets.CURVES / "rotation.json"


class _Curves(TypedDict):
    images: int
    degrees: list[float]
    errors: dict[str, list[float]]


def show_curves(state: State) -> None:
    """Chart the errors of all test digits over the angle, as the training wrote them down."""
    st.subheader(text("curves"))
    found, task = _curves(CURVES), state.task
    names = [] if found is None else [name for name in task.curves if name in found["errors"]]
    if found is None or not names:
        say("curves_none")
        return
    degrees, at = np.array(found["degrees"]), state.pose.degrees
    words = {name: text(f"curve_{task.curves[name]}") for name in names}
    lines = {words[name]: np.array(found["errors"][name]) for name in names}
    nearest = int(np.abs(degrees - at).argmin())
    figure = sweep(found["degrees"], lines, x=text("curves_x"), y=text("curves_y"), at=at, scale="log", height=380)
    drawn_box, said_box = st.columns([3, 2], gap="large")
    chart(figure, key=FORM.key("curves"), at=drawn_box, alt=text("alt_curves"))
    trained = np.abs(degrees) <= task.degrees
    with said_box:
        say(f"curves_{task.kind}", images=whole(found["images"]), **task.range)
        rows = [
            text(
                "curves_row",
                name=words[name],
                mean=percent(float(lines[words[name]][trained].mean()), 2),
                beyond="–" if trained.all() else percent(float(lines[words[name]][~trained].mean()), 1),
                here=percent(float(lines[words[name]][nearest]), 2),
                all=_error(name),
            )
            for name in names
        ]
        head = text("curves_table", trained=fixed(task.degrees, 0), angle=fixed(degrees[nearest], 0))
        st.markdown("\n".join([head, *rows]))
        say("curves_why")
        if not trained.all():
            say("curves_beyond")
    offer_downloads(FORM, "angle-errors", text("curves"), pd.DataFrame({"degrees": degrees, **lines}), [figure])


def _curves(path: Path) -> _Curves | None:
    try:
        found: _Curves = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return found


def _error(name: str) -> str:
    accuracy = models.card(name).accuracy
    return "–" if accuracy is None else percent(1 - accuracy, 2)
