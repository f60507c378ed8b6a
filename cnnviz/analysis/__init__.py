"""Any nn.Module to a report: sizes, parameters, MACs, memory and receptive fields."""

from cnnviz.analysis.report import LayerReport, NetworkReport, analyze
from cnnviz.arithmetic import Memory, ReceptiveField, Training

__all__ = ["LayerReport", "Memory", "NetworkReport", "ReceptiveField", "Training", "analyze"]
