"""Layer by layer: how far the maps of the shifted picture are from the picture's maps, shifted."""

from collections.abc import Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import pandas as pd  # type: ignore[import-untyped]
import streamlit as st

from cnnviz.engine.requests import Layers, ShiftLayers, ShiftMaps
from cnnviz.figures.equivariance import bars, side_by_side
from cnnviz.ui import lesson
from cnnviz.ui.amounts import of_size
from cnnviz.ui.chart import chart
from cnnviz.ui.controls import Choice, Control, Dial, value_of
from cnnviz.ui.engine import ask
from cnnviz.ui.layers import choose_layer
from cnnviz.ui.lesson import say, text
from cnnviz.ui.state import current
from cnnviz.ui.transform.keeping import csv_of, offer
from cnnviz.ui.transform.subject import Subject

if TYPE_CHECKING:
    from cnnviz.engine.results import LayerRow
    from cnnviz.probes.equivariance import Gap, LayerGap

SCREEN = "equivariance"
RIGHT = Dial("dx", "To the right, pixels", -32, 32, 128, 4)
DOWN = Dial("dy", "Down, pixels", -32, 32, 128, 0)
PADDING = Choice("padding", "Padding", ("the network's own", "in a circle"), "the network's own")


@st.fragment
def show_layers(subject: Subject) -> None:
    """Show all layers, then one of them; it runs again alone."""
    st.subheader(text(SCREEN, "layers"))
    controls: tuple[Control, ...] = RIGHT, DOWN, PADDING
    boxes = st.columns(3, gap="medium", vertical_alignment="bottom")
    for control, box in zip(controls, boxes, strict=True):
        with box:
            control.draw()
    shift = {"right": value_of(RIGHT), "down": value_of(DOWN), "circular": value_of(PADDING) == PADDING.options[1]}
    table = ask(Layers(subject.model))
    answer = None if table is None else ask(ShiftLayers(**subject.given(), **shift))
    if table is None or answer is None:
        return
    gaps = {gap.name: gap for gap in answer.found}
    say(SCREEN, "layers_text")
    chart(drawn(answer.found), key="gaps", alt=text(SCREEN, "layers_alt"))
    summarise(answer.found, shift)
    rows = [row for row in table.rows if row.name in gaps]
    row = choose_layer(rows, screen=SCREEN, default=_telling(answer.found), dependents=("channel",))
    _show_layer(subject, shift, row, gaps[row.name])
    _offer_table(answer.found)
    _predict(shift, gaps[row.name])
    lesson.code(_code(shift, gaps[row.name]))


def drawn(gaps: "Sequence[LayerGap]") -> Any:
    """Return the chart of all layers; those between two units are hatched."""
    series = {
        text(SCREEN, "series_interior"): [_relative(gap.interior) for gap in gaps],
        text(SCREEN, "series_border"): [_relative(gap.border) for gap in gaps],
        text(SCREEN, "series_none"): [None if gap.moved is not None else gap.whole.relative for gap in gaps],
    }
    hatched = [gap.between for gap in gaps]
    return bars(
        [gap.name for gap in gaps], series, x=text(SCREEN, "layers_x"), y=text(SCREEN, "relative"), hatched=hatched
    )


def summarise(gaps: "Sequence[LayerGap]", shift: dict[str, Any]) -> None:
    """Say how many layers commute with the shift, and where it breaks."""
    placed = [gap for gap in gaps if gap.moved is not None]
    whole = [gap for gap in placed if not gap.between]
    inner = [gap for gap in whole if gap.interior is not None]
    edges = [gap for gap in whole if gap.border is not None and gap.border.relative > 1e-5]
    if not (shift["right"] or shift["down"]):
        say(SCREEN, "summary_still")
        return
    say(
        SCREEN,
        "summary",
        placed=len(placed),
        whole=len(whole),
        inner=len(inner),
        same=sum(gap.same for gap in inner),
        largest=number(max((gap.interior.largest for gap in inner if gap.interior), default=0.0)),
    )
    say(SCREEN, "summary_border" if edges else "summary_no_border", edges=len(edges), whole=len(whole))
    between = [gap for gap in placed if gap.between]
    if between:
        first = between[0]
        say(
            SCREEN,
            "summary_between",
            count=len(between),
            layer=first.name,
            stride=of_size(first.stride or ()),
            moved=units(first),
        )
    if len(placed) < len(gaps):
        last = gaps[-1]
        say(
            SCREEN,
            "summary_none",
            count=len(gaps) - len(placed),
            layer=last.name,
            relative=f"{last.whole.relative:.1%}",
        )


def number(value: float) -> str:
    """Return a difference as it is written: 0, or two digits."""
    return "0" if not value else f"{value:.2g}"


def units(gap: "LayerGap") -> str:
    """Return by how many units a layer's maps are moved, "1/2 to the right" and the like."""
    assert gap.moved is not None
    down, right = gap.moved
    return text(SCREEN, "units", right=right, down=down)


def _telling(gaps: "Sequence[LayerGap]") -> str:
    """Return the name of the first layer whose units are farther apart than pixels: where stride begins to matter."""
    return next((gap.name for gap in gaps if gap.stride is not None and max(gap.stride) > 1), gaps[0].name)


def _relative(gap: "Gap | None") -> float | None:
    return None if gap is None else gap.relative


