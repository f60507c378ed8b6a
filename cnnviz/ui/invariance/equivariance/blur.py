"""Blur before subsampling: on a signal as in the paper, and in the network at hand, with the numbers of both."""

from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from cnnviz.arithmetic.signals import read_signal
from cnnviz.engine.requests import BlurSignal, Numbers, ShiftLayers, ShiftMaps
from cnnviz.errors import ShapeError
from cnnviz.figures.equivariance import bars, side_by_side, signals
from cnnviz.ui.chart import chart
from cnnviz.ui.engine import ask
from cnnviz.ui.invariance.equivariance.state import (
    BLUR,
    BLUR_SHIFT,
    FORM,
    SIGNAL,
    WORDS,
    first_subsampled,
)
from cnnviz.ui.numbers import percent, short
from cnnviz.ui.refusals import refuse
from cnnviz.ui.subject import Subject

if TYPE_CHECKING:
    # It imports torch.
    from cnnviz.probes.subsampling import Pooling1d

say, text = WORDS.say, WORDS.text


def show_blur(subject: Subject) -> None:
    """Show the signal, then the network."""
    st.subheader(text("blur"))
    say("blur_text")
    FORM.draw(BLUR, BLUR_SHIFT, SIGNAL, columns=3)
    blur, shift = FORM.get(BLUR), FORM.get(BLUR_SHIFT)
    try:
        _show_signal(np.array(read_signal(FORM.get(SIGNAL)), np.float32), shift, blur)
    except ShapeError as error:
        refuse(error)
    _show_network(subject, shift, blur)


def _show_signal(signal: np.ndarray, shift: int, blur: str) -> None:
    """Draw what pooling and blurred pooling make of a signal (L,), where it was and moved."""
    answer = ask(BlurSignal(Numbers.of(signal), shift, blur))
    if answer is None:
        return
    found = answer.found
    made = {"signal_still": found.still, "signal_shifted": found.shifted}
    for box, (name, rows) in zip(st.columns(2, gap="large"), made.items(), strict=True):
        with box:
            say(name, shift=shift)
            chart(signals(_rows(rows)), key=FORM.key(name), alt=text("signal_alt"))
    say(
        "signal_said",
        still=_listed(found.still.pooled),
        shifted=_listed(found.shifted.pooled),
        expected=_listed(found.pooled),
        gap=short(found.pooled_gap, 2),
        still_blurred=_listed(found.still.mended),
        shifted_blurred=_listed(found.shifted.mended),
        expected_blurred=_listed(found.mended),
        gap_blurred=short(found.mended_gap, 2),
        units=f"{shift}/2" if shift % 2 else str(shift // 2),
    )


def _rows(made: "Pooling1d") -> dict[str, np.ndarray]:
    kept = np.full((2, len(made.signal)), np.nan, np.float32)
    kept[0, ::2], kept[1, ::2] = made.pooled, made.mended
    names = ("row_signal", "row_dense", "row_pooled", "row_blurred", "row_mended")
    values = (made.signal, made.dense, kept[0], made.blurred, kept[1])
    return {text(name): row for name, row in zip(names, values, strict=True)}


def _listed(values: np.ndarray) -> str:
    return ", ".join(short(value, 3) for value in values.tolist())


def _show_network(subject: Subject, shift: int, blur: str) -> None:
    """Chart every layer without and with blur, and show the maps of the first that is subsampled."""
    plain = ask(ShiftLayers(**subject.given, right=shift))
    mended = None if plain is None else ask(ShiftLayers(**subject.given, right=shift, blur=blur))
    if plain is None or mended is None:
        return
    gaps, soft = plain.found, mended.found
    say("network_text", blur=blur, shift=shift)
    series: dict[str, list[float | None]] = {
        text("series_plain"): [gap.whole.relative for gap in gaps],
        text("series_blurred", blur=blur): [gap.whole.relative for gap in soft],
    }
    names, hatched = [gap.name for gap in gaps], [gap.between for gap in gaps]
    figure = bars(names, series, x=text("layers_x"), y=text("relative"), hatched=hatched)
    chart(figure, key=FORM.key("blurred-gaps"), alt=text("blurred_alt"))
    first = first_subsampled(gaps)
    if first is None:
        say("network_none")
        return
    last = max((at for at, gap in enumerate(gaps) if gap.moved is not None), default=first)
    for key, at in (("network_first", first), ("network_last", last)):
        own, mild, units = gaps[at].whole, soft[at].whole, gaps[at].moved
        assert units is not None
        say(
            key,
            layer=names[at],
            moved=text("units", down=units[0], right=units[1]),
            largest=short(own.largest, 2),
            relative=percent(own.relative, 1),
            largest_blurred=short(mild.largest, 2),
            relative_blurred=percent(mild.relative, 1),
        )
    _show_maps(subject, shift, blur, names[first])
    say("network_price")


def _show_maps(subject: Subject, shift: int, blur: str, layer: str) -> None:
    """Draw one channel of a layer both ways, without blur above and with it below."""
    plain = ask(ShiftMaps(**subject.given, layer=layer, right=shift))
    if plain is None:
        return
    channel = plain.found.channel
    mended = ask(ShiftMaps(**subject.given, layer=layer, channel=channel, right=shift, blur=blur))
    if mended is None:
        return
    for key, found in (("maps_plain", plain.found), ("maps_blurred", mended.found)):
        apart = {"largest": short(found.gap.largest, 2), "relative": percent(found.gap.relative, 1)}
        say(key, layer=layer, channel=channel, blur=blur, **apart)
        drawn = {
            text("map_moved"): found.moved,
            text("map_shifted"): found.shifted,
            text("map_gap"): abs(found.shifted - found.moved),
        }
        figure = side_by_side(drawn, signed=bool(found.still.min() < 0))
        chart(figure, key=FORM.key(key), alt=text("maps_alt", layer=layer))
