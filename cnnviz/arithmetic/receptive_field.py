"""What a unit sees of the image along each axis, followed through layers in exact integers.

>>> from cnnviz.arithmetic import conv2d
>>> reach = through(reach_of_input(2), conv2d((1, 3, 32, 32), out_channels=6, kernel_size=5, padding=2))
>>> reach[0].size, reach[0].stride, reach[0].padding
(5, 1, 2)
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from cnnviz.arithmetic.bounds import Span, constant, identity
from cnnviz.arithmetic.record import Layer, Size
from cnnviz.errors import ShapeError

Number = int | Fraction


@dataclass(frozen=True, slots=True)
class Reach:
    """What the units of a layer see along one axis of the image.

    Positions in the padding count as positions, so a box may lie partly outside the image. After upsampling units
    differ in how much they see; `box` is exact for each of them.
    """

    span: Span
    units: int | None = None

    @property
    def stride(self) -> Number:
        """How many pixels the field moves from one unit to the next: a Fraction after upsampling, 0 for none."""
        step = max(self.span.slopes)
        return int(step) if step.denominator == 1 else step

    @property
    def first(self) -> int:
        """The first pixel that unit 0 sees."""
        return self.span.first(0)

    @property
    def last(self) -> int:
        """The last pixel that unit 0 sees."""
        return self.span.last(0)

    @property
    def size(self) -> int:
        """How many pixels a unit sees; the most where units differ."""
        period = self.span.period
        units = range(period if self.units is None else min(period, self.units))
        return max(last - first + 1 for first, last in map(self.box, units))

    @property
    def padding(self) -> int:
        """How far the field of unit 0 begins before the image."""
        return -self.first

    def box(self, unit: int) -> tuple[int, int]:
        """Return the first and the last pixel that a unit sees, both included; not clipped to the image."""
        return self.span.first(unit), self.span.last(unit)


@dataclass(frozen=True)
class ReceptiveField:
    """Which input pixels a layer's units can depend on; (h, w) for images, one or three numbers in 1-D and 3-D.

    `size` is the extent of one unit's field in pixels, None where every unit sees the whole image; `stride` by how many
    pixels the field moves from one unit to the next, a Fraction after upsampling, 0 along an axis where all units see
    the same; `padding` how far the field of unit (0, 0) begins before the image. After upsampling units differ: `size`
    is the largest, and `box` is exact for each.

    The field is that of all channels together. Positions in the padding count as positions, whatever fills them, so a
    unit at the border may see less of the image than its box. Araujo et al., "Computing Receptive Fields of
    Convolutional Neural Networks", Distill 2019.
    """

    size: Size | None
    stride: tuple[Number, ...]
    padding: tuple[int, ...]
    spans: tuple[Span, ...] = field(repr=False)

    def box(self, *unit: int) -> tuple[int, ...]:
        """Return (top, left, bottom, right) of the unit at (row, column): input pixels, half-open, not clipped.

        In 1-D and 3-D: the starts along every axis, then the ends.
        """
        pairs = tuple(zip(self.spans, unit, strict=True))
        return (*(span.first(index) for span, index in pairs), *(span.last(index) + 1 for span, index in pairs))


def receptive_field(reach: tuple[Reach, ...] | None, image: Size) -> ReceptiveField | None:
    """Return the field of a layer from its reach over an image whose axes of positions have the sizes `image`.

    A reach of None is the whole image. None for what sees its own position alone of an input without positions.
    """
    if reach is None:
        spans = tuple(constant(0, extent - 1, whole=True) for extent in image)
        return ReceptiveField(None, (0,) * len(image), (0,) * len(image), spans)
    if not reach:
        return None
    return ReceptiveField(
        tuple(axis.size for axis in reach),
        tuple(axis.stride for axis in reach),
        tuple(axis.padding for axis in reach),
        tuple(axis.span for axis in reach),
    )


def reach_of_input(axes: int) -> tuple[Reach, ...]:
    """Return the reach of an image with so many axes of positions: unit j is pixel j."""
    return tuple(Reach(identity(dim)) for dim in range(2, axes + 2))


def through(reach: tuple[Reach, ...] | None, layer: Layer) -> tuple[Reach, ...] | None:
    """Return the reach of a layer's units from that of its input's units; None stands for the whole image.

    None is said as well where the axes of positions are no longer the image's, as for a Conv1d after a Flatten: what
    its units see is no interval.
    """
    if reach is None or layer.whole:
        return None
    if layer.links is None:
        return reach
    if len(layer.links) != len(reach):
        return None
    axes = zip(reach, layer.links, layer.output_size[2:], strict=True)
    return tuple(Reach(axis.span.through(*links), units) for axis, links, units in axes)


def merged(*reaches: tuple[Reach, ...] | None) -> tuple[Reach, ...] | None:
    """Return the reach of units that see what the units of the same index see in all branches.

    Raises ShapeError when the branches move by different numbers of pixels.
    """
    known = [reach for reach in reaches if reach is not None]
    if len(known) < len(reaches):
        return None
    return tuple(_union(axis) for axis in zip(*known, strict=True))


def _union(axis: Sequence[Reach]) -> Reach:
    first, *others = axis
    strides = sorted({reach.stride for reach in axis})
    if len(strides) > 1:
        steps = " and ".join(map(str, strides))
        raise ShapeError(f"The branches move by {steps} pixels a unit; only branches that move alike can be merged.")
    units = [reach.units for reach in axis if reach.units is not None]
    return Reach(first.span.union(*(reach.span for reach in others)), min(units, default=None))
