"""The network as a table: one column is typed, the others follow from it."""

from collections.abc import Sequence
from functools import partial
from typing import Any

import pandas as pd  # type: ignore[import-untyped]
import streamlit as st

from cnnviz.arithmetic import LayerRecord
from cnnviz.errors import ModelError
from cnnviz.ui.amounts import of_bytes, of_size
from cnnviz.ui.design.network import Shown, seen_by, sees_all
from cnnviz.ui.design.network_places import Place, laid_out, retyped
from cnnviz.ui.design.network_state import Slot, bump, version
from cnnviz.ui.lesson import text
from cnnviz.ui.linked import linked, put

SCREEN = "network"
UP, DOWN, COPY, REMOVE, OPEN, CLOSE = "Move up", "Move down", "Duplicate", "Remove", "Open", "Close"
_ICONS = {
    UP: "arrow_upward",
    DOWN: "arrow_downward",
    COPY: "content_copy",
    REMOVE: "delete",
    OPEN: "unfold_more",
    CLOSE: "unfold_less",
}

_COLUMNS: dict[str, Any] = {
    "output": st.column_config.TextColumn(width=96, help=text(SCREEN, "output_help")),
    "parameters": st.column_config.NumberColumn(width=90, format="localized"),
    "MACs": st.column_config.NumberColumn(width=108, format="localized", help=text(SCREEN, "macs_help")),
    "memory": st.column_config.TextColumn(width=76, alignment="right", help=text(SCREEN, "memory_help")),
    "field": st.column_config.TextColumn(width=48, alignment="right", help=text(SCREEN, "field_help")),
    "FLOPs": st.column_config.NumberColumn(width=110, format="localized", help=text(SCREEN, "flops_help")),
}


def opened_rows(slot: Slot) -> frozenset[int]:
    """Return the rows that are open, as the link has them."""
    return frozenset(int(part) for part in linked(f"{slot.net}_open", "").split(".") if part.isdecimal())


def edit_table(slot: Slot, shown: Shown, texts: Sequence[str]) -> None:
    """Show the rows to be edited, with their numbers beside them."""
    opened, number = opened_rows(slot), version()
    places = laid_out(texts, shown.entries, opened)
    st.data_editor(
        pd.DataFrame(
            {
                "#": [_mark(place, shown) for place in places],
                "layer": [place.text for place in places],
                "": [_actions(place, opened) for place in places],
                **_numbers([place.entry for place in places], shown),
            }
        ),
        key=f"network-table-{number}",
        on_change=_typed,
        args=(slot, number, places, opened),
        hide_index=True,
        height="content",
        disabled=["#", *_COLUMNS],
        placeholder="",
        alt=text(SCREEN, "table_label"),
        column_config={
            "#": st.column_config.TextColumn(width=36),
            "layer": st.column_config.TextColumn(width=190, help=text(SCREEN, "syntax")),
            **_COLUMNS,
            "": st.column_config.ButtonColumn(
                type="tertiary",
                width=36,
                key="network-action",
                on_click=_clicked,
                args=(slot, places, tuple(texts), opened),
            ),
        },
    )


def read_table(shown: Shown) -> None:
    """Show the calls of a network that cannot be edited, with their numbers."""
    entries = shown.entries
    st.dataframe(
        pd.DataFrame(
            {
                "name": [entry.name for entry in entries],
                "layer": [entry.kind for entry in entries],
                **_numbers(entries, shown),
            }
        ),
        hide_index=True,
        height=640,
        placeholder="",
        alt=text(SCREEN, "table_label"),
        column_config=_COLUMNS,
    )


def _numbers(entries: Sequence[LayerRecord | None], shown: Shown) -> dict[str, Any]:
    known = [entry if entry is not None and entry.output_size else None for entry in entries]
    failed = shown.entries[shown.error_at] if shown.error_at is not None else None
    return {
        "output": [
            shown.error
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
        return text(SCREEN, "field_all")
    field = seen_by(entry)
    if field is None:
        return ""
    return str(field[0]) if len(set(field)) == 1 else of_size(field)


def _mark(place: Place, shown: Shown) -> str:
    if place.row is None:
        return ""
    return f"✗ {place.row + 1}" if place.row == shown.error_at else str(place.row + 1)


def _actions(place: Place, opened: frozenset[int]) -> list[str]:
    if place.row is None:
        return []
    names = [UP, DOWN, COPY, REMOVE]
    if place.entry and place.entry.inside:
        names.append(CLOSE if place.row in opened else OPEN)
    return [f":material/{_ICONS[name]}: {name}" for name in names]


def _typed(slot: Slot, number: int, places: tuple[Place, ...], opened: frozenset[int]) -> None:
    state = st.session_state.get(f"network-table-{number}")
    if not state:
        return
    edits = state["edited_rows"].items()
    typed = {int(row): str(cells["layer"] or "") for row, cells in edits if "layer" in cells}
    try:
        texts, before = retyped(places, typed)
    except ModelError as error:
        st.toast(str(error))
        return
    slot.put(", ".join(texts))
    reopened = frozenset(now for now, was in enumerate(before) if was in opened)
    _open(slot, reopened)
    if any(places[row].row is None and not places[row].spare for row in typed):
        st.toast(text(SCREEN, "inside"))
        bump()
        return
    column = [typed.get(row, place.text) for row, place in enumerate(places) if place.row is not None or place.spare]
    if column[: len(texts)] != texts or "" in typed.values():
        # Rows have moved: the new table must not take the old one's cells for its own.
        bump()


def _clicked(slot: Slot, places: tuple[Place, ...], texts: tuple[str, ...], opened: frozenset[int]) -> None:
    click = st.session_state["network-action"]
    place = places[click["row"]]
    if place.row is not None:
        act(slot, next(name for name in _ICONS if click["label"].endswith(name)), place.row, texts, opened)


def act(slot: Slot, action: str, row: int, texts: Sequence[str], opened: frozenset[int]) -> None:
    """Do to a row what a button says, in a callback."""
    order = list(range(len(texts)))
    if action in (OPEN, CLOSE):
        _open(slot, opened ^ {row})
    elif action in (UP, DOWN):
        other = row + (1 if action == DOWN else -1)
        if not 0 <= other < len(texts):
            return
        order[row], order[other] = other, row
    elif action == COPY:
        order.insert(row, row)
    elif action == REMOVE:
        order.remove(row)
    if order != list(range(len(texts))):
        slot.put(", ".join(texts[was] for was in order))
        _open(slot, frozenset(now for now, was in enumerate(order) if was in opened))
    bump()


def _open(slot: Slot, rows: frozenset[int]) -> None:
    put(f"{slot.net}_open", ".".join(map(str, sorted(rows))))


def toolbar(slot: Slot, shown: Shown, texts: Sequence[str], row: int) -> None:
    """Show the buttons that do to the chosen row what its menu in the table does."""
    opened = opened_rows(slot)
    inside = bool(shown.entries[row].inside)
    names = [UP, DOWN, COPY, REMOVE, CLOSE if row in opened else OPEN]
    usable = (row > 0, row < len(texts) - 1, True, True, inside)
    with st.container(horizontal=True, gap="small"):
        for name, enabled in zip(names, usable, strict=True):
            st.button(
                name,
                key=f"row-{name}",
                icon=f":material/{_ICONS[name]}:",
                disabled=not enabled,
                on_click=partial(act, slot, name, row, tuple(texts), opened),
            )
