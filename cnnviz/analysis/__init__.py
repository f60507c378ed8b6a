"""Any nn.Module to a report: sizes, parameters, MACs, memory and receptive fields.

    >>> from torch import nn
    >>> from cnnviz.analysis import analyze
    >>> report = analyze(nn.Sequential(nn.Conv2d(3, 10, 5, padding=2), nn.ReLU()), (1, 3, 32, 32))
    >>> report.parameters, report.macs, report.unknown
    (760, 768000, ())

Where `report.unknown` names operations, their cost is missing from `report.macs`; teach it by
`cnnviz.analysis.register_cost(op, function)`.
"""

from cnnviz.analysis.costs import register_cost
from cnnviz.analysis.operations import Operation
from cnnviz.analysis.report import LayerReport, NetworkReport, analyze
from cnnviz.arithmetic import Memory, ReceptiveField, Training

__all__ = [
    "LayerReport",
    "Memory",
    "NetworkReport",
    "Operation",
    "ReceptiveField",
    "Training",
    "analyze",
    "register_cost",
]
