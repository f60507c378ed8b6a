"""How every kind of request is computed: a new kind is a new file with its own ROWS, named here."""

from typing import Any

from cnnviz.engine import (
    analysis,
    connecting,
    convolving,
    effective,
    equivariance,
    forward,
    interpolating,
    layers,
    pooling,
    probing,
    reading,
    strongest,
    sweeping,
    transforming,
    warping,
)
from cnnviz.engine.run import Row, Run

__all__ = ["ROWS", "Row", "Run"]

ROWS: dict[type, Row] = {
    **analysis.ROWS,
    **layers.ROWS,
    **forward.ROWS,
    **probing.ROWS,
    **strongest.ROWS,
    **convolving.ROWS,
    **effective.ROWS,
    **reading.ROWS,
    **pooling.ROWS,
    **connecting.ROWS,
    **sweeping.ROWS,
    **warping.ROWS,
    **transforming.ROWS,
    **interpolating.ROWS,
    **equivariance.ROWS,
}


def row_of(request: Any) -> Row:
    """Return a request's row; TypeError for what is no known request."""
    try:
        return ROWS[type(request)]
    except KeyError:
        raise TypeError(f"{type(request).__name__} has no row in cnnviz.engine.registry.") from None
