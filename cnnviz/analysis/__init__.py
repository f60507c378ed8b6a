"""Any nn.Module to a report: sizes, parameters, MACs and receptive fields."""

from cnnviz.analysis.receptive_field import ReceptiveField
from cnnviz.analysis.report import LayerReport, NetworkReport, analyze

__all__ = ["LayerReport", "NetworkReport", "ReceptiveField", "analyze"]
