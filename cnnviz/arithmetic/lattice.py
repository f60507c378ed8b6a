"""Where on a picture the units of a feature map lie, and what that makes of a theta."""

from dataclasses import dataclass

from cnnviz.arithmetic.affine import Theta, inverse, product


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
