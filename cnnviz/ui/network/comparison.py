"""Another network beside this one: their numbers with the differences, and their layers on one scale."""

from collections.abc import Callable

import streamlit as st

from cnnviz.design import LIBRARY, PRESETS
from cnnviz.design.totals import OPTIMISERS, Totals
from cnnviz.figures.field_by_layer import depth
from cnnviz.figures.network_costs import where
from cnnviz.ui.chart import chart
from cnnviz.ui.form import Form
from cnnviz.ui.names import named
from cnnviz.ui.network.charts import costs_of, growth_of
from cnnviz.ui.network.differences import show_aligned, tell_differences
from cnnviz.ui.network.library import network_of
from cnnviz.ui.network.start import choose_size, choose_start, refused
from cnnviz.ui.network.state import FORM, OTHER, WORDS, of_input
from cnnviz.ui.numbers import of_bytes, of_size, ratio, whole
from cnnviz.ui.refusals import refuse

say, text = WORDS.say, WORDS.text


def compare(net: str, shown: Totals, itemsize: int) -> None:
    """Offer another network, and show both; where their inputs differ, say so and offer the same."""
    st.subheader(WORDS.label("compare"))
    say("compare")
    start_box, size_box = st.columns(2, gap="large")
    with start_box:
        choose_start(OTHER, nothing=text("compare_nothing"))
    other_net, _ = OTHER.read()
    if not other_net or refused(OTHER):
        return
    with size_box:
        size = choose_size(OTHER)
    batch, *own = shown.input_size
    other = network_of(other_net, (batch, *size), itemsize)
    if other.error:
        refuse(other.error)
        return
    titles = told_apart(_title(net), _title(other_net))
    if tuple(own) != size:
        numbers = {"first": titles[0], "second": titles[1], "size": of_size(own), "other": of_size(size)}
        st.warning(text("sizes_differ", **numbers), icon=":material/warning:")
        same = {"size": of_input(tuple(own))}
        st.button(text("same_size", **same), key=FORM.key("same-size"), on_click=OTHER.put, kwargs=same)
    if shown.error or not shown.leaves or not other.leaves:
        show_costs(shown, other, titles, FORM)
        return
    tell_differences(shown, other, titles)
    show_costs(shown, other, titles, FORM)
    show_aligned(shown, other, titles, FORM)


def told_apart(one: str, two: str) -> tuple[str, str]:
    """Return what two networks are called, with a number where both have the same name."""
    return (f"{one} 1", f"{two} 2") if one == two else (one, two)


def _title(net: str) -> str:
    """Return what a network is called: a preset's title, a library's name, or the user's own."""
    if net.startswith(LIBRARY):
        return net.removeprefix(LIBRARY)
    preset = next((preset for preset in PRESETS.values() if preset.text == net), None)
    return named("cards", preset.title) if preset else text("own_network")


def show_costs(shown: Totals, other: Totals, titles: tuple[str, str], form: Form) -> None:
    """Show the totals of both with their differences, and their layers on one scale, in a form's widgets."""
    aligned = {name: st.column_config.TextColumn(alignment="right") for name in titles}
    named = {
        name: st.column_config.TextColumn(WORDS.label(name), alignment="right") for name in ("difference", "ratio")
    }
    st.dataframe(
        [_compared(name, *numbers, titles, write) for name, write, numbers in _comparison(shown, other)],
        hide_index=True,
        height="content",
        alt=text("compare"),
        column_config={**aligned, **named},
    )
    pairs = [(shown, shown.working, titles[0]), (other, other.working, titles[1])]
    chart(where([costs_of(*pair) for pair in pairs], height=560), key=form.key("where-both"))
    growths = [growth for each, entries, _ in pairs if (growth := growth_of(each, entries))]
    if len(growths) == len(pairs):
        chart(depth(growths), key=form.key("depth-both"))


def _comparison(one: Totals, two: Totals) -> list[tuple[str, Callable[[int], str], tuple[int, int]]]:
    """Return what is compared, how it is written, and the numbers of both."""
    return [
        ("layers", whole, (len(one.leaves), len(two.leaves))),
        *((name, whole, (getattr(one, name), getattr(two, name))) for name in ("parameters", "macs", "flops")),
        *((name, of_bytes, (getattr(one, name), getattr(two, name))) for name in ("outputs", "saved", "peak")),
        *((f"training.{name}", of_bytes, (_training(one, name), _training(two, name))) for name in OPTIMISERS),
    ]


def _compared(name: str, one: int, two: int, titles: tuple[str, str], write: Callable[[int], str]) -> dict[str, str]:
    sign = "+" if two > one else "−" if two < one else "±"
    both = {titles[0]: write(one), titles[1]: write(two)}
    times = f"{ratio(two, one)}×" if one else "–"
    return {"": WORDS.label(name), **both, "difference": sign + write(abs(two - one)), "ratio": times}


def _training(shown: Totals, optimiser: str) -> int:
    return sum(shown.training.get(optimiser, {}).values())
