"""How a picture is placed on a canvas, and the thetas that place it and that take it back.

    >>> [round(number, 3) + 0.0 for number in similarity(right=7).theta(28)]
    [1.0, 0.0, -0.5, 0.0, 1.0, 0.0]
    >>> [round(number, 3) for number in Pose().box(42, 28)]
    [0.667, 0.0, 0.0, 0.0, 0.667, 0.0]

Thetas are those of cnnviz.arithmetic.affine. A size is (height, width) in pixels, or the one side of a square.
"""

import math
from dataclasses import dataclass, replace

from cnnviz.arithmetic.affine import SINGULAR, Point, Theta, composed, inverse

Size = int | tuple[int, int]

AXES = ("degrees", "scale", "right", "down")


@dataclass(frozen=True)
class Pose:
    """A picture is scaled (x, y) about its middle, sheared along x, rotated, and shifted.

    A negative scale mirrors; `degrees` are counter-clockwise; `right` and `down` are how many pixels of the canvas its
    middle lies off the canvas's. On a canvas of side 2 they are the last column of a theta.
    """

    degrees: float = 0.0
    scale: Point = (1.0, 1.0)
    shear: float = 0.0
    right: float = 0.0
    down: float = 0.0

    @property
    def size(self) -> float:
        """How many times as large the picture is, as its area tells."""
        return math.sqrt(abs(self.scale[0] * self.scale[1]))

    def box(self, canvas: Size, picture: Size | None = None) -> Theta:
        """Return the theta whose box on the canvas holds exactly the picture, by default one of the canvas's size.

        A spatial transformer that has found a picture chooses it.
        """
        (high, wide), (tall, broad) = _sides(canvas), _sides(canvas if picture is None else picture)
        shift = 2 * self.right / wide, 2 * self.down / high
        a, b, c, d, e, f = composed(rotation=0.0 - self.degrees, scale=self.scale, shear=self.shear, shift=shift)
        return a * broad / wide, b * tall / wide, c, d * broad / high, e * tall / high, f

    def theta(self, canvas: Size, picture: Size | None = None) -> Theta:
        """Return the theta that draws the picture, by default one of the canvas's size, in this pose.

        Raises ShapeError where a scale of 0 leaves nothing to be drawn.
        """
        return inverse(self.box(canvas, picture))

    def along(self, axis: str) -> float:
        """Return the amount of one of AXES."""
        return self.size if axis == "scale" else float(getattr(self, axis))

    def changed(self, axis: str, value: float) -> "Pose":
        """Return the pose with another amount of one of AXES."""
        amounts: dict[str, object] = {axis: (value, value) if axis == "scale" else value}
        return replace(self, **amounts)  # type: ignore[arg-type]


UNMOVED = Pose()


def similarity(*, degrees: float = 0.0, scale: float = 1.0, right: float = 0.0, down: float = 0.0) -> Pose:
    """Return the pose of a picture that keeps its shape: the same scale both ways, and no shear."""
    return Pose(degrees, (scale, scale), 0.0, right, down)


def pose_of(box: Theta, canvas: Size, picture: Size | None = None) -> Pose:
    """Return the pose whose box it is, the scale along x never negative; a mirror has a negative one along y.

    A box that is squeezed to nothing along y has no shear to be told: then it is 0.
    """
    (high, wide), (tall, broad) = _sides(canvas), _sides(canvas if picture is None else picture)
    a, b, d, e = box[0] * wide / broad, box[1] * wide / tall, box[3] * high / broad, box[4] * high / tall
    along = math.hypot(a, d)
    cos, sin = (a / along, d / along) if along > SINGULAR else (1.0, 0.0)
    across = cos * e - sin * b
    shear = (cos * b + sin * e) / across if abs(across) > SINGULAR else 0.0
    degrees = 0.0 - math.degrees(math.atan2(sin, cos))
    return Pose(degrees, (along, across), shear, box[2] * wide / 2, box[5] * high / 2)


def _sides(size: Size) -> tuple[int, int]:
    return (size, size) if isinstance(size, int) else size
