"""What a network makes of a picture."""

from collections.abc import Mapping
from dataclasses import dataclass

from cnnviz.engine.results.inputs import NetworkInput
from cnnviz.engine.results.values import Floats, Sized


@dataclass(frozen=True, eq=False)
class Prediction(Sized):
    """`probabilities` (K,), in the order of `classes`; `device` is where it ran, `note` a sentence or ""."""

    probabilities: Floats
    classes: tuple[str, ...]
    device: str
    note: str


@dataclass(frozen=True, eq=False)
class LayerMaps(Sized):
    """The maps of a layer, (C, H, W); a layer that gives K numbers has K maps of one value."""

    layer: str
    values: Floats
    device: str
    note: str


@dataclass(frozen=True, eq=False)
class Outputs(Sized):
    """One run: `maps` by layer, (C, H, W) each, in the order of execution, and what the network gave, `output` (K,).

    `output` is None where the run ended before it.
    """

    maps: Mapping[str, Floats]
    output: Floats | None
    input: NetworkInput
    device: str
    note: str
