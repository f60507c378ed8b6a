"""What nothing in the network is equivariant to: rotation and scale, beside shifts."""

from typing import Any

import pandas as pd  # type: ignore[import-untyped]
import streamlit as st

from cnnviz.arithmetic.pose import Pose, similarity
from cnnviz.engine.requests import Layers, MoveMaps
from cnnviz.figures.equivariance import bars
from cnnviz.ui.chart import chart
from cnnviz.ui.downloads import offer_downloads
from cnnviz.ui.engine import ask
from cnnviz.ui.invariance.equivariance.state import FORM, WORDS
from cnnviz.ui.layer_choice import shown_rows
from cnnviz.ui.numbers import percent, short
from cnnviz.ui.subject import Subject

say, text, label = WORDS.say, WORDS.text, WORDS.label

_DEGREES, _SCALES = (15, 45, 90, 180), (0.8, 1.25)


def show_poses(subject: Subject) -> None:
    """Compare shifts with rotations and scales at the last layer that has positions."""
    st.subheader(text("others"))
    table = ask(Layers(subject.model))
    if table is None:
        return
    rows = [row for row in shown_rows(table.rows).values() if row.maps[1] * row.maps[2] > 1]
    if not rows:
        say("others_none")
        return
    layer, side = rows[-1], table.input_size[3]
    field = layer.receptive_field
    stride = max(1, round(float(field.stride[1]))) if field is not None and field.size else side // layer.maps[2]
    poses = poses_of(stride, side)
    answer = ask(MoveMaps(**subject.given, layer=layer.name, poses=tuple(poses.values())))
    if answer is None:
        return
    say("others_text", layer=layer.name, rows=layer.maps[1], columns=layer.maps[2], stride=stride)
    series: dict[str, list[float | None]] = {
        text("series_along"): [change.along for change in answer.found],
        text("series_still"): [change.still for change in answer.found],
    }
    figure = bars(list(poses), series, y=text("relative"))
    chart(figure, key=FORM.key("others"), alt=text("others_alt"))
    changes = dict(zip(poses.values(), answer.found, strict=True))
    told = {
        "shift": similarity(right=stride),
        "turn": similarity(degrees=_DEGREES[1]),
        "scale": similarity(scale=_SCALES[0]),
    }
    shares: dict[str, object] = {}
    for name, pose in told.items():
        along = changes[pose].along
        shares |= {name: percent(along or 0.0), f"{name}_still": percent(changes[pose].still)}
    say("others_said", stride=stride, degrees=_DEGREES[1], factor=short(_SCALES[0]), **shares)
    classes = subject.card.classes
    data: dict[str, list[Any]] = {
        label("table_movement"): list(poses),
        text("series_along"): series[text("series_along")],
        text("series_still"): series[text("series_still")],
    }
    shown = [text("series_along"), text("series_still")]
    values = [change.probability for change in answer.found]
    if len(classes) == 1:
        # No class has a probability.
        data[label("table_output")] = values
    else:
        data[label("table_answer")] = [
            classes[change.answer] if change.answer < len(classes) else text("class", index=change.answer)
            for change in answer.found
        ]
        data[label("table_probability")] = values
        shown.append(label("table_probability"))
    config = {name: st.column_config.NumberColumn(format="percent") for name in shown}
    st.dataframe(data, hide_index=True, height="content", alt=text("others_table"), column_config=config)
    offer_downloads(FORM, "movements", text("others"), pd.DataFrame(data), [figure])


def poses_of(stride: int, side: int) -> dict[str, Pose]:
    """Return poses by their names: shifts by one pixel, one unit and half the image, rotations and scales."""
    found = {text("move_right", pixels=pixels): similarity(right=pixels) for pixels in (1, stride, side // 2)}
    found |= {text("move_turn", degrees=degrees): similarity(degrees=degrees) for degrees in _DEGREES}
    return found | {text("move_scale", scale=short(scale)): similarity(scale=scale) for scale in _SCALES}
