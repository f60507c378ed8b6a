"""The stage: the photos, the layer that learns, and a picture that is tried, side by side."""

import base64
import html
import io
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import streamlit as st
from PIL import Image

from cnnviz.engine.results import RunView
from cnnviz.figures import training as figures
from cnnviz.figures.class_map import class_map
from cnnviz.figures.classes import top_classes
from cnnviz.training.live.photos import is_held_out
from cnnviz.ui.chart import chart
from cnnviz.ui.numbers import of_loss, percent, whole
from cnnviz.ui.own_classes.gathering import gather
from cnnviz.ui.own_classes.own import WORDS, own
from cnnviz.ui.own_classes.state import COLLECTION, FORM, MAP, OWN, Found, State
from cnnviz.ui.training.player import draw_keys, moving

STEPS = 100  # of a press
_SHOWN = 10  # photos of a class
_SIDE, _FRAME = 64, 6  # pixels
_HELD_OUT = (13, 148, 136, 255)
_COLUMNS = (5, 6, 5)
text = WORDS.text


def draw_stage(state: State, found: Found) -> None:
    """Draw the three columns."""
    photos_box, run_box, try_box = st.columns(_COLUMNS, gap="medium")
    with photos_box:
        numbers = [state.photos.labels.count(number) for number in range(len(state.photos.classes))]
        starts = np.cumsum([0, *numbers])
        rows = [state.thumbnails[start : start + count] for start, count in zip(starts, numbers, strict=False)]
        _draw_photos(state.photos.classes, rows)
        if FORM.get(COLLECTION) == OWN:
            gather()
    with run_box:
        st.markdown(text("step_training"))
        draw_keys(FORM, state.run, {"one_step": ("skip_next", 1)}, most=STEPS, name="train")
        moving(state.run, state.run.look, lambda view: _draw_run(state, view), leads=True)
    with try_box:
        st.markdown(text("step_try"))
        _draw_tried(state, found)


def draw_missing(what: str) -> None:
    """Draw the photos of one's own, where there are too few to learn from, and what is missing."""
    photos_box, run_box, _ = st.columns(_COLUMNS, gap="medium")
    with photos_box:
        classes = own().classes
        _draw_photos(
            [each.name for each in classes], [tuple(photo.thumbnail for photo in each.photos) for each in classes]
        )
        gather()
    with run_box:
        st.markdown(text("step_training"))
        st.info(text("missing", what=what))


def _draw_photos(classes: Sequence[str], rows: Sequence[tuple[bytes, ...]]) -> None:
    """Draw each class's name, how many photos it has, and the last of them; held-out ones have a frame."""
    st.markdown(text("step_photos"))
    drawn = "".join(_row(name, photos) for name, photos in zip(classes, rows, strict=True))
    with st.container(key=FORM.key("photos")):
        st.html(f'<ul class="own-classes{" many" if len(classes) > 4 else ""}">{drawn}</ul>')


def _row(name: str, photos: tuple[bytes, ...]) -> str:
    count = text("count", count=len(photos), out=sum(map(is_held_out, range(len(photos)))))
    picture = f'<img src="{_strip(photos)}" alt="{html.escape(text("strip_alt", name=name))}">' if photos else ""
    return f"<li><p><strong>{html.escape(name)}</strong> {html.escape(count)}</p>{picture}</li>"


@lru_cache(maxsize=100)
def _strip(photos: tuple[bytes, ...]) -> str:
    """Return the last photos in a row, as a data URL."""
    first = max(0, len(photos) - _SHOWN)
    cell = _SIDE + 2 * _FRAME
    strip = Image.new("RGBA", (_SHOWN * cell, cell))
    for at, data in enumerate(photos[first:]):
        if is_held_out(first + at):
            strip.paste(_HELD_OUT, (at * cell, 0, (at + 1) * cell, cell))
        with Image.open(io.BytesIO(data)) as photo:
            strip.paste(photo, (at * cell + _FRAME, _FRAME))
    file = io.BytesIO()
    strip.crop((0, 0, min(len(photos), _SHOWN) * cell, cell)).save(file, "WEBP", quality=80)
    return f"data:image/webp;base64,{base64.b64encode(file.getvalue()).decode()}"


def _draw_run(state: State, view: RunView) -> None:
    right, out = int(np.trace(view.confusion)), int(view.confusion.sum())
    numbers = {
        "steps": whole(view.step),
        "loss": of_loss(float(view.losses[-1])) if len(view.losses) else "–",
        "held_out": text("right_of", right=right, count=out),
    }
    with st.container(horizontal=True, gap="medium", key=FORM.key("numbers")):
        for name, value in numbers.items():
            st.metric(WORDS.label(name), value, help=WORDS.help(name))
    names = (text("training"), text("test"), "")
    loss = figures.learning_curve(
        view.losses, view.tests[:, :2], names, x=text("axis_steps"), y=text("axis_loss"), height=250
    )
    chart(loss, key=FORM.key("loss"), alt=text("loss_alt", value=of_loss(float(view.tests[-1, 1]))))
    if state.run.error is not None:
        st.caption(str(state.run.error))


def _draw_tried(state: State, found: Found) -> None:
    seen = found.recognised
    if seen is None:
        st.info(text("try_missing"))
        return
    order = np.argsort(seen.probabilities)[::-1]
    which = {"first": 0, "second": 1, "none": None}[FORM.get(MAP)]
    shown = None if which is None else order[which]
    photo_alt = text("tried_alt") if shown is None else text("map_alt", name=state.photos.classes[shown])
    chart(
        class_map(seen.view, None if shown is None else seen.maps[shown], height=210),
        key=FORM.key("tried"),
        alt=photo_alt,
    )
    best = int(order[0])
    alt = text("bars_alt", name=state.photos.classes[best], share=percent(float(seen.probabilities[best])))
    chart(top_classes(seen.probabilities, state.photos.classes, count=4), key=FORM.key("bars"), alt=alt)
    FORM.draw(MAP, columns=1)
