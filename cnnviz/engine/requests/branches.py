"""The branches of a network's blocks, and what each makes of a picture."""

from dataclasses import dataclass

from cnnviz.engine.requests.values import ModelChoice, Picture, Request
from cnnviz.engine.results import BranchMaps, BranchTable


@dataclass(frozen=True)
class Branches(Request[BranchTable]):
    """The blocks of a network whose branches are concatenated."""

    model: ModelChoice


@dataclass(frozen=True)
class SeeBranches(Request[BranchMaps]):
    """The maps that each branch of a block hands to its concatenation."""

    model: ModelChoice
    picture: Picture
    block: str
    invert: bool = False
