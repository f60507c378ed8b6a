"""What is left of a class's maps when weights are made random."""

from dataclasses import dataclass

from cnnviz.engine.requests.values import ModelChoice, Picture, Request
from cnnviz.engine.results import RandomisedMaps


@dataclass(frozen=True)
class RandomiseLayers(Request[RandomisedMaps]):
    """Four maps of class `target` with the weights of the last layers, `share` of all, drawn anew by `seed`."""

    model: ModelChoice
    picture: Picture
    target: int
    share: float
    seed: int = 0
    invert: bool = False
