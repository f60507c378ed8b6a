"""Blocks whose branches read one tensor and are concatenated, as those of Inception and SqueezeNet.

>>> from cnnviz.design.totals import of_text
>>> graph = of_text("Conv 8 1, Inception 4 2/6 2/3 3, ReLU", (1, 3, 9, 9), 4).graph
>>> [block] = branched_blocks(graph)
>>> [[graph.nodes[place].kind for place in branch] for branch in block.branches][1]
['Conv2d', 'ReLU', 'Conv2d', 'ReLU']
"""

from collections.abc import Iterable
from dataclasses import dataclass

from cnnviz.arithmetic import LayerRecord
from cnnviz.arithmetic.families import family
from cnnviz.graph.network_graph import NetworkGraph

_CONCATENATIONS = frozenset(("cat", "concat", "concatenate"))
Branch = tuple[int, ...]


@dataclass(frozen=True)
class BranchedBlock:
    """Places of nodes: what all branches read, the layers of each branch in their order, and what concatenates them."""

    source: int
    branches: tuple[Branch, ...]
    join: int


def branched_blocks(graph: NetworkGraph) -> tuple[BranchedBlock, ...]:
    """Return the blocks of two branches or more, each of layers one after the other, in the order of execution.

    A concatenation with a branch of no layers, as in DenseNet, or of branches that part or join within, is none; nor is
    one of branches without weights, as of colours that are scaled one by one.
    """
    reads: dict[int, list[int]] = {}
    for edge in graph.edges:
        reads.setdefault(edge.target, []).append(edge.source)
    found = []
    for join, node in enumerate(graph.nodes):
        if node.kind.lower() not in _CONCATENATIONS:
            continue
        lines = [_line(place, reads) for place in reads.get(join, [])]
        shared = set.intersection(*map(set, lines)) if len(lines) > 1 else set()
        if not shared:
            continue
        source = max(shared)
        branches = tuple(tuple(reversed(line[: line.index(source)])) for line in lines)
        if all(branches) and any(_has_weights(graph, branch) for branch in branches):
            found.append(BranchedBlock(source, branches, join))
    return tuple(found)


def _has_weights(graph: NetworkGraph, branch: Branch) -> bool:
    return any(layer.parameters for place in branch if (layer := graph.nodes[place].layer))


def _line(place: int, reads: dict[int, list[int]]) -> list[int]:
    """Return a node, the one that it reads, and so on, to the first that reads none or several."""
    line = [place]
    while len(sources := reads.get(line[-1], [])) == 1:
        line.append(sources[0])
    return line


def without_reduction(branch: Iterable[LayerRecord], channels: int) -> int:
    """Return the MACs of a branch that reads so many channels, its 1x1 convolutions before larger ones left out.

    A larger convolution then reads all those channels itself; one alone, or behind a pooling, stays as it is.
    """
    total, reduced = 0, None
    for layer in branch:
        if family(layer.kind) != "conv" or layer.taps is None or layer.output_size is None:
            continue
        single = set(layer.taps[0]) == {1}
        if single and reduced is None:
            reduced = layer
        elif reduced is not None and reduced.output_size is not None:
            total += layer.macs * channels // reduced.output_size[1]
            reduced, channels = None, layer.output_size[1]
        else:
            total += layer.macs
    return total + (reduced.macs if reduced else 0)
