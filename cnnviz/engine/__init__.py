"""Who runs a model: the device, the weights, the queue and the caches.

    >>> engine = LocalEngine()
    >>> engine.ask(Classify(ModelChoice("efficientnet-lite0"), Picture.of(photo))).probabilities.shape
    (1000,)

Requests are in cnnviz.engine.requests, their results in cnnviz.engine.results; neither imports torch. LocalEngine does,
when it is first used.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from cnnviz.engine.interface import Dropped, Engine, Statistics, Ticket
from cnnviz.engine.requests import (
    Analyze,
    Classify,
    EffectiveField,
    Filters,
    Guided,
    Input,
    Layers,
    Maps,
    MatchWeights,
    ModelChoice,
    Picture,
    Reads,
    Request,
    Strongest,
    Unit,
    key_of,
)
from cnnviz.engine.results import (
    LayerMaps,
    LayerRow,
    LayerTable,
    NetworkInput,
    Patch,
    Patches,
    Prediction,
    Probed,
)

if TYPE_CHECKING:
    from cnnviz.engine.local import LocalEngine

__all__ = [
    "Analyze",
    "Classify",
    "Dropped",
    "EffectiveField",
    "Engine",
    "Filters",
    "Guided",
    "Input",
    "LayerMaps",
    "LayerRow",
    "LayerTable",
    "Layers",
    "LocalEngine",
    "Maps",
    "MatchWeights",
    "ModelChoice",
    "NetworkInput",
    "Patch",
    "Patches",
    "Picture",
    "Prediction",
    "Probed",
    "Reads",
    "Request",
    "Statistics",
    "Strongest",
    "Ticket",
    "Unit",
    "key_of",
]


def __getattr__(name: str) -> Any:
    if name == "LocalEngine":
        return import_module("cnnviz.engine.local").LocalEngine
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
