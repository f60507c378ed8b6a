"""Equivariance: a layer of the shifted picture against the layer's maps shifted, and what mends the difference."""

from collections.abc import Sequence
from fractions import Fraction
from typing import TYPE_CHECKING

import pandas as pd  # type: ignore[import-untyped]
import plotly.graph_objects as go
import streamlit as st

from cnnviz.figures.equivariance import bars, side_by_side
from cnnviz.probes.equivariance_table import columns
from cnnviz.ui.chart import chart
from cnnviz.ui.downloads import offer_downloads
from cnnviz.ui.invariance.equivariance.blur import show_blur
from cnnviz.ui.invariance.equivariance.digits import show_digits
from cnnviz.ui.invariance.equivariance.poses import show_poses
from cnnviz.ui.invariance.equivariance.question import question
from cnnviz.ui.invariance.equivariance.state import (
    DOWN,
    FORM,
    PADDING,
    PRESETS,
    RIGHT,
    SUBJECT,
    WORDS,
    Seen,
    State,
    read,
    run,
    stride_of,
)
from cnnviz.ui.layer_choice import choose_layer
from cnnviz.ui.names import named
from cnnviz.ui.numbers import of_size, percent, short
from cnnviz.ui.part import Part

if TYPE_CHECKING:
    # It imports torch.
    from cnnviz.probes.equivariance import Gap, LayerGap

say, text = WORDS.say, WORDS.text
SAME = 1e-5  # relative differences up to here are rounding


def moved_by(gap: "LayerGap") -> str:
    """Return by how many units a layer's maps are moved; it has positions."""
    assert gap.moved is not None
    down, right = gap.moved
    return text("units", right=right, down=down)


def _draw_stage(state: State, seen: Seen) -> None:
    """Draw all layers, and one channel of one of them both ways."""
    chart(_of_layers(seen.gaps), key=FORM.key("gaps"), alt=text("layers_alt"))
    if seen.maps is None:
        whole = seen.gap.whole
        say("layer_none", layer=seen.gap.name, largest=short(whole.largest, 2), relative=percent(whole.relative, 1))
        return
    found = seen.maps
    drawn = {
        text("map_still"): found.still,
        text("map_moved"): found.moved,
        text("map_shifted"): found.shifted,
        text("map_gap"): abs(found.shifted - found.moved),
    }
    frame = found.interior if seen.gap.interior else None
    figure = side_by_side(drawn, frame=frame, signed=bool(found.still.min() < 0), height=200)
    chart(figure, key=FORM.key("maps"), alt=text("maps_alt", layer=seen.gap.name))


def _of_layers(gaps: "Sequence[LayerGap]") -> go.Figure:
    """Return the chart of all layers; those between two units are hatched."""
    series = {
        text("series_interior"): [_relative(gap.interior) for gap in gaps],
        text("series_border"): [_relative(gap.border) for gap in gaps],
        text("series_none"): [None if gap.moved is not None else gap.whole.relative for gap in gaps],
    }
    hatched = [gap.between for gap in gaps]
    names = [gap.name for gap in gaps]
    return bars(names, series, x=text("layers_x"), y=text("relative"), hatched=hatched, height=260)


def _relative(gap: "Gap | None") -> float | None:
    return None if gap is None else gap.relative


def _show_notes(state: State, seen: Seen) -> None:
    choose_layer(FORM, seen.rows, seen.default, resets=("channel",))
    if seen.maps is not None:
        FORM.draw(seen.channel)
        _say_layer(seen.gap)
    st.subheader(text("layers"))
    say("layers_text")
    _summarise(state, seen.gaps)


def _say_layer(gap: "LayerGap") -> None:
    """Say in words how far the two are apart, inside and at the border, and why."""
    key = "layer_between" if gap.between else "layer_whole"
    say(key, layer=gap.name, stride=of_size(stride_of(gap)), moved=moved_by(gap))
    inner, outer = gap.interior, gap.border
    if inner is None:
        say("interior_none")
    else:
        say("interior_same" if gap.same else "interior_apart", **_apart(inner))
    if outer is not None:
        say("border_same" if outer.relative <= SAME else "border_apart", **_apart(outer))
    if gap.between:
        say("nearest", **_apart(gap.nearest))