def _show_layer(subject: Subject, shift: dict[str, Any], row: "LayerRow", gap: "LayerGap") -> None:
    """Show one channel of a layer both ways, say how far they are apart, and typeset how far they move."""
    if gap.moved is None:
        say(
            SCREEN,
            "layer_none",
            layer=row.name,
            largest=number(gap.whole.largest),
            relative=f"{gap.whole.relative:.1%}",
        )
        return
    channels = row.maps[0]
    channel = current("channel", range(channels), None)
    answer = ask(ShiftMaps(**subject.given(), layer=row.name, channel=channel, **shift))
    if answer is None:
        return
    found = answer.found
    names = {
        text(SCREEN, "map_still"): found.still,
        text(SCREEN, "map_moved"): found.moved,
        text(SCREEN, "map_shifted"): found.shifted,
        text(SCREEN, "map_gap"): abs(found.shifted - found.moved),
    }
    signed = bool(found.still.min() < 0)
    figure = side_by_side(names, frame=found.interior if gap.interior else None, signed=signed)
    chart(figure, key="maps", alt=text(SCREEN, "maps_alt", layer=row.name))
    said_box, formula_box = st.columns([3, 2], gap="large")
    with said_box:
        st.number_input(
            text(SCREEN, "channel"), 0, channels - 1, found.channel, key="channel", bind="query-params", width=140
        )
        _say_layer(gap)
    with formula_box, st.container(key="formulas"):
        st.latex(text(SCREEN, "formula"))
        axes = zip((shift["right"], shift["down"]), _strides(gap)[::-1], gap.moved[::-1], strict=True)
        for pixels, stride, step in axes:
            if pixels:
                st.latex(text(SCREEN, "formula_numbers", pixels=pixels, stride=_latex(stride), units=_latex(step)))


def _strides(gap: "LayerGap") -> tuple[Any, ...]:
    assert gap.stride is not None
    return gap.stride


def _latex(value: int | Fraction) -> str:
    if value.denominator == 1:
        return str(value)
    sign = "-" if value < 0 else ""
    return rf"{sign}\tfrac{{{abs(value.numerator)}}}{{{value.denominator}}}"


def _say_layer(gap: "LayerGap") -> None:
    """Say in words how far the two are apart, inside and at the border, and why."""
    numbers: dict[str, Any] = {"layer": gap.name, "stride": of_size(gap.stride or ()), "moved": units(gap)}
    say(SCREEN, "layer_between" if gap.between else "layer_whole", **numbers)
    inner, outer = gap.interior, gap.border
    if inner is None:
        say(SCREEN, "interior_none")
    else:
        key = "interior_same" if gap.same else "interior_apart"
        say(SCREEN, key, units=inner.units, largest=number(inner.largest), relative=f"{inner.relative:.1%}")
    if outer is not None:
        key = "border_same" if outer.relative <= 1e-5 else "border_apart"
        say(SCREEN, key, units=outer.units, largest=number(outer.largest), relative=f"{outer.relative:.1%}")
    if gap.between:
        say(SCREEN, "nearest", largest=number(gap.nearest.largest), relative=f"{gap.nearest.relative:.1%}")


def frame_of(gaps: "Sequence[LayerGap]") -> pd.DataFrame:
    """Return all numbers of all layers."""
    parts = {"inside": "interior", "border": "border", "all": "whole", "nearest whole shift": "nearest"}
    columns: dict[str, list[Any]] = {
        "layer": [gap.name for gap in gaps],
        "kind": [gap.kind for gap in gaps],
        "maps": [of_size(gap.maps) for gap in gaps],
        "stride": [of_size(gap.stride) if gap.stride else "" for gap in gaps],
        "units down": [str(gap.moved[0]) if gap.moved else "" for gap in gaps],
        "units right": [str(gap.moved[1]) if gap.moved else "" for gap in gaps],
    }
    for name, attribute in parts.items():
        found = [getattr(gap, attribute) for gap in gaps]
        columns[f"{name}: units"] = [each.units if each else 0 for each in found]
        columns[f"{name}: largest"] = [each.largest if each else None for each in found]
        columns[f"{name}: relative"] = [each.relative if each else None for each in found]
    return pd.DataFrame(columns)


def _offer_table(gaps: "Sequence[LayerGap]") -> None:
    made = frame_of(gaps)
    with st.expander(text(SCREEN, "table"), icon=":material/table:", key="gaps-table", on_change="rerun") as opened:
        if opened.open:
            st.dataframe(made, hide_index=True, placeholder="", alt=text(SCREEN, "table_alt"))
            say(SCREEN, "table_text")
    offer("equivariance", text(SCREEN, "layers"), csv_of(made), lambda: [drawn(gaps)])


def _predict(shift: dict[str, Any], gap: "LayerGap") -> None:
    """Ask by how much the maps of the chosen layer move."""
    pixels = shift["right"]
    if gap.moved is None or not pixels:
        return
    stride, right = _strides(gap)[1], Fraction(gap.moved[1])
    others = [Fraction(pixels), Fraction(pixels) * stride, right / 2, right * 2, Fraction(0)]
    options = sorted([*dict.fromkeys([right, *others])][:4])
    lesson.predict(
        f"equivariance-{gap.name}-{pixels}-{stride}",
        text(SCREEN, "predict", layer=gap.name, stride=stride, pixels=pixels),
        [str(each) for each in options],
        options.index(right),
        text(SCREEN, "predict_why", pixels=pixels, stride=stride, units=right),
    )


def _code(shift: dict[str, Any], gap: "LayerGap") -> str:
    """Return the lines of Python that do the same with a small convolution and pooling of the same stride."""
    stride = max(1, int(_strides(gap)[1])) if gap.stride else 2
    units_moved = [shift[name] // stride for name in ("down", "right")]
    edge = max(map(abs, units_moved)) + 3
    return text(
        SCREEN,
        "code",
        stride=stride,
        side=stride * (2 * edge + 4),
        down=shift["down"],
        right=shift["right"],
        units_down=units_moved[0],
        units_right=units_moved[1],
        edge=edge,
    )
