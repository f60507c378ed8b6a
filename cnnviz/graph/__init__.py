"""A network as a graph: which layer reads which layer's output, and the blocks that it folds into. Plain Python."""

from cnnviz.graph.folding import Block, fold
from cnnviz.graph.network_graph import Edge, NetworkGraph, Node

__all__ = ["Block", "Edge", "NetworkGraph", "Node", "fold"]
