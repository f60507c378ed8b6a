"""Any nn.Module to a report: sizes, parameters, MACs, memory and receptive fields."""

from cnnviz.analysis.memory import Memory, Training
from cnnviz.analysis.receptive_field import ReceptiveField
from cnnviz.analysis.report import LayerReport, NetworkReport, analyze

__all__ = ["LayerReport", "Memory", "NetworkReport", "ReceptiveField", "Training", "analyze"]
