"""The network as a table: one column is typed, the others follow from it."""

from collections.abc import Iterable, Sequence
from functools import partial

import pandas as pd  # type: ignore[import-untyped]
import streamlit as st
from streamlit.elements.lib.column_types import ColumnConfig

from cnnviz.arithmetic import LayerRecord
from cnnviz.design.table_rows import Place, laid_out, retyped
from cnnviz.design.totals import Totals, seen_by, sees_all
from cnnviz.errors import ModelError
from cnnviz.ui.network.map import choose_row, chosen_row
from cnnviz.ui.network.state import FORM, WORDS, Slot, bump, version
from cnnviz.ui.numbers import of_bytes, of_size
from cnnviz.ui.refusals import translated

# What can be done to a row, with its icon.
ACTIONS = {
    "up": "arrow_upward",
    "down": "arrow_downward",
    "copy": "content_copy",
    "remove": "delete",
    "open": "unfold_more",
    "close": "unfold_less",
}
_NUMBERS = {"output": 96, "parameters": 90, "MACs": 108, "memory": 76, "field": 48, "FLOPs": 110}
_ALIGNED = ("memory", "field")
CALLS_HEIGHT = 640  # pixels
_ACTION = FORM.key("action")
_CALLS = FORM.key("calls")
text = WORDS.text


def _columns() -> dict[str, ColumnConfig]:
    """Return how the columns of numbers are shown, and what their heads say."""
    shown: dict[str, ColumnConfig] = {}
    for name, width in _NUMBERS.items():
        label, note = WORDS.label(f"column.{name}"), WORDS.help(f"column.{name}")
        if name in ("parameters", "MACs", "FLOPs"):
            shown[name] = st.column_config.NumberColumn(label, format="localized", width=width, help=note)
        else:
            shown[name] = st.column_config.TextColumn(
                label, alignment="right" if name in _ALIGNED else None, width=width, help=note
            )
    return shown


def opened_rows(slot: Slot) -> frozenset[int]:
    """Return the rows that are open, as the link has them."""
    return frozenset(int(part) for part in (FORM.text(slot.opened) or "").split(".") if part.isdecimal())


def edit_table(slot: Slot, shown: Totals, texts: Sequence[str]) -> None:
    """Show the rows to be edited, with their numbers beside them."""
    opened, number = opened_rows(slot), version()
    places = laid_out(texts, shown.entries, opened)
    chosen = chosen_row(shown)
    st.data_editor(
        pd.DataFrame(
            {
                "#": [_mark(place, shown, chosen) for place in places],
                "layer": [place.text for place in places],
                "": [_actions(place, opened) for place in places],
                **_numbers([place.entry for place in places], shown),
            }
        ),
        key=_table_key(number),
        on_change=_typed,
        args=(slot, number, places, opened),
        hide_index=True,
        height="content",
        disabled=["#", *_NUMBERS],
        placeholder="",
        alt=text("table_label"),
        column_config={
            "#": st.column_config.TextColumn(width=36),
            "layer": st.column_config.TextColumn(WORDS.label("column.layer"), width=190, help=text("syntax")),
            **_columns(),
            "": st.column_config.ButtonColumn(
                type="tertiary",
                width=36,
                key=_ACTION,
                on_click=_clicked,
                args=(slot, places, tuple(texts), opened),
            ),
        },
    )


def read_table(shown: Totals) -> None:
    """Show the calls of a network that cannot be edited, with their numbers; one may be chosen."""
    entries, chosen = shown.entries, chosen_row(shown)
    st.session_state[_CALLS] = {"selection": {"rows": [] if chosen is None else [chosen], "columns": [], "cells": []}}
    st.dataframe(
        pd.DataFrame(
            {
                "name": [entry.name for entry in entries],
                "layer": [entry.kind for entry in entries],
                **_numbers(entries, shown),
            }
        ),
        key=_CALLS,
        on_select=_choose_call,
        selection_mode="single-row",
        hide_index=True,
        height=CALLS_HEIGHT,
        placeholder="",
        alt=text("table_label"),
        column_config={
            "name": st.column_config.TextColumn(WORDS.label("column.name")),
            "layer": st.column_config.TextColumn(WORDS.label("column.layer")),
            **_columns(),
        },
    )


def _choose_call() -> None:
    rows = st.session_state[_CALLS]["selection"]["rows"]
    choose_row(rows[0] if rows else None)


