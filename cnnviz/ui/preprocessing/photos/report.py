"""A photo before a network gets it: what each recipe takes out, in pictures, numbers, formulas, questions and code."""

from collections.abc import Iterable

import numpy as np
import pandas as pd  # type: ignore[import-untyped]
import streamlit as st

from cnnviz.engine.results import Probed
from cnnviz.figures.channel_histograms import channel_histograms
from cnnviz.probes.channel_statistics import DEVIATION, MEAN, WAYS, Channels, PreparedPhoto
from cnnviz.ui.chart import chart
from cnnviz.ui.downloads import offer_downloads
from cnnviz.ui.model_choice import called
from cnnviz.ui.numbers import fixed, formula, of_size, whole
from cnnviz.ui.part import Part
from cnnviz.ui.preprocessing.photos.question import question
from cnnviz.ui.preprocessing.photos.state import COLUMN, FORM, PRESETS, ROW, SUBJECT, WORDS, request
from cnnviz.ui.screen import say_idea
from cnnviz.ui.subject import Subject

say, text = WORDS.say, WORDS.text
Answer = Probed[PreparedPhoto]
# What white and black stand for in a picture of values about 0: 1 where nothing is divided.
_MOST = {"raw": 1.0, "mean": 1.0, "mean_image": 1.0, "channel_mean": 1.0, "channel_deviation": 2.7}
_SIDE = 224


def show() -> None:
    """Draw the part."""
    say_idea(WORDS)
    SUBJECT.draw()
    PART.show()


def _draw(subject: Subject, answer: Answer) -> None:
    ways = {**answer.found.ways, "network": answer.found.got}
    # By app.css they stand two by two on a phone.
    with st.container(key=FORM.key("abreast")):
        boxes = st.columns(len(ways), gap="small")
    for box, (name, way) in zip(boxes, ways.items(), strict=True):
        with box:
            _draw_way(name, way, text(f"way_{name}", network=called(subject.model)))


def _draw_way(name: str, way: Channels, title: str) -> None:
    """Draw a picture, the distribution of its values, and their mean and deviation a channel."""
    st.markdown(title)
    most = _MOST.get(name, max(float(np.abs(way.values).max()), 1e-6))
    with st.container(key=FORM.key(f"picture-{name}")):
        st.image(picture(way.values, most, signed=name not in ("raw", "mean")), alt=title, width="stretch")
    names = [text(f"channel_{each}") for each in ("red", "green", "blue")][: len(way.values)]
    figure = channel_histograms(way.counts, way.edges, names)
    chart(figure, key=FORM.key(f"values-{name}"), alt=text("values_alt", name=title))
    say("numbers", mean=_three(way.mean), deviation=_three(way.deviation))


def picture(values: np.ndarray, most: float, *, signed: bool) -> np.ndarray:
    """Return values (C, H, W) as uint8 (H, W, 3), 0 as black, or as grey where they are signed; at least 224 pixels."""
    shown = 0.5 + values / most / 2 if signed else values / most
    pixels = (shown.clip(0, 1) * 255).round().astype(np.uint8).transpose(1, 2, 0)
    pixels = np.repeat(pixels, 3 // pixels.shape[2], axis=2) if pixels.shape[2] in (1, 3) else pixels[..., :3]
    times = max(1, _SIDE // pixels.shape[0])
    return pixels.repeat(times, axis=0).repeat(times, axis=1)


def _three(numbers: Iterable[float], places: int = 2) -> str:
    return " · ".join(fixed(each, places) for each in numbers)


def _show_notes(subject: Subject, answer: Answer) -> None:
    found = answer.found
    gallery, how = found.gallery, subject.card.preprocessing
    say("note_mean_image", count=gallery.count, size=of_size(gallery.image.shape), numbers=whole(gallery.image.size))
    say("note_channel_mean", mean=_three(MEAN, 3), bytes=_three((255 * each for each in MEAN), 1))
    say("note_channel_deviation", deviation=_three(DEVIATION, 3))
    say("note_gallery", mean=_three(gallery.mean, 3), deviation=_three(gallery.deviation, 3), count=gallery.count)
    say(
        "note_network",
        network=called(subject.model),
        size=of_size(found.got.values.shape),
        mean=_three(how.mean, 3),
        deviation=_three(how.std, 3),
        low=fixed(found.got.values.min(), 2),
        high=fixed(found.got.values.max(), 2),
    )


@st.fragment
def _show_pixel(subject: Subject, answer: Answer) -> None:
    """Typeset what becomes of one pixel of the middle of the photo."""
    found = answer.found
    FORM.draw(ROW, COLUMN, columns=2)
    row, column = FORM.get(ROW), FORM.get(COLUMN)
    at = {name: way.values[:, row, column] for name, way in found.ways.items()}
    given = {name: _column(numbers) for name, numbers in at.items()}
    given |= {
        "means": _column(MEAN),
        "deviation": _column(DEVIATION),
    }
    for name in WAYS[2:]:
        st.latex(text(f"formula_{name}", **given))


def _column(numbers: Iterable[float]) -> str:
    return r"\begin{pmatrix}" + r" \\ ".join(formula(each, places=3) for each in numbers) + r"\end{pmatrix}"


def _offer(subject: Subject, answer: Answer) -> None:
    """Offer every number as a table, and the distributions as figures."""
    colours = [text(f"channel_{each}") for each in ("red", "green", "blue")]
    ways = {**answer.found.ways, "network": answer.found.got}
    rows = [
        {
            text("column_way"): text(f"way_{name}", network=called(subject.model)).replace("*", ""),
            text("column_channel"): colour,
            text("column_mean"): float(way.mean[at]),
            text("column_deviation"): float(way.deviation[at]),
            text("column_least"): float(way.values[at].min()),
            text("column_most"): float(way.values[at].max()),
        }
        for name, way in ways.items()
        for at, colour in enumerate(colours[: len(way.values)])
    ]
    figures = [
        channel_histograms(way.counts, way.edges, colours[: len(way.values)], height=260) for way in ways.values()
    ]
    offer_downloads(FORM, "photo-preprocessing", WORDS.label("title"), pd.DataFrame(rows), figures)


def code(subject: Subject, answer: Answer) -> str:
    """Return the few lines of Python that prepare a photo as this network wants it."""
    how = subject.card.preprocessing
    return text(
        "code",
        resize=how.resize if isinstance(how.resize, int) else list(how.resize),
        crop=list(how.crop),
        interpolation=how.interpolation.upper(),
        mode="L" if how.channels == 1 else "RGB",
        mean=list(how.mean),
        std=list(how.std),
    )


PART = Part(
    form=FORM,
    read=SUBJECT.read,
    request=request,
    presets=PRESETS,
    stage=_draw,
    notes=_show_notes,
    formulas=_show_pixel,
    more=_offer,
    question=question,
    code=code,
    height=480,
)
