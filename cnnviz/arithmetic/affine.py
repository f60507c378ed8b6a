"""Affine maps of the plane as a spatial transformer has them: theta, six numbers, from output to input coordinates.

    >>> theta = composed(rotation=90, scale=(0.5, 0.5), shear=0, shift=(0.25, 0.0))
    >>> [round(number, 6) for number in theta]
    [0.0, -0.5, 0.25, 0.5, 0.0, 0.0]

Theta is (a, b, c, d, e, f), row by row: the output's place (x, y) reads the input at (a x + b y + c, d x + e y + f).
Both run from -1 to 1, x to the right and y down, so a positive rotation turns the box on the input clockwise.
"""

import math

from cnnviz.errors import ShapeError

Theta = tuple[float, float, float, float, float, float]
Point = tuple[float, float]

IDENTITY: Theta = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0)
SINGULAR = 1e-9  # a determinant no larger than this is that of a map onto a line or a point


def composed(*, rotation: float, scale: Point, shear: float, shift: Point) -> Theta:
    """Return rotation · shear · scale, and the shift: a box is scaled (x, y), sheared along x, turned, and shifted."""
    cos, sin = math.cos(math.radians(rotation)), math.sin(math.radians(rotation))
    along, across = scale[0], shear * scale[1]
    return (
        cos * along,
        cos * across - sin * scale[1],
        shift[0],
        sin * along,
        sin * across + cos * scale[1],
        shift[1],
    )


def determinant(theta: Theta) -> float:
    """Return how many times the area of the output its box on the input has; negative where it is mirrored."""
    a, b, _, d, e, _ = theta
    return a * e - b * d


def product(first: Theta, then: Theta) -> Theta:
    """Return the theta of two warps, one after the other.

    The last warp's output is read first: it is first · then, although `first` warps first.
    """
    a, b, c, d, e, f = first
    p, q, r, s, t, u = then
    return (a * p + b * s, a * q + b * t, a * r + b * u + c, d * p + e * s, d * q + e * t, d * r + e * u + f)


def inverse(theta: Theta) -> Theta:
    """Return the theta that leads back; ShapeError where none does."""
    a, b, c, d, e, f = theta
    size = determinant(theta)
    if abs(size) <= SINGULAR:
        raise ShapeError(
            f"This theta has the determinant {a:g} · {e:g} − {_bracketed(b)} · {_bracketed(d)} = 0: all of the output "
            "reads a single line or point of the input, so no theta leads back; change one of the four numbers."
        )
    p, q, s, t = e / size, -b / size, -d / size, a / size
    return p, q, -(p * c + q * f), s, t, -(s * c + t * f)


def applied(theta: Theta, x: float, y: float) -> Point:
    """Return where the output's place (x, y) reads the input."""
    a, b, c, d, e, f = theta
    return a * x + b * y + c, d * x + e * y + f


def _bracketed(value: float) -> str:
    return f"({value:g})" if value < 0 else f"{value:g}"