def _numbers(entries: Sequence[LayerRecord | None], shown: Totals) -> dict[str, list[object]]:
    known = [entry if entry is not None and entry.output_size else None for entry in entries]
    failed = shown.entries[shown.error_at] if shown.error_at is not None else None
    return {
        "output": [
            translated(shown.error)
            if each is not None and each is failed
            else of_size(entry.output_size[1:] if entry and entry.output_size else ())
            for each, entry in zip(entries, known, strict=True)
        ],
        "parameters": pd.array([entry.parameters if entry else None for entry in known], dtype="Int64"),
        "MACs": pd.array([entry.macs if entry else None for entry in known], dtype="Int64"),
        "memory": [of_bytes(entry.memory) if entry else "" for entry in known],
        "field": [field_words(entry) if entry else "" for entry in known],
        "FLOPs": pd.array([entry.flops if entry else None for entry in known], dtype="Int64"),
    }


def field_words(entry: LayerRecord) -> str:
    """Return a receptive field as a table has it: 11 for a square of 11×11, "all" for the whole image."""
    if sees_all(entry):
        return text("field_all")
    field = seen_by(entry)
    if field is None:
        return ""
    return str(field[0]) if len(set(field)) == 1 else of_size(field)


def _mark(place: Place, shown: Totals, chosen: int | None) -> str:
    """Return a row's number, with a sign where it cannot work and where it is chosen."""
    if place.row is None:
        return ""
    sign = "✗ " if place.row == shown.error_at else "▸ " if place.row == chosen else ""
    return f"{sign}{place.row + 1}"


def _table_key(number: int) -> str:
    return FORM.key(f"table-{number}")


def _label(action: str) -> str:
    return f":material/{ACTIONS[action]}: {WORDS.label(f'row.{action}')}"


def _actions(place: Place, opened: frozenset[int]) -> list[str]:
    if place.row is None:
        return []
    names = ["up", "down", "copy", "remove"]
    if place.entry and place.entry.inside:
        names.append("close" if place.row in opened else "open")
    return [_label(name) for name in names]


def _typed(slot: Slot, number: int, places: tuple[Place, ...], opened: frozenset[int]) -> None:
    state = st.session_state.get(_table_key(number))
    if not state:
        return
    edits = state["edited_rows"].items()
    typed = {int(row): str(cells["layer"] or "") for row, cells in edits if "layer" in cells}
    try:
        texts, before = retyped(places, typed)
    except ModelError as error:
        st.toast(translated(error))
        return
    slot.put(", ".join(texts), opened=_written({now for now, was in enumerate(before) if was in opened}))
    if any(places[row].row is None and not places[row].spare for row in typed):
        st.toast(text("inside"))
        bump()
        return
    column = [typed.get(row, place.text) for row, place in enumerate(places) if place.row is not None or place.spare]
    if column[: len(texts)] != texts or "" in typed.values():
        # Rows have moved: the new table must not take the old one's cells for its own.
        bump()


def _clicked(slot: Slot, places: tuple[Place, ...], texts: tuple[str, ...], opened: frozenset[int]) -> None:
    click = st.session_state[_ACTION]
    place = places[click["row"]]
    if place.row is not None:
        act(slot, next(name for name in ACTIONS if click["label"] == _label(name)), place.row, texts, opened)


def act(slot: Slot, action: str, row: int, texts: Sequence[str], opened: frozenset[int]) -> None:
    """Do to a row what a button says, in a callback."""
    order = list(range(len(texts)))
    if action in ("open", "close"):
        FORM.put({slot.opened: _written(opened ^ {row})})
    elif action in ("up", "down"):
        other = row + (1 if action == "down" else -1)
        if not 0 <= other < len(texts):
            return
        order[row], order[other] = other, row
    elif action == "copy":
        order.insert(row, row)
    elif action == "remove":
        order.remove(row)
    if order != list(range(len(texts))):
        kept = {now for now, was in enumerate(order) if was in opened}
        slot.put(", ".join(texts[was] for was in order), opened=_written(kept))
    bump()


def _written(rows: Iterable[int]) -> str | None:
    return ".".join(map(str, sorted(rows))) or None


def toolbar(slot: Slot, shown: Totals, texts: Sequence[str], row: int) -> None:
    """Show the buttons that do to the chosen row what its menu in the table does."""
    opened = opened_rows(slot)
    inside = bool(shown.entries[row].inside)
    names = ["up", "down", "copy", "remove", "close" if row in opened else "open"]
    usable = (row > 0, row < len(texts) - 1, True, True, inside)
    with st.container(horizontal=True, gap="small"):
        for name, enabled in zip(names, usable, strict=True):
            st.button(
                WORDS.label(f"row.{name}"),
                key=FORM.key(f"row-{name}"),
                icon=f":material/{ACTIONS[name]}:",
                disabled=not enabled,
                on_click=partial(act, slot, name, row, tuple(texts), opened),
            )
