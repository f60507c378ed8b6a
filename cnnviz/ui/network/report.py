"""The screen on a network, from top to bottom: what it starts from, its totals, its table and charts, what follows."""

from collections.abc import Sequence

import streamlit as st

from cnnviz.arithmetic import LayerRecord
from cnnviz.design import LIBRARY, split
from cnnviz.design.totals import Totals
from cnnviz.figures.field_by_layer import depth
from cnnviz.figures.network_costs import where
from cnnviz.ui.chart import chart
from cnnviz.ui.form_controls import Choice
from cnnviz.ui.network.charts import costs_of, growth_of
from cnnviz.ui.network.comparison import compare
from cnnviz.ui.network.export import export
from cnnviz.ui.network.library import network_of
from cnnviz.ui.network.look_inside import look_inside
from cnnviz.ui.network.map import show_map
from cnnviz.ui.network.questions import ask
from cnnviz.ui.network.row import look_at_a_row
from cnnviz.ui.network.start import choose_size, choose_start, forget_refused, refused
from cnnviz.ui.network.state import (
    BATCH,
    FORM,
    MAIN,
    PRECISION,
    PRECISIONS,
    SINGLE,
    WORDS,
    can_undo,
    undo,
)
from cnnviz.ui.network.table import CALLS_HEIGHT, edit_table, read_table
from cnnviz.ui.numbers import of_bytes, of_count, whole
from cnnviz.ui.part import stage_of
from cnnviz.ui.refusals import refuse, translated
from cnnviz.ui.screen import say_rest
from cnnviz.ui.words import listed

BARS = Choice("bars", "per_row", options=("per_row", "per_layer"), style="buttons")
say, text = WORDS.say, WORDS.text


def show() -> None:
    """Draw the screen below its idea."""
    net, _ = MAIN.read()
    own = not net.startswith(LIBRARY)
    with stage_of(FORM.key("start"), 160):
        start_box, size_box = st.columns(2, gap="large")
    with start_box:
        choose_start(MAIN, nothing=text("empty_preset"))
    with size_box:
        size = choose_size(MAIN)
    if refused(MAIN):
        # The numbers of the network before would pass for those of what was pasted.
        say("refused")
        st.button(
            WORDS.label("keep"), icon=":material/undo:", key=FORM.key("keep"), on_click=forget_refused, args=(MAIN,)
        )
        return
    batch, precision = FORM.get(BATCH), FORM.get(PRECISION) if own else SINGLE
    left, right = st.columns([5, 3], gap="medium")
    with left:
        shown = network_of(net, (batch, *size), PRECISIONS[precision])
        _show_totals(shown)
        if shown.unknown:
            st.warning(text("at_least", operations=listed(shown.unknown)))
        if shown.error:
            row = shown.error_at
            sentence = translated(shown.error)
            refuse(sentence if row is None else text("broken", row=row + 1, sentence=sentence))
        texts = _show_table(net, shown)
    # Table and map are what a person comes for: the browser has both before anything else is drawn.
    with right, stage_of(FORM.key("map"), 680):
        show_map(net, shown)
    with left:
        say_rest(WORDS)
        _choose_numbers(own)
        _say_what_is_shown(net, batch, precision)
        _show_memory(shown)
    with right, stage_of(FORM.key("charts"), 720):
        _show_charts(shown)
    works = bool(shown.entries) and not shown.error
    if texts:
        look_at_a_row(shown, texts)
    if works and len(size) == 3:
        ask(net, shown, PRECISIONS[precision])
    if works and len(size) == 3:
        look_inside(net, shown.input_size)
    compare(net, shown, PRECISIONS[precision])
    if works:
        export(net, shown, precision)


def _choose_numbers(own: bool) -> None:
    """Draw the batch, the precision and the way back: below the table, which a phone has no room above for."""
    batch_box, precision_box, undo_box = st.columns([2, 2, 1], vertical_alignment="bottom")
    with batch_box:
        FORM.draw(BATCH, columns=1)
    with precision_box:
        FORM.draw(PRECISION, columns=1, disabled=() if own else (PRECISION.name,))
    undo_box.button(
        WORDS.label("undo"),
        icon=":material/undo:",
        key=FORM.key("undo"),
        on_click=undo,
        disabled=not can_undo(),
        width="stretch",
    )
    if not own:
        st.caption(text("precision_fixed"))


def _show_table(net: str, shown: Totals) -> tuple[str, ...]:
    """Show the rows with their numbers, and return what was typed into them, nothing for a library's network."""
    if net.startswith(LIBRARY):
        if shown.entries:
            with stage_of(FORM.key("rows"), CALLS_HEIGHT):
                read_table(shown)
        return ()
    texts = split(net) if shown.entries else ()
    if not texts and not shown.error:
        say("empty")
    # As high as its rows are, which the page learns only once the table is there.
    with stage_of(FORM.key("rows"), max(80, min(720, len(texts) * 35 // 40 * 40))):
        edit_table(MAIN, shown, texts)
    return texts


def _say_what_is_shown(net: str, batch: int, precision: str) -> None:
    if net.startswith(LIBRARY):
        st.caption(text("library", name=net.removeprefix(LIBRARY)))
    else:
        say("table_one" if batch == 1 else "table_many", batch=batch, precision=precision)


def _show_totals(shown: Totals) -> None:
    """Show the totals that a table is read for, rounded to be read from afar and exact below."""
    with st.container(horizontal=True, key=FORM.key("totals")):
        for name in ("parameters", "macs", "flops"):
            # Three beside each other on a phone too.
            _metric(name, of_count(getattr(shown, name)), whole(getattr(shown, name)), WORDS.help(name), 110)


def _show_memory(shown: Totals) -> None:
    """Show what running and training it takes."""
    with st.container(horizontal=True):
        for name in ("outputs", "saved", "peak"):
            _memory(name, getattr(shown, name), WORDS.help(name))
    with st.container(horizontal=True):
        for optimiser, parts in shown.training.items():
            explained = text("training_help", **{name: of_bytes(part) for name, part in parts.items()})
            _memory(f"training.{optimiser}", sum(parts.values()), explained)


def _memory(name: str, amount: int, explained: str | None) -> None:
    _metric(name, of_bytes(amount), text("exact_bytes", count=amount), explained, 165)


def _metric(name: str, rounded: str, exact: str, explained: str | None, width: int) -> None:
    st.metric(WORDS.label(name), rounded, exact, delta_color="off", delta_arrow="off", help=explained, width=width)


def _show_charts(shown: Totals) -> None:
    """Show where the costs sit, and how the receptive field grows; where there are blocks, a bar for each or inside."""
    entries: Sequence[LayerRecord] = shown.working
    if any(entry.inside for entry in shown.entries):
        FORM.draw(BARS, columns=1)
        entries = shown.working if FORM.get(BARS) == "per_row" else shown.leaves
    if not entries:
        return
    chart(where([costs_of(shown, entries)]), key=FORM.key("where"))
    growth = growth_of(shown, entries)
    if growth is None:
        return
    say("depth")
    chart(depth([growth]), key=FORM.key("depth"))
    size = {"height": shown.input_size[2], "width": shown.input_size[-1]}
    if growth.covers is None:
        say("covers_never", **size)
    else:
        whole_image = growth.covers == growth.whole_from
        say("covers_whole" if whole_image else "covers", layer=growth.names[growth.covers], **size)
