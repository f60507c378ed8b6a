"""The numbers of a network's map, a row a measure: what follows from sizes, and what was measured in a real run."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnviz.arithmetic import LayerRecord
from cnnviz.graph import NetworkGraph, Node

MEASURES = ("parameters", "macs", "memory", "field")
TIME, ZEROS = MEASURED = ("time", "zeros")
_NONE = float("nan")


@dataclass(frozen=True)
class Measured:
    """What a run gave: `name` is TIME or ZEROS, `values` the seconds or the shares by a call's name.

    `note` is a sentence that stands below the map.
    """

    name: str
    values: Mapping[str, float]
    note: str


def numbers_of(graph: NetworkGraph, measures: tuple[str, ...], measured: Measured | None) -> NDArray[np.float64]:
    """Return (M + 1, N): a row for each of `measures`, NaN where there is none, and the number of each node's outputs.

    A receptive field is its larger side in pixels, infinite where a unit sees the whole image whatever its size. The
    time of a node is also that of what hands on its output.
    """
    rows = [[_number(measure, node, measured) for node in graph.nodes] for measure in measures]
    outputs = [_NONE if node.layer is None else prod(node.size) for node in graph.nodes]
    return np.array([*rows, outputs], np.float64).reshape(len(measures) + 1, len(graph.nodes))


def _number(measure: str, node: Node, measured: Measured | None) -> float:
    layer: Any = node.layer
    if layer is None:
        return _NONE
    if measure in MEASURED:
        return _NONE if measured is None or measured.name != measure else _of_run(measured, node)
    return _field(layer) if measure == "field" else float(getattr(layer, measure))


def _of_run(measured: Measured, node: Node) -> float:
    values = measured.values
    if measured.name == ZEROS:
        return values.get(node.name, _NONE)
    spent = [values[name] for name in (node.name, *(each.name for each in node.identities)) if name in values]
    return sum(spent) if spent else _NONE


def _field(layer: LayerRecord) -> float:
    field = layer.receptive_field
    if field is None:
        return _NONE
    return float("inf") if field.size is None else float(max(field.size))