def _apart(gap: "Gap") -> dict[str, object]:
    return {"units": gap.units, "largest": short(gap.largest, 2), "relative": percent(gap.relative, 1)}


def _summarise(state: State, gaps: "Sequence[LayerGap]") -> None:
    """Say how many layers commute with the shift, and where it breaks."""
    if not (state.right or state.down):
        say("summary_still")
        return
    placed = [gap for gap in gaps if gap.moved is not None]
    whole = [gap for gap in placed if not gap.between]
    inner = [gap for gap in whole if gap.interior is not None]
    edges = [gap for gap in whole if gap.border is not None and gap.border.relative > SAME]
    largest = max((gap.interior.largest for gap in inner if gap.interior), default=0.0)
    same = sum(gap.same for gap in inner)
    say(
        "summary",
        placed=len(placed),
        whole=len(whole),
        inner=len(inner),
        same=same,
        largest=short(largest, 2),
    )
    say("summary_border" if edges else "summary_no_border", edges=len(edges), whole=len(whole))
    between = [gap for gap in placed if gap.between]
    if between:
        first = between[0]
        stride = of_size(stride_of(first))
        say("summary_between", count=len(between), layer=first.name, stride=stride, moved=moved_by(first))
    if len(placed) < len(gaps):
        last = gaps[-1]
        relative = percent(last.whole.relative, 1)
        say("summary_none", count=len(gaps) - len(placed), layer=last.name, relative=relative)


def _show_formulas(state: State, seen: Seen) -> None:
    """Typeset by how many units a layer's maps move."""
    gap = seen.gap
    st.latex(text("formula"))
    if gap.moved is None:
        return
    for pixels, stride, step in zip((state.right, state.down), stride_of(gap)[::-1], gap.moved[::-1], strict=True):
        if pixels:
            st.latex(text("formula_numbers", pixels=pixels, stride=_latex(stride), units=_latex(step)))


def _latex(value: int | Fraction) -> str:
    if value.denominator == 1:
        return str(value)
    sign = "-" if value < 0 else ""
    return rf"{sign}\tfrac{{{abs(value.numerator)}}}{{{value.denominator}}}"


def _show_table(state: State, seen: Seen) -> None:
    table = pd.DataFrame({named("columns", head): values for head, values in columns(seen.gaps).items()})
    with st.expander(text("table"), icon=":material/table:", key=FORM.key("table"), on_change="rerun") as opened:
        if opened.open:
            st.dataframe(table, hide_index=True, placeholder="", alt=text("table_alt"))
            say("table_text")
    offer_downloads(FORM, "equivariance", text("layers"), table, [_of_layers(seen.gaps)])


def code(state: State, seen: Seen) -> str:
    """Return the few lines of Python that do the same with a small convolution and pooling of the same stride."""
    stride = max(1, int(stride_of(seen.gap)[1])) if seen.gap.stride else 2
    down, right = state.down // stride, state.right // stride
    edge = max(abs(down), abs(right)) + 3
    return text(
        "code",
        stride=stride,
        side=stride * (2 * edge + 4),
        down=state.down,
        right=state.right,
        units_down=down,
        units_right=right,
        edge=edge,
    )


def show() -> None:
    """Draw the part."""
    SUBJECT.draw()
    seen = Part(
        form=FORM,
        presets=PRESETS,
        read=read,
        find=run,
        stage=_draw_stage,
        settings=lambda: FORM.draw(RIGHT, DOWN, PADDING, columns=3),
        notes=_show_notes,
        formulas=_show_formulas,
        more=_show_table,
        question=question,
        code=code,
        height=480,
    ).show()
    subject = None if seen is None else SUBJECT.read()
    if subject is not None:
        st.fragment(show_blur)(subject)
        st.fragment(show_digits)()
        st.fragment(show_poses)(subject)
