"""Dropout in a small network with all its masks, and what units and masks are worth in one that was trained."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cnnviz.engine.requests.photos import RunSettings
from cnnviz.engine.requests.values import Request
from cnnviz.engine.results import Probed

if TYPE_CHECKING:
    # In the subscripts below; these modules import torch.
    from cnnviz.probes.dropout import Subnetworks
    from cnnviz.probes.redundancy import Averaged, Removal


@dataclass(frozen=True)
class DropUnits(Request["Probed[Subnetworks]"]):
    """All subnetworks of cnnviz.probes.dropout.draw_network(widths, seed), and those of like networks."""

    widths: tuple[int, ...]
    activation: str
    keep: float
    scaling: str
    seed: int


@dataclass(frozen=True)
class RemoveUnits(Request["Probed[Removal]"]):
    """What the test loss becomes without units of the last hidden layer, of a run as TrainSlice names it."""

    run: str
    settings: RunSettings
    until: int


@dataclass(frozen=True)
class AverageMasks(Request["Probed[Averaged]"]):
    """What the test loss becomes when the probabilities of so many passes with random masks are averaged."""

    run: str
    settings: RunSettings
    until: int
    keep: float
    passes: int
