"""One row of a network: its numbers step by step, and the buttons that move it."""

from collections.abc import Sequence

import streamlit as st

from cnnviz.arithmetic import LayerRecord
from cnnviz.design import Line
from cnnviz.design.totals import Totals, text_of
from cnnviz.ui.form_controls import Choice
from cnnviz.ui.network.state import FORM, MAIN, WORDS
from cnnviz.ui.network.table import toolbar
from cnnviz.ui.number_controls import Number
from cnnviz.ui.numbers import of_size
from cnnviz.ui.steps import distinct, equation, grouped

say = WORDS.say


def look_at_a_row(shown: Totals, texts: Sequence[str]) -> None:
    """Show the formula of one row with its numbers, and what can be done to the row."""
    st.subheader(WORDS.label("one_row"))
    number_box, buttons_box = st.columns([1, 4], vertical_alignment="bottom")
    number = Number("row", 1, ("call",), low=1, high=len(texts), slider=False)
    with number_box:
        FORM.draw(number, columns=1)
    row = FORM.get(number) - 1
    with buttons_box:
        toolbar(MAIN, shown, texts, row)
    _show_row(shown.entries[row])


def _show_row(entry: LayerRecord) -> None:
    """Show the numbers of a row step by step; of a block, those of the call that is chosen."""
    if entry.inside:
        say("row_block", text=text_of(entry), count=len(entry.inside))
        names = tuple(inner.name for inner in entry.inside)
        call = Choice("call", names[0], options=names, technical=True)
        FORM.draw(call, columns=1)
        entry = entry.inside[names.index(FORM.get(call))]
    if not isinstance(entry, Line) or entry.layer is None or entry.input_size is None or entry.output_size is None:
        say("row_none")
        return
    groups = grouped(distinct(entry.layer.steps))
    sizes = {"before": of_size(entry.input_size[1:]), "after": of_size(entry.output_size[1:])}
    say("row" if groups else "row_plain", text=text_of(entry), **sizes)
    size_box, costs_box = st.columns([2, 3]) if "formula_size" in groups else (st.container(), st.container())
    for heading, steps in groups.items():
        with size_box if heading == "formula_size" else costs_box:
            st.markdown(f"**{WORDS.label(heading)}**")
            for step in steps:
                st.latex(rf"\small{equation([step])}")
