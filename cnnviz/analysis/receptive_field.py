"""The receptive field of a layer, from what was followed through the trace."""

from cnnviz.analysis.field import Field, Lost
from cnnviz.analysis.operations import Shape
from cnnviz.arithmetic.bounds import Span, constant
from cnnviz.arithmetic.receptive_field import ReceptiveField


def receptive_field(found: Field | None, shape: Shape) -> tuple[ReceptiveField | None, str]:
    """Return the receptive field of a layer of size `shape`, or None and the reason in a sentence."""
    if found is None:
        return None, ""
    spans = []
    for axis, extent in zip(found.axes, found.image, strict=True):
        if isinstance(axis, Lost) and len(shape) == len(found.image) + 2 and axis.flat:
            # A unit is all of its channels.
            axis = axis.gathered((1,), shape) or axis
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
