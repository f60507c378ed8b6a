"""The map of the network beside its table: a layer that is picked chooses its row, and a chosen row its layer."""

from functools import partial

from cnnviz.design.totals import Totals
from cnnviz.engine.requests import ModelChoice
from cnnviz.ui.network.state import FORM, model_name
from cnnviz.ui.network_heat import Run, draw_map
from cnnviz.ui.network_tour import tour_over


def show_map(net: str, shown: Totals) -> None:
    """Draw the map of a network of which at least one row works."""
    if shown.graph and shown.working:
        draw_map(
            FORM,
            shown.graph,
            run_of(net, shown),
            selected=_chosen(shown),
            on_pick=partial(_pick, shown),
            tour=tour_over(net, shown.graph, shown.input_size),
        )


def run_of(net: str, shown: Totals) -> Run | None:
    """Return the run of a network's text that works on images, with random weights; None for another."""
    if shown.error or len(shown.input_size) != 4:
        return None
    return Run(ModelChoice(model_name(net, shown.input_size), random_seed=0), shown.input_size)


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
