"""Where one activation comes from, put on the page: one way of showing for each kind of account."""

from collections.abc import Callable
from typing import Any

import numpy as np
import streamlit as st

from cnnviz.figures.products import products
from cnnviz.ui.chart import chart
from cnnviz.ui.lesson import text

_SCREEN = "activations"


def show_account(account: Any) -> None:
    """Show how the value of a unit comes about; `account` is a UnitAccount of cnnviz.probes.unit."""
    numbers = {
        "channel": account.channel,
        "row": account.row,
        "column": account.column,
        "layer": account.layer,
        "value": account.value,
    }
    st.markdown(text(_SCREEN, "unit", **numbers))
    _SHOWN.get(account.kind, _other)(account)
    if account.total is not None:
        st.caption(text(_SCREEN, "unit_check", total=account.total, value=account.value))


def _convolution(account: Any) -> None:
    window = account.window
    inputs = len(account.terms) + account.rest_count
    st.markdown(
        text(
            _SCREEN,
            "unit_convolution",
            top=window.top,
            bottom=window.bottom - 1,
            left=window.left,
            right=window.right - 1,
            inputs=inputs,
        )
    )
    _equation([(f"channel {term.channel}", term.total) for term in account.terms], account)
    if account.rest_count:
        st.caption(text(_SCREEN, "unit_convolution_shown", count=len(account.terms)))
    chart(
        products(
            [term.patch for term in account.terms],
            [term.weights for term in account.terms],
            [f"channel {term.channel}" for term in account.terms],
            row_titles=("input", "filter", "product"),
        ),
        key="products",
    )


def _linear(account: Any) -> None:
    st.markdown(text(_SCREEN, "unit_linear", inputs=account.inputs.size, count=len(account.terms)))
    _equation([(f"input {term.position}", term.total) for term in account.terms], account)
    st.dataframe(
        [
            {"input": term.position, "value": term.value, "weight": term.weight, "product": term.total}
            for term in account.terms
        ],
        hide_index=True,
    )


def _equation(terms: list[tuple[str, float]], account: Any) -> None:
    """Write the sum with its numbers, as one table: what matters most first, then the rest, the bias and the result."""
    rows = [{"part": name, "adds": f"{total:+.6f}"} for name, total in terms]
    if account.rest_count:
        rows.append({"part": text(_SCREEN, "unit_rest", count=account.rest_count), "adds": f"{account.rest:+.6f}"})
    if account.bias is not None:
        rows.append({"part": "bias", "adds": f"{account.bias:+.6f}"})
    rows.append({"part": text(_SCREEN, "unit_sum"), "adds": f"{account.total:+.6f}"})
    st.dataframe(rows, hide_index=True, height="content")


def _pooling(account: Any) -> None:
    count = int(np.isfinite(account.values).sum())
    if account.method == "max":
        row, column = account.winner
        st.markdown(text(_SCREEN, "unit_pooling_max", count=count, row=row, column=column))
    elif account.method == "average":
        total = float(np.nansum(account.values, dtype=np.float64))
        st.markdown(text(_SCREEN, "unit_pooling_average", total=total, divisor=account.divisor))
    else:
        st.markdown(text(_SCREEN, "unit_pooling_norm", count=count, norm=account.norm))
    from cnnviz.figures.maps import window

    chart(window(account.values, winner=account.winner), key="window")


def _elementwise(account: Any) -> None:
    st.markdown(text(_SCREEN, "unit_activation", before=account.before, value=account.value))


def _normalisation(account: Any) -> None:
    st.markdown(
        text(
            _SCREEN,
            "unit_norm",
            before=account.before,
            mean=account.mean,
            variance=account.variance,
            eps=account.eps,
            gamma=account.gamma,
            beta=account.beta,
            total=account.total,
        )
    )


def _combination(account: Any) -> None:
    parts = f" {account.sign} ".join(
        f"{operand:.6g}" if scale == 1 else f"{scale:g} × {operand:.6g}"
        for operand, scale in zip(account.operands, account.scales, strict=True)
    )
    st.markdown(text(_SCREEN, "unit_combination", parts=parts, total=account.total))


def _moved(account: Any) -> None:
    if account.source is None:
        st.markdown(text(_SCREEN, "unit_padding"))
        return
    if account.place is None:
        st.markdown(text(_SCREEN, "unit_moved_unknown"))
        return
    channel, row, column = account.place
    source = account.reads[account.operand] if account.operand < len(account.reads) else ""
    st.markdown(
        text(_SCREEN, "unit_moved", source=source or text(_SCREEN, "input"), channel=channel, row=row, column=column)
    )


def _other(account: Any) -> None:
    st.markdown(text(_SCREEN, "unit_other", operation=account.operation))


_SHOWN: dict[str, Callable[[Any], None]] = {
    "convolution": _convolution,
    "linear": _linear,
    "pooling": _pooling,
    "elementwise": _elementwise,
    "normalisation": _normalisation,
    "combination": _combination,
    "moved": _moved,
}
