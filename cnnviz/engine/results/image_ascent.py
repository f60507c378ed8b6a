"""Pictures that gradient steps made, and what a network answers to them."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cnnviz.engine.results.values import Bytes, Floats, Sized


@dataclass(frozen=True, eq=False)
class Excited(Sized):
    """An image that excites a channel: `values` (C, H, W) as the network gets it, `pixels` (H, W, 3) as a picture.

    `mean` is that of the channel's map, `middle` the unit in the middle of it, and `strongest` its greatest; `still`
    tells that the last steps found no gradient to follow.
    """

    values: Floats
    pixels: Bytes
    mean: float
    middle: float
    strongest: float
    still: bool
    device: str
    note: str


@dataclass(frozen=True, eq=False)
class Fooled(Sized):
    """The picture that a network gets, `view` (H, W, 3), and the way of each of its values: up, down or neither.

    `raised` and `lowered` are (H, W, 3); `logits` and `probabilities` (N, K) are the network's after 0, 1, 2, ...
    levels of 255 on that way.
    """

    view: Bytes
    raised: NDArray[np.bool_]
    lowered: NDArray[np.bool_]
    logits: Floats
    probabilities: Floats
    device: str
    note: str

    def pixels(self, levels: int) -> Bytes:
        """Return the picture after so many levels, (H, W, 3)."""
        way = self.raised.astype(np.int16) - self.lowered
        made: Bytes = (self.view + levels * way).clip(0, 255).astype(np.uint8)
        return made
