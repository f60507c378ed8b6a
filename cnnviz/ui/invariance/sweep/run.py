"""A sweep asked of the engine batch by batch, with a bar that says how far it is."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod
from typing import TYPE_CHECKING

import numpy as np

from cnnviz.engine.requests import Layers, Maps, Sweep, SweepMaps
from cnnviz.engine.results import Floats, LayerRow
from cnnviz.figures.sweep_curves import MOST
from cnnviz.probes.sweep_summary import leading, liveliest
from cnnviz.ui.engine import ask, ask_each, engine
from cnnviz.ui.invariance.sweep.state import FORM, WORDS, State
from cnnviz.ui.layer_choice import first_convolution, layer_of
from cnnviz.ui.number_controls import Numbers

if TYPE_CHECKING:
    # It imports torch.
    from cnnviz.probes.invariance import Swept

MAPS = 3


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
    swept = ask_each([Sweep(views=part, edge=state.edge, **given) for part in parts], WORDS, sizes)
    still = None if swept is None else ask(Maps(layer=row.name, **given))
    if swept is None or still is None:
        return None
    channels = Numbers("channels", tuple(liveliest(still.values, MAPS)), count=len(still.values), most=MAPS)
    watched = FORM.get(channels)
    requests = [SweepMaps(views=part, layer=row.name, channels=watched, edge=state.edge, **given) for part in parts]
    maps = ask_each(requests, WORDS, sizes)
    if maps is None:
        return None
    moved = np.concatenate([each.found[1:] for each in maps])[order]
    every = np.concatenate([maps[0].found[:1], moved])
    return Seen(
        table.rows, joined([each.found for each in swept], order), swept[0].note, row.name, channels, watched, every
    )
