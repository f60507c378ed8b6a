"""Poolings of numbers that are given outright, and what they keep of a picture that moves."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cnnviz.engine.requests.values import Numbers, Request
from cnnviz.engine.results import Probed

if TYPE_CHECKING:
    # In the subscripts below; these modules import torch.
    from cnnviz.probes.pooling import Moved, Pooled, Shifts


Settings = tuple[tuple[str, int | float | bool], ...]


@dataclass(frozen=True)
class Pool(Request["Probed[Pooled]"]):
    """What torch's layer `kind` ("MaxPool2d", "AdaptiveAvgPool2d", ...) with `settings` makes of `inputs` (C, ...)."""

    kind: str
    inputs: Numbers
    settings: Settings


@dataclass(frozen=True)
class PoolMoved(Request["Probed[Moved]"]):
    """The same of the inputs moved to the right by some columns."""

    kind: str
    inputs: Numbers
    settings: Settings
    columns: int


@dataclass(frozen=True)
class PoolShifts(Request["Probed[Shifts]"]):
    """What a pooling (without `kind`, none) keeps of a sheet of test images moved by 1 to `longest` columns."""

    kind: str | None
    settings: Settings = ()
    longest: int = 8
    sheet: str = "digits"
