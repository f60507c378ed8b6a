"""Equivariance layer by layer as a table."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    # It imports torch.
    from cnnviz.probes.equivariance import LayerGap

_PARTS = {"inside": "interior", "border": "border", "all": "whole", "nearest whole shift": "nearest"}


def columns(gaps: "Sequence[LayerGap]") -> dict[str, list[object]]:
    """Return all numbers of all layers by column; None where a layer has no such units."""
    found: dict[str, list[object]] = {
        "layer": [gap.name for gap in gaps],
        "kind": [gap.kind for gap in gaps],
        "maps": ["×".join(map(str, gap.maps)) for gap in gaps],
        "stride": ["×".join(map(str, gap.stride or ())) for gap in gaps],
        "units down": [str(gap.moved[0]) if gap.moved else "" for gap in gaps],
        "units right": [str(gap.moved[1]) if gap.moved else "" for gap in gaps],
    }
    for name, attribute in _PARTS.items():
        each = [getattr(gap, attribute) for gap in gaps]
        found[f"{name}, units"] = [one.units if one else 0 for one in each]
        found[f"{name}, largest"] = [one.largest if one else None for one in each]
        found[f"{name}, relative"] = [one.relative if one else None for one in each]
    return found
