"""What a trained network makes of a photo, and a layer that was trained on top of it."""

from dataclasses import dataclass

from cnnviz.engine.results.values import Bytes, Floats, Sized


@dataclass(frozen=True, eq=False)
class PhotoFeatures(Sized):
    """`values` (C,): the means of the network's last maps, which its last layer reads."""

    values: Floats


@dataclass(frozen=True, eq=False)
class Recognised(Sized):
    """Of K classes, `scores`, `probabilities` and `biases` (K,) and `maps` (K, h, w): a score is map.mean() + bias.

    `view` (H, W, 3) is the part of the photo that the network gets.
    """

    scores: Floats
    probabilities: Floats
    maps: Floats
    biases: Floats
    view: Bytes
