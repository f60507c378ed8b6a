"""What a network makes of a picture."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from cnnviz.engine.results.values import Floats, Sized


@dataclass(frozen=True, eq=False)
class Prediction(Sized):
    """`probabilities` (K,), in the order of `classes`, and the `scores` that they were made of, what the network gave.

    `device` is where it ran, `note` a sentence or "".
    """

    probabilities: Floats
    classes: tuple[str, ...]
    scores: Floats
    device: str
    note: str


@dataclass(frozen=True, eq=False)
class LayerMaps(Sized):
    """The maps of a layer, (C, H, W); a layer that gives K numbers has K maps of one value."""

    layer: str
    values: Floats
    device: str
    note: str

    @cached_property
    def strongest(self) -> tuple[int, ...]:
        """The channel, row and column of the largest value, for all who look at the layer."""
        # Only here: probes bring torch, without which a page that runs no network opens.
        from cnnviz.probes.statistics import strongest_unit

        return strongest_unit(self.values)


@dataclass(frozen=True, eq=False)
class StrongestMaps(Sized):
    """Of each of `layers`, of those of the network's graph that have maps: its strongest maps (K, h, w), made small.

    `channels` (K,) says whose they are, the strongest first; `steps` between the rows and columns that are left;
    `sizes` (C, H, W) are those of the layers' maps, `limits` (L, 2) the least and greatest value of each.
    """

    layers: tuple[str, ...]
    sizes: tuple[tuple[int, int, int], ...]
    steps: tuple[int, ...]
    channels: tuple[NDArray[np.int32], ...]
    maps: tuple[Floats, ...]
    limits: Floats
    device: str
    note: str
