"""What a network makes of a picture."""

from dataclasses import dataclass

from cnnviz.engine.results.values import Floats, Sized


@dataclass(frozen=True, eq=False)
class Prediction(Sized):
    """`probabilities` (K,), in the order of `classes`, and the `scores` that they were made of, what the network gave.

    `device` is where it ran, `note` a sentence or "".
    """

    probabilities: Floats
    classes: tuple[str, ...]
    scores: Floats
    device: str
    note: str


@dataclass(frozen=True, eq=False)
class LayerMaps(Sized):
    """The maps of a layer, (C, H, W); a layer that gives K numbers has K maps of one value."""

    layer: str
    values: Floats
    device: str
    note: str
