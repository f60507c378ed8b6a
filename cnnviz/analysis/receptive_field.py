"""The receptive field of a layer, as it is shown."""

from dataclasses import dataclass, field
from fractions import Fraction

from cnnviz.analysis.field import Field, Lost
from cnnviz.analysis.operations import Shape
from cnnviz.arithmetic.bounds import Span, constant

Number = int | Fraction


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

    size: tuple[int, ...] | None
    stride: tuple[Number, ...]
    padding: tuple[int, ...]
    spans: tuple[Span, ...] = field(repr=False)

    def box(self, *unit: int) -> tuple[int, ...]:
        """Return (top, left, bottom, right) of the unit at (row, column): input pixels, half-open, not clipped.

        In 1-D and 3-D: the starts along every axis, then the ends.
        """
        pairs = tuple(zip(self.spans, unit, strict=True))
        return (*(span.first(index) for span, index in pairs), *(span.last(index) + 1 for span, index in pairs))


def receptive_field(found: Field | None, shape: Shape) -> tuple[ReceptiveField | None, str]:
    """Return the receptive field of a layer of size `shape`, or None and the reason in a sentence."""
    if found is None:
        return None, ""
    spans = []
    for axis, extent in zip(found.axes, found.image, strict=True):
        if isinstance(axis, Lost):
            return None, f"No one receptive field describes this layer: {axis.why}."
        spans.append(_clipped(axis, extent))
    size = None if all(span.whole for span in spans) else tuple(_extent(span, shape) for span in spans)
    strides = (max(span.slopes) for span in spans)
    stride = tuple(int(step) if step.denominator == 1 else step for step in strides)
    return ReceptiveField(size, stride, tuple(-span.first(0) for span in spans), tuple(spans)), ""


def _clipped(span: Span, extent: int) -> Span:
    return constant(max(span.first(0), 0), min(span.last(0), extent - 1), whole=True) if span.whole else span


def _extent(span: Span, shape: Shape) -> int:
    units = 1 if span.dim is None else min(span.period, shape[span.dim])
    return max(span.last(index) - span.first(index) + 1 for index in range(units))
