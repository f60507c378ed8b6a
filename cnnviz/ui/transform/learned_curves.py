"""How often the networks of the part "Learned" err over the angle, as the training wrote it down."""

import json
from typing import Any

import numpy as np
import pandas as pd  # type: ignore[import-untyped]
import streamlit as st

from cnnviz import assets, models
from cnnviz.figures.sweep_curves import sweep
from cnnviz.ui.chart import chart
from cnnviz.ui.lesson import say, text
from cnnviz.ui.transform.keeping import csv_of, offer
from cnnviz.ui.transform.learned_form import SCREEN, Experiment

CURVES = assets.CURVES / "rotation.json"


def show_curves(made: Experiment) -> None:
    """Chart the errors of all test digits over the angle, as the training wrote them down."""
    st.subheader(text(SCREEN, "curves"))
    found = _curves()
    names = [name for name in made.task.curves if name in found.get("errors", {})]
    if not names:
        say(SCREEN, "curves_none")
        return
    degrees = np.array(found["degrees"])
    words = {name: text(SCREEN, f"curve_{word}") for name, word in made.task.curves.items() if name in names}
    lines = {words[name]: np.array(found["errors"][name]) for name in names}
    at = made.pose.degrees
    nearest = int(np.abs(degrees - at).argmin())
    figure = sweep(
        found["degrees"], lines, x=text(SCREEN, "curves_x"), y=text(SCREEN, "curves_y"), at=at, scale="log", height=380
    )
    drawn_box, said_box = st.columns([3, 2], gap="large")
    chart(figure, key="curves", at=drawn_box, alt=text(SCREEN, "alt_curves"))
    trained = np.abs(degrees) <= made.task.degrees
    with said_box:
        say(SCREEN, f"curves_{made.task.kind}", images=f"{found['images']:,}", **made.task.range)
        head = text(SCREEN, "curves_table", trained=f"{made.task.degrees:g}", angle=f"{degrees[nearest]:g}")
        rows = [
            text(
                SCREEN,
                "curves_row",
                name=words[name],
                mean=f"{float(lines[words[name]][trained].mean()):.2%}",
                beyond="–" if trained.all() else f"{float(lines[words[name]][~trained].mean()):.1%}",
                here=f"{float(lines[words[name]][nearest]):.2%}",
                all=_error(name),
            )
            for name in names
        ]
        st.markdown("\n".join([head, *rows]))
        say(SCREEN, "curves_why")
        if not trained.all():
            say(SCREEN, "curves_beyond")
    offer("angle-errors", text(SCREEN, "curves"), csv_of(pd.DataFrame({"degrees": degrees, **lines})), lambda: [figure])


def _curves() -> dict[str, Any]:
    try:
        found: dict[str, Any] = json.loads(CURVES.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found


def _error(name: str) -> str:
    accuracy = models.card(name).accuracy
    return "–" if accuracy is None else f"{1 - accuracy:.2%}"
