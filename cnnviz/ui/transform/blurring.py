"""Blur before subsampling: on a signal as in the paper, and in the network at hand, with the numbers of both."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st

from cnnviz.engine.requests import BlurSignal, Numbers, ShiftLayers, ShiftMaps
from cnnviz.errors import ShapeError
from cnnviz.figures.equivariance import bars, side_by_side, signals
from cnnviz.ui.chart import chart
from cnnviz.ui.controls import Choice, Dial, value_of
from cnnviz.ui.engine import ask
from cnnviz.ui.lesson import say, text
from cnnviz.ui.transform.layer_gaps import number, units
from cnnviz.ui.transform.subject import Subject

if TYPE_CHECKING:
    from cnnviz.probes.equivariance import LayerGap

SCREEN = "equivariance"
# The names of cnnviz.probes.subsampling.BLURS, which brings torch along.
BLUR = Choice("blur", "Blur", ("Rect-2", "Tri-3", "Bin-5"), "Tri-3")
SHIFT = Dial("bx", "To the right", -8, 8, 64, 1)
SIGNAL = "0 0 1 1 0 0 1 1"
_MOST = 24


@st.fragment
def show_blur(subject: Subject) -> None:
    """Show the signal, then the network; it runs again alone."""
    st.subheader(text(SCREEN, "blur"))
    say(SCREEN, "blur_text")
    blur_box, shift_box, signal_box = st.columns(3, gap="medium", vertical_alignment="bottom")
    with blur_box:
        BLUR.draw()
    with shift_box:
        SHIFT.draw()
    with signal_box:
        typed = st.text_input("Signal", SIGNAL, key="signal", bind="query-params", max_chars=120)
    blur, shift = value_of(BLUR), value_of(SHIFT)
    try:
        show_signal(read_signal(typed), shift, blur)
    except ShapeError as error:
        st.error(str(error), icon=":material/error:")
    _show_network(subject, shift, blur)


def read_signal(typed: str) -> np.ndarray:
    """Return the numbers typed; raise ShapeError with one sentence where they are no signal."""
    parts = typed.replace(",", " ").split()
    try:
        found = np.array([float(part) for part in parts], np.float32)
        if not np.isfinite(found).all():
            raise ValueError
    except ValueError:
        raise ShapeError(f"The signal is numbers with spaces between them, such as {SIGNAL}.") from None
    if not 2 <= len(found) <= _MOST or len(found) % 2:
        raise ShapeError(
            f"The signal has {len(found)} numbers; it should have an even count of them, from 2 to {_MOST}, so that "
            "windows of 2 close a circle."
        )
    return found


def show_signal(signal: np.ndarray, shift: int, blur: str) -> None:
    """Draw what pooling and blurred pooling make of a signal (L,), where it was and moved."""
    answer = ask(BlurSignal(Numbers.of(signal), shift, blur))
    if answer is None:
        return
    found = answer.found
    for box, name, made in zip(
        st.columns(2, gap="large"), ("signal_still", "signal_shifted"), (found.still, found.shifted), strict=True
    ):
        with box:
            say(SCREEN, name, shift=shift)
            chart(signals(_rows(made)), key=name, alt=text(SCREEN, "signal_alt"))
    numbers = {
        "still": _listed(found.still.pooled),
        "shifted": _listed(found.shifted.pooled),
        "expected": _listed(found.pooled),
        "gap": number(found.pooled_gap),
        "still_blurred": _listed(found.still.mended),
        "shifted_blurred": _listed(found.shifted.mended),
        "expected_blurred": _listed(found.mended),
        "gap_blurred": number(found.mended_gap),
        "units": f"{shift}/2" if shift % 2 else str(shift // 2),
    }
    say(SCREEN, "signal_said", **numbers)


def _rows(made: Any) -> dict[str, np.ndarray]:
    kept = np.full((2, len(made.signal)), np.nan, np.float32)
    kept[0, ::2], kept[1, ::2] = made.pooled, made.mended
    names = ("row_signal", "row_dense", "row_pooled", "row_blurred", "row_mended")
    values = (made.signal, made.dense, kept[0], made.blurred, kept[1])
    return {text(SCREEN, name): row for name, row in zip(names, values, strict=True)}


def _listed(values: np.ndarray) -> str:
    return ", ".join(f"{value:.3g}" for value in values.tolist())


def _show_network(subject: Subject, shift: int, blur: str) -> None:
    """Chart every layer without and with blur, and show the maps of the first that is subsampled."""
    plain = ask(ShiftLayers(**subject.given(), right=shift))
    mended = None if plain is None else ask(ShiftLayers(**subject.given(), right=shift, blur=blur))
    if plain is None or mended is None:
        return
    gaps, soft = plain.found, mended.found
    say(SCREEN, "network_text", blur=blur, shift=shift)
    series = {
        text(SCREEN, "series_plain"): [gap.whole.relative for gap in gaps],
        text(SCREEN, "series_blurred", blur=blur): [gap.whole.relative for gap in soft],
    }
    names = [gap.name for gap in gaps]
    chart(
        bars(
            names, series, x=text(SCREEN, "layers_x"), y=text(SCREEN, "relative"), hatched=[gap.between for gap in gaps]
        ),
        key="blurred-gaps",
        alt=text(SCREEN, "blurred_alt"),
    )
    first = _first_subsampled(gaps)
    if first is None:
        say(SCREEN, "network_none")
        return
    last = max((at for at, gap in enumerate(gaps) if gap.moved is not None), default=first)
    for key, at in (("network_first", first), ("network_last", last)):
        say(
            SCREEN,
            key,
            layer=names[at],
            moved=units(gaps[at]),
            largest=number(gaps[at].whole.largest),
            relative=f"{gaps[at].whole.relative:.1%}",
            largest_blurred=number(soft[at].whole.largest),
            relative_blurred=f"{soft[at].whole.relative:.1%}",
        )
    _show_maps(subject, shift, blur, names[first])
    say(SCREEN, "network_price")


def _first_subsampled(gaps: "Sequence[LayerGap]") -> int | None:
    """Return the first layer whose units are farther apart than pixels, None if there is none."""
    return next((at for at, gap in enumerate(gaps) if gap.stride is not None and max(gap.stride) > 1), None)


def _show_maps(subject: Subject, shift: int, blur: str, layer: str) -> None:
    """Draw one channel of a layer both ways, without blur above and with it below."""
    plain = ask(ShiftMaps(**subject.given(), layer=layer, right=shift))
    if plain is None:
        return
    channel = plain.found.channel
    mended = ask(ShiftMaps(**subject.given(), layer=layer, channel=channel, right=shift, blur=blur))
    if mended is None:
        return
    for key, found in (("maps_plain", plain.found), ("maps_blurred", mended.found)):
        say(
            SCREEN,
            key,
            layer=layer,
            channel=channel,
            blur=blur,
            largest=number(found.gap.largest),
            relative=f"{found.gap.relative:.1%}",
        )
        drawn = {
            text(SCREEN, "map_moved"): found.moved,
            text(SCREEN, "map_shifted"): found.shifted,
            text(SCREEN, "map_gap"): abs(found.shifted - found.moved),
        }
        figure = side_by_side(drawn, signed=bool(found.still.min() < 0))
        chart(figure, key=key, alt=text(SCREEN, "maps_alt", layer=layer))
