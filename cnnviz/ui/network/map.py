"""The map of the network beside its table: a layer that is picked chooses its row, and a chosen row its layer."""

from functools import partial

from cnnviz.components.network_map import network_map
from cnnviz.design.totals import Totals
from cnnviz.ui.network.state import FORM


def show_map(shown: Totals) -> None:
    """Draw the map of a network of which at least one row works."""
    if shown.graph and shown.working:
        network_map(shown.graph, key=FORM.key("map"), selected=_chosen(shown), on_pick=partial(_pick, shown))


def chosen_row(shown: Totals) -> int | None:
    """Return the place of the row that the link chooses, None where it chooses none."""
    text = FORM.text("row")
    row = int(text) - 1 if text and text.isdecimal() else -1
    return row if 0 <= row < len(shown.entries) else None


def choose_row(row: int | None, call: str | None = None) -> None:
    """Choose a row, and a call inside of it, in a callback."""
    FORM.put({"row": None if row is None else row + 1, "call": call})


def _chosen(shown: Totals) -> str | None:
    row = chosen_row(shown)
    if row is None:
        return None
    entry = shown.entries[row]
    names = [inner.name for inner in entry.inside]
    call = FORM.text("call")
    return call if call in names else names[0] if names else entry.name


def _pick(shown: Totals, name: str) -> None:
    for row, entry in enumerate(shown.entries):
        if name == entry.name:
            choose_row(row)
        elif name in (inner.name for inner in entry.inside):
            choose_row(row, name)
