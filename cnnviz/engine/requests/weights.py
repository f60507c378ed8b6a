"""How a person's own weights were matched with a network."""

from dataclasses import dataclass

from cnnviz.engine.requests.values import ModelChoice, Request
from cnnviz.models import Fit


@dataclass(frozen=True)
class MatchWeights(Request[Fit]):
    """Which tensor of a person's file went where, for a `model` that has a checkpoint."""

    model: ModelChoice
