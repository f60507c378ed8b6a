"""A picture as a network gets it."""

from dataclasses import dataclass

from cnnviz.engine.requests.values import ModelChoice, Picture, Request
from cnnviz.engine.results import NetworkInput


@dataclass(frozen=True)
class Input(Request[NetworkInput]):
    """What the network gets of a picture."""

    model: ModelChoice
    picture: Picture
    invert: bool = False
