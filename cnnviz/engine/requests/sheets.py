"""What a network answers to a whole sheet of test images."""

from dataclasses import dataclass

from cnnviz.engine.requests.values import ModelChoice, Request
from cnnviz.engine.results import Floats, Probed


@dataclass(frozen=True)
class AnswerSheet(Request[Probed[Floats]]):
    """The probabilities for a sheet's hundred test images, (classifiers, 100, K).

    The last classifier is the network's own; its auxiliary ones, where it has some, come before it, from the input on.
    """

    model: ModelChoice
    sheet: str
