"""What the screen says about a network: its totals, its charts, one of its rows, and another network beside it."""

from collections.abc import Callable, Sequence

import streamlit as st

from cnnviz.arithmetic import LayerRecord
from cnnviz.design import Line
from cnnviz.figures.field_by_layer import depth
from cnnviz.figures.network_costs import where
from cnnviz.ui.amounts import of_bytes, of_count, of_size
from cnnviz.ui.chart import chart
from cnnviz.ui.design.network import Shown, text_of
from cnnviz.ui.design.network_charts import costs_of, growth_of
from cnnviz.ui.lesson import say, text
from cnnviz.ui.steps import distinct, equation, grouped

SCREEN = "network"
_OPTIMISER_NAMES = {"sgd": "SGD", "momentum": "momentum", "adam": "Adam"}
_COMPARED = ("difference", "ratio")
_BARS = ("per_row", "per_layer")


def show_totals(shown: Shown) -> None:
    """Show the totals, rounded to be read from afar and exact below."""
    with st.container(horizontal=True):
        _metric("Parameters", of_count(shown.parameters), f"{shown.parameters:,}", None)
        _metric("MACs", of_count(shown.macs), f"{shown.macs:,}", text(SCREEN, "macs_help"))
        _metric("FLOPs", of_count(shown.flops), f"{shown.flops:,}", text(SCREEN, "flops_help"))
    with st.container(horizontal=True):
        _memory("Sum of outputs", shown.outputs, text(SCREEN, "outputs_help"))
        _memory("Saved for backward", shown.saved, text(SCREEN, "saved_help"))
        _memory("Peak of inference", shown.peak, text(SCREEN, "peak_help"))
    with st.container(horizontal=True):
        for optimiser, parts in shown.training.items():
            explained = text(SCREEN, "training_help", **{name: of_bytes(part) for name, part in parts.items()})
            _memory(f"Training, {_OPTIMISER_NAMES[optimiser]}", sum(parts.values()), explained)


def _memory(label: str, amount: int, explained: str) -> None:
    _metric(label, of_bytes(amount), text(SCREEN, "exact_bytes", count=amount), explained)


def _metric(label: str, rounded: str, exact: str, explained: str | None) -> None:
    st.metric(label, rounded, exact, delta_color="off", delta_arrow="off", help=explained, width=165)


def chosen_bars(shown: Shown, *, key: str) -> Sequence[LayerRecord]:
    """Return what the charts draw a bar for; where there are blocks, it can be chosen."""
    if not any(entry.inside for entry in shown.entries):
        return shown.working
    names = [text(SCREEN, name) for name in _BARS]
    choice = st.segmented_control("A bar for", names, default=names[0], key=key, required=True)
    return shown.working if choice == names[0] else shown.leaves


def show_charts(shown: Shown) -> None:
    """Show where the costs sit, and how the receptive field grows."""
    entries = chosen_bars(shown, key="bars")
    if not entries:
        return
    chart(where([costs_of(shown, entries)]), key="where")
    growth = growth_of(shown, entries)
    if growth is None:
        return
    say(SCREEN, "depth")
    chart(depth([growth]), key="depth")
    size = {"height": shown.input_size[2], "width": shown.input_size[-1]}
    if growth.covers is None:
        say(SCREEN, "covers_never", **size)
    else:
        whole = growth.covers == growth.whole_from
        say(SCREEN, "covers_whole" if whole else "covers", layer=growth.names[growth.covers], **size)


def show_row(entry: LayerRecord) -> None:
    """Show the numbers of a row step by step; of a block, those of the call that is chosen."""
    if entry.inside:
        say(SCREEN, "row_block", text=text_of(entry), count=len(entry.inside))
        names = [inner.name for inner in entry.inside]
        if st.session_state.get("call") not in names:
            st.session_state["call"] = names[0]
        name = st.selectbox("Call", names, key="call")
        entry = entry.inside[names.index(name)]
    if not isinstance(entry, Line) or entry.layer is None or entry.input_size is None or entry.output_size is None:
        say(SCREEN, "row_none")
        return
    groups = grouped(distinct(entry.layer.steps))
    sizes = {"before": of_size(entry.input_size[1:]), "after": of_size(entry.output_size[1:])}
    say(SCREEN, "row" if groups else "row_plain", text=text_of(entry), **sizes)
    size_box, costs_box = st.columns([2, 3]) if "formula_size" in groups else (st.container(), st.container())
    for heading, steps in groups.items():
        with size_box if heading == "formula_size" else costs_box:
            say(SCREEN, heading)
            for step in steps:
                st.latex(rf"\small{equation([step])}")


def show_comparison(shown: Shown, other: Shown, titles: tuple[str, str]) -> None:
    """Show two networks side by side: their numbers with the differences, and their layers on one scale."""
    st.dataframe(
        [_compared(label, *numbers, titles, write) for label, write, numbers in _comparison(shown, other)],
        hide_index=True,
        height="content",
        alt=text(SCREEN, "compare"),
        column_config={name: st.column_config.TextColumn(alignment="right") for name in (*titles, *_COMPARED)},
    )
    pairs = [(shown, shown.working, titles[0]), (other, other.working, titles[1])]
    chart(where([costs_of(*pair) for pair in pairs], height=560), key="where-both")
    growths = [growth for each, entries, _ in pairs if (growth := growth_of(each, entries))]
    if len(growths) == len(pairs):
        chart(depth(growths), key="depth-both")


def _comparison(one: Shown, two: Shown) -> list[tuple[str, Callable[[int], str], tuple[int, int]]]:
    """Return what is compared, how it is written, and the numbers of both."""
    counts = (("Parameters", "parameters"), ("MACs", "macs"), ("FLOPs", "flops"))
    memory = (("Sum of outputs", "outputs"), ("Saved for backward", "saved"), ("Peak of inference", "peak"))
    return [
        ("Layers", _plain, (len(one.leaves), len(two.leaves))),
        *((label, _plain, (getattr(one, name), getattr(two, name))) for label, name in counts),
        *((label, of_bytes, (getattr(one, name), getattr(two, name))) for label, name in memory),
        *(
            (f"Training, {name}", of_bytes, (_training(one, optimiser), _training(two, optimiser)))
            for optimiser, name in _OPTIMISER_NAMES.items()
        ),
    ]


def _compared(label: str, one: int, two: int, titles: tuple[str, str], write: Callable[[int], str]) -> dict[str, str]:
    sign = "+" if two > one else "−" if two < one else "±"
    ratio = f"{two / one:.3g}×" if one else "–"
    both = {titles[0]: write(one), titles[1]: write(two)}
    return {"": label, **both, **dict(zip(_COMPARED, (sign + write(abs(two - one)), ratio), strict=True))}


def _training(shown: Shown, optimiser: str) -> int:
    return sum(shown.training.get(optimiser, {}).values())


def _plain(number: int) -> str:
    return f"{number:,}"
