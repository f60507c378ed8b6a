"""The layers of a model: those that have something to show, and what each reads."""

from dataclasses import dataclass

from cnnviz.engine.requests.values import ModelChoice, Request
from cnnviz.engine.results import LayerTable


@dataclass(frozen=True)
class Layers(Request[LayerTable]):
    """The layers of a model that have something to show, for an input of (H, W), by default the model's own."""

    model: ModelChoice
    input_size: tuple[int, int] | None = None
