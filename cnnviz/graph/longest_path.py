"""How deep a network is: the most convolutions and linear layers that one path through its graph has.

>>> from cnnviz.design.totals import of_text
>>> depth(of_text("Conv 64 3 p1, Basic 64, AdaptiveAvgPool 1, Flatten, Linear 10", (1, 3, 32, 32), 4).graph)
4
"""

from cnnviz.arithmetic.families import family
from cnnviz.graph.network_graph import NetworkGraph, Node


def is_counted(node: Node) -> bool:
    """Return whether a layer is one that a network's depth is counted by: it has weights and mixes its inputs."""
    return node.layer is not None and bool(node.layer.parameters) and family(node.kind) in ("conv", "linear")


def depth(graph: NetworkGraph) -> int:
    """Return the length of the longest path, 0 for a graph without such layers."""
    deepest = [int(is_counted(node)) for node in graph.nodes]
    for edge in graph.edges:
        # Edges are in the order of their targets, and lead to later nodes only: a source is done when it is read.
        reached = deepest[edge.source] + is_counted(graph.nodes[edge.target])
        deepest[edge.target] = max(deepest[edge.target], reached)
    return max(deepest, default=0)
