"""A sweep asked of the engine batch by batch, with a bar that says how far it is."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from math import prod
from typing import TYPE_CHECKING, TypeVar

import numpy as np
import streamlit as st

from cnnviz.engine.requests import Layers, Maps, Request, Sweep, SweepMaps
from cnnviz.engine.results import Floats, LayerRow
from cnnviz.figures.sweep_curves import MOST
from cnnviz.probes.sweep_summary import leading, liveliest
from cnnviz.ui.engine import ask, engine
from cnnviz.ui.invariance.sweep.state import FORM, WORDS, State
from cnnviz.ui.layer_choice import first_convolution, layer_of
from cnnviz.ui.number_controls import Numbers

if TYPE_CHECKING:
    # It imports torch.
    from cnnviz.probes.invariance import Swept

A = TypeVar("A")

MAPS = 3
_PATIENCE = 0.3  # seconds before there is a bar


@dataclass(frozen=True, eq=False)
class Seen:
    """A sweep as it was `found`, with `maps` (1 + N, K, h, w) of the K channels of a layer that are `watched`.

    `rows` are the network's layers, `channels` is the control; the first of `maps` are the unmoved picture's.
    """

    rows: Sequence[LayerRow]
    found: "Swept"
    note: str
    layer: str
    channels: Numbers
    watched: tuple[int, ...]
    maps: Floats

    @property
    def shown(self) -> list[int]:
        """Return the classes that get a curve."""
        return leading(self.found, MOST)

    @property
    def row(self) -> int:
        """Return the watched layer's row among the changes, or the input's where it has none."""
        return self.found.layers.index(self.layer) if self.layer in self.found.layers else 0


def run(state: State) -> Seen | None:
    """Return what the network makes of all states, or None after an error was shown."""
    from cnnviz.probes.invariance import chunk_length, joined

    given = state.subject.given
    table = ask(Layers(state.subject.model))
    if table is None:
        return None
    row = layer_of(FORM, table.rows, first_convolution(table.rows))
    at_once = chunk_length(max(prod(each.maps) for each in table.rows), engine().statistics().device)
    parts, order = state.batches(at_once)
    sizes = [len(part) for part in parts]
    swept = _each([Sweep(views=part, edge=state.edge, **given) for part in parts], sizes)
    still = None if swept is None else ask(Maps(layer=row.name, **given))
    if swept is None or still is None:
        return None
    channels = Numbers("channels", tuple(liveliest(still.values, MAPS)), count=len(still.values), most=MAPS)
    watched = FORM.get(channels)
    maps = _each(
        [SweepMaps(views=part, layer=row.name, channels=watched, edge=state.edge, **given) for part in parts], sizes
    )
    if maps is None:
        return None
    moved = np.concatenate([each.found[1:] for each in maps])[order]
    every = np.concatenate([maps[0].found[:1], moved])
    return Seen(
        table.rows, joined([each.found for each in swept], order), swept[0].note, row.name, channels, watched, every
    )


def _each(requests: Sequence[Request[A]], sizes: Sequence[int]) -> list[A] | None:
    bar = st.empty()
    began, done, found = time.monotonic(), 0, []
    for request, size in zip(requests, sizes, strict=True):
        answer = ask(request)
        if answer is None:
            bar.empty()
            return None
        found.append(answer)
        done += size
        if time.monotonic() - began > _PATIENCE and done < sum(sizes):
            bar.progress(done / sum(sizes), WORDS.text("progress", done=done, count=sum(sizes)))
    bar.empty()
    return found
