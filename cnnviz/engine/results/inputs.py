"""A picture as a network gets it."""

from dataclasses import dataclass

from cnnviz.engine.results.values import Bytes, Floats, Sized


@dataclass(frozen=True, eq=False)
class NetworkInput(Sized):
    """What the network gets: `values` (C, H, W), and the same as a picture, `view` (H, W, 3).

    `crop_box` is where it lies in the original of (height, width) `original_size`: (left, top, right, bottom) in the
    original's pixels; it may exceed the original.
    """

    values: Floats
    view: Bytes
    crop_box: tuple[float, float, float, float]
    original_size: tuple[int, int]
