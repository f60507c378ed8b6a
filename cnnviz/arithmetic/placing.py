"""Thetas of a picture that is turned, scaled and moved: the one that does it, and the one that undoes it.

    >>> [round(number, 3) for number in undoing(side=42, inner=28, degrees=0, scale=1, across=0, down=0)]
    [0.667, 0.0, 0.0, 0.0, 0.667, 0.0]

Degrees are counter-clockwise, as in cnnviz.training.distortions; thetas are those of cnnviz.arithmetic.affine.
"""

import math
from dataclasses import dataclass

from cnnviz.arithmetic.affine import Theta, amounts_of, composed, determinant, inverse, product

AMOUNTS = ("degrees", "scale", "across", "down")


def undoing(*, side: int, inner: int, degrees: float, scale: float, across: float, down: float) -> Theta:
    """Return the theta whose box holds exactly the picture of `inner` pixels that was placed on a canvas of `side`.

    It was turned by `degrees` and made `scale` times as large; its middle went from the canvas's `across` pixels to the
    right and `down` pixels down.
    """
    share = inner * scale / side
    return composed(rotation=-degrees, scale=(share, share), shear=0.0, shift=(2 * across / side, 2 * down / side))


def placed_of(theta: Theta, *, side: int, inner: int) -> tuple[float, float, float, float]:
    """Return the AMOUNTS of the picture of `inner` pixels that theta's box would hold exactly, or best: the way back.

    The scale is that of the box's area, so a shear or two scales are lost.
    """
    found = amounts_of(theta)
    scale = math.sqrt(abs(determinant(theta))) * side / inner
    return -found.rotation, scale, found.shift[0] * side / 2, found.shift[1] * side / 2


def placing(*, side: int, degrees: float, scale: float, across: float, down: float) -> Theta:
    """Return the theta that turns, scales and moves a picture of `side` pixels on a canvas of the same size."""
    return inverse(undoing(side=side, inner=side, degrees=degrees, scale=scale, across=across, down=down))


@dataclass(frozen=True)
class Lattice:
    """Along one axis, which place of an input of `side` pixels each of a map's `length` units stands for.

    Unit j is the middle of the `size` pixels from j · stride - padding on: its receptive field.
    """

    side: int
    length: int
    size: int
    stride: int
    padding: int

    @property
    def factor(self) -> float:
        """How far the input's coordinate goes where the map's goes by one, both in [-1, 1] from edge to edge."""
        return self.stride * self.length / self.side

    @property
    def offset(self) -> float:
        """The input's coordinate in the middle of the map; 0 where the map is centred on the input."""
        middle = (self.length - 1) / 2 * self.stride - self.padding + (self.size - 1) / 2
        return (2 * middle + 1) / self.side - 1


def carried(theta: Theta, rows: Lattice, columns: Lattice) -> Theta:
    """Return the theta that does to a map what `theta` does to the input that the map was made of.

    They are the same numbers where the map covers what the input covers; else the shift differs.
    """
    across = columns.factor, 0.0, columns.offset, 0.0, rows.factor, rows.offset
    return product(product(inverse(across), theta), across)
