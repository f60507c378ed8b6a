"""What two networks differ in: sentences with numbers, and their layers side by side."""

from collections import Counter
from collections.abc import Sequence
from itertools import chain

import pandas as pd  # type: ignore[import-untyped]
import streamlit as st

from cnnviz.arithmetic import LayerRecord
from cnnviz.arithmetic.record import Size
from cnnviz.colours import ACCENTS
from cnnviz.design.layer_alignment import Pair, Stage, align
from cnnviz.design.network_facts import Facts, First, facts
from cnnviz.design.totals import Totals
from cnnviz.ui.form import Form
from cnnviz.ui.form_controls import Switch
from cnnviz.ui.numbers import of_bytes, of_count, of_size, ratio, whole
from cnnviz.ui.words import Words, listed

WORDS = Words("network_differences")
DIFFERING = Switch("differing", default=False)
_MEASURES = {"parameters": of_count, "macs": of_count, "outputs": of_bytes, "depth": whole}
# The ground of a row; its words say the same. A colour's last two digits are how much of it there is.
_GROUNDS = {"changed": "kernel", "first": "input", "second": "output"}
_HEIGHT = 480
Titles = tuple[str, str]
text = WORDS.text


def tell_differences(one: Totals, two: Totals, titles: Titles) -> None:
    """Say what the second network has more or less of than the first."""
    ours, theirs = facts(one), facts(two)
    counts = Counter(pair.state for stage in align(one, two) for pair in stage.pairs)
    rows = {"same": counts["same"], "changed": counts["changed"], "one": counts["first"], "two": counts["second"]}
    st.markdown(
        "\n".join(
            [
                *(_compared(name, ours, theirs, titles) for name in _MEASURES),
                text("said_field", one=_field(ours), two=_field(theirs), **_named(titles)),
                text("said_first", one=_convolution(ours.first), two=_convolution(theirs.first), **_named(titles)),
                *_only(ours, theirs, titles[0]),
                *_only(theirs, ours, titles[1]),
                text("said_rows", **rows, **_named(titles)),
            ]
        )
    )


def _named(titles: Titles) -> dict[str, str]:
    return {"first": titles[0], "second": titles[1]}


def _compared(name: str, ours: Facts, theirs: Facts, titles: Titles) -> str:
    write = _MEASURES[name]
    amounts = getattr(ours, name), getattr(theirs, name)
    if amounts[0] == amounts[1]:
        return text(f"equal_{name}", amount=write(amounts[0]))
    more = int(amounts[1] > amounts[0])
    most, least = amounts[more], amounts[1 - more]
    times = ratio(most, least) if least else "∞"
    return text(
        f"said_{name}", more=titles[more], less=titles[1 - more], most=write(most), least=write(least), times=times
    )


def _field(found: Facts) -> str:
    return of_size(found.field) if found.field else "–"


def _convolution(first: First | None) -> str:
    if first is None:
        return text("no_convolution")
    return text(
        "convolution",
        kernel=of_size(first.kernel_size),
        stride=_stride(first.stride),
        output=of_size(first.output_size[1:]),
    )


def _stride(stride: Size) -> str:
    return str(stride[0]) if len(set(stride)) == 1 else of_size(stride)


def _only(ours: Facts, theirs: Facts, title: str) -> list[str]:
    kinds = [text("thing", kind=kind) for kind in ours.kinds_unlike(theirs)]
    kernels = [text("kernel", kernel=of_size(each)) for each in ours.kernels_unlike(theirs)]
    things = [*kinds, *kernels]
    return [text("said_only", name=title, things=listed(things))] if things else []


def show_aligned(one: Totals, two: Totals, titles: Titles, form: Form) -> None:
    """Show the layers of both side by side, what differs marked by words and colour."""
    form.draw(DIFFERING)
    stages = align(one, two)
    table = aligned_table(stages, titles, differing=form.get(DIFFERING))
    states = [pair.state for pair in chain.from_iterable(stage.pairs for stage in stages)]
    if form.get(DIFFERING):
        states = [state for state in states if state != "same"]
    styled = table.style.apply(lambda _: [_ground(state) for state in states], axis=0)
    st.dataframe(
        styled,
        hide_index=True,
        height=min(_HEIGHT, 36 + 35 * max(1, len(table))),
        alt=text("alt_table"),
        column_config={
            text("column_stage"): st.column_config.TextColumn(width=110),
            text("column_differs"): st.column_config.TextColumn(width=260),
        },
    )


def aligned_table(stages: Sequence[Stage], titles: Titles, *, differing: bool = False) -> pd.DataFrame:
    """Return a row for each pair of layers; with `differing` only of those that are not the same."""
    rows = [
        (_stage(stage.halvings), _layer(pair.one), _layer(pair.two), _differs(pair, titles))
        for stage in stages
        for pair in stage.pairs
        if pair.state != "same" or not differing
    ]
    return pd.DataFrame(rows, columns=[text("column_stage"), *titles, text("column_differs")])


def _ground(state: str) -> str:
    if state not in _GROUNDS:
        return ""
    return f"background-color: {ACCENTS[_GROUNDS[state]][0]}33"


def _stage(halvings: int | None) -> str:
    if halvings is None:
        return text("stage_none")
    if halvings == 0:
        return text("stage_full")
    return text("stage", divisor=2**halvings) if halvings > 0 else text("stage_larger", times=2**-halvings)


def _layer(layer: LayerRecord | None) -> str:
    if layer is None:
        return ""
    output = of_size((layer.output_size or ())[1:])
    if layer.taps is None:
        return text("layer", kind=layer.kind, output=output)
    kernel, stride = layer.taps
    said = {"kind": layer.kind, "kernel": of_size(kernel), "output": output}
    if set(stride) == {1}:
        return text("layer_window", **said)
    return text("layer_stride", stride=_stride(stride), **said)


def _differs(pair: Pair, titles: Titles) -> str:
    if pair.one is None or pair.two is None:
        return text("only", name=titles[pair.one is None])
    if pair.state == "same":
        return text("same")
    what = [WORDS.label(f"difference.{name}") for name in pair.differences if name != "parameters"]
    if "parameters" in pair.differences:
        amounts = {"one": of_count(pair.one.parameters), "two": of_count(pair.two.parameters)}
        what.append(text("changed_parameters", **amounts))
    return text("changed", what=listed(what))
