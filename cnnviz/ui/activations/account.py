"""Where one activation comes from, put on the page: one way of showing for each kind of account."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st

from cnnviz.figures.maps import window
from cnnviz.figures.products import products
from cnnviz.ui.activations.view import FORM, WORDS
from cnnviz.ui.chart import chart
from cnnviz.ui.numbers import fixed, short, whole
from cnnviz.ui.text_table import text_table

if TYPE_CHECKING:
    from cnnviz.probes.unit import accounts as kinds

say, text, label = WORDS.say, WORDS.text, WORDS.label


def show_account(account: "kinds.UnitAccount") -> None:
    """Show how the value of a unit is computed."""
    place = {"channel": account.channel, "row": account.row, "column": account.column, "layer": account.layer}
    say("unit", value=short(account.value, 6), **place)
    _SHOWN.get(account.kind, _other)(account)
    if account.total is not None:
        st.caption(text("unit_check", total=short(account.total, 7), value=short(account.value, 7)))


def _convolution(account: "kinds.Convolution") -> None:
    seen, terms = account.window, account.terms
    edges = {"top": seen.top, "bottom": seen.bottom - 1, "left": seen.left, "right": seen.right - 1}
    say("unit_convolution", inputs=whole(len(terms) + account.rest_count), **edges)
    names = [text("unit_channel", channel=term.channel) for term in terms]
    rest = text("unit_channel_rest", count=whole(account.rest_count))
    sum_box, drawn_box = st.columns([1, 2], gap="medium")
    with sum_box:
        _sum(names, rest, account)
    with drawn_box:
        if account.rest_count:
            st.caption(text("unit_convolution_shown", count=len(terms)))
        rows = label("products.input"), label("products.filter"), label("products.product")
        drawn = products([each.patch for each in terms], [each.weights for each in terms], names, row_titles=rows)
        chart(drawn, key=FORM.key("products"))


def _linear(account: "kinds.Linear") -> None:
    say("unit_linear", inputs=whole(account.inputs.size), count=len(account.terms))
    sum_box, drawn_box = st.columns(2, gap="medium")
    with sum_box:
        rest = text("unit_input_rest", count=whole(account.rest_count))
        _sum([text("unit_input", position=term.position) for term in account.terms], rest, account)
    names = [label(f"products.{name}") for name in ("input", "value", "weight", "product")]
    rows = [(str(term.position), *map(short, (term.value, term.weight, term.total))) for term in account.terms]
    with drawn_box:
        text_table(names, rows)


def _sum(names: Sequence[str], rest: str, account: "kinds.Convolution | kinds.Linear") -> None:
    """Write the sum with its numbers, as one table: what matters most first, then the rest, the bias and the result."""
    parts = list(zip(names, [term.total for term in account.terms], strict=True))
    if account.rest_count:
        parts.append((rest, account.rest))
    if account.bias is not None:
        parts.append((label("products.bias"), account.bias))
    parts.append((label("products.sum"), account.total or 0.0))
    text_table((label("products.part"), label("products.adds")), [(name, fixed(total, 6)) for name, total in parts])


def _pooling(account: "kinds.Pooling") -> None:
    count = int(np.isfinite(account.values).sum())
    if account.winner is not None:
        say("unit_pooling_max", count=count, row=account.winner[0], column=account.winner[1])
    elif account.method == "average":
        total = float(np.nansum(account.values, dtype=np.float64))
        say("unit_pooling_average", total=short(total, 6), divisor=short(account.divisor or 0))
    else:
        say("unit_pooling_norm", count=count, norm=short(account.norm or 0))
    chart(window(account.values, winner=account.winner), key=FORM.key("window"))


def _elementwise(account: "kinds.Elementwise") -> None:
    say("unit_activation", before=short(account.before, 6), value=short(account.value, 6))


def _normalisation(account: "kinds.Normalisation") -> None:
    names = ("before", "mean", "variance", "gamma", "beta", "eps")
    say("unit_norm", total=short(account.total or 0, 6), **{name: short(getattr(account, name), 6) for name in names})


def _combination(account: "kinds.Combination") -> None:
    parts = f" {account.sign} ".join(
        short(operand, 6) if scale == 1 else f"{short(scale)} × {short(operand, 6)}"
        for operand, scale in zip(account.operands, account.scales, strict=True)
    )
    say("unit_combination", parts=parts, total=short(account.total or 0, 6))


def _moved(account: "kinds.Moved") -> None:
    if account.source is None:
        say("unit_padding")
    elif account.place is None:
        say("unit_moved_unknown")
    else:
        channel, row, column = account.place
        source = account.reads[account.operand] if account.operand < len(account.reads) else ""
        say("unit_moved", source=source or text("input"), channel=channel, row=row, column=column)


def _other(account: "kinds.UnitAccount") -> None:
    say("unit_other", operation=account.operation)


_SHOWN: dict[str, Callable[[Any], None]] = {
    "convolution": _convolution,
    "linear": _linear,
    "pooling": _pooling,
    "elementwise": _elementwise,
    "normalisation": _normalisation,
    "combination": _combination,
    "moved": _moved,
}
