"""A picture under random changes, networks that leave blocks out, smoothed labels: and what a network answers."""

from dataclasses import dataclass

from cnnviz.engine.requests.values import ModelChoice, Picture, Request
from cnnviz.engine.results import Augmented, BlocksLeftOut, OperationsFilm, Probed, SmoothedLabel

DRAWS = 12


@dataclass(frozen=True)
class Augment(Request[Probed[Augmented]]):
    """A dozen draws of a `kind` of cnnviz.probes.augmentation.KINDS by their `seed`, and the answers to them.

    `settings` are the kind's own, by name. Where the label changes the picture is mixed with `partner`; `labels` are
    those of both where they are known, otherwise what the network finds most probable.
    """

    model: ModelChoice
    picture: Picture
    kind: str
    settings: tuple[tuple[str, float], ...]
    seed: int
    invert: bool = False
    partner: Picture | None = None
    labels: tuple[int | None, int | None] = (None, None)


@dataclass(frozen=True)
class LeaveOutBlocks(Request[Probed[BlocksLeftOut]]):
    """A dozen passes of a picture through a network whose last residual block runs with probability `last`."""

    model: ModelChoice
    picture: Picture
    last: float
    seed: int
    invert: bool = False


@dataclass(frozen=True)
class SmoothLabel(Request[Probed[SmoothedLabel]]):
    """The target of a picture, smoothed by `smoothing`, and the losses of a network's answer."""

    model: ModelChoice
    picture: Picture
    smoothing: float
    label: int | None = None
    invert: bool = False


@dataclass(frozen=True)
class FilmOperations(Request[Probed[OperationsFilm]]):
    """The operations of RandAugment on a picture as a network gets it, at every magnitude."""

    model: ModelChoice
    picture: Picture
    invert: bool = False
