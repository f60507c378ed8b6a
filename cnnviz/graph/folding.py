"""The blocks that a graph folds into: its modules, and like modules in a row as one block that counts them.

A block is a stretch of nodes in the order of execution. However many are closed, no edge then leads back, which it
could if a module that runs twice were one block.
"""

from collections.abc import Hashable, Iterator
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Union

from cnnviz.graph.network_graph import NetworkGraph

Item = Union["Block", int]


@dataclass(frozen=True)
class Block:
    """The nodes from `first` to `last`. `items` are the blocks and nodes that it opens into, in their order.

    `kind` is the module's class. Of a block of like modules, `count` is how many, and `name` that of the first of them,
    or of the module that holds nothing else; it is 1 for any other.
    """

    name: str
    kind: str
    first: int
    last: int
    items: tuple[Item, ...]
    count: int = 1


def fold(graph: NetworkGraph) -> tuple[Item, ...]:
    """Return the outermost blocks of a graph and the nodes between them, in the order of execution.

    A module that holds one thing alone is that thing.
    """
    reads: dict[int, list[int]] = {place: [] for place in range(len(graph.nodes))}
    for edge in graph.edges:
        reads[edge.target].append(edge.source)

    def look(block: Block) -> Hashable:
        """Return what two blocks have in common that are alike: layers, sizes, numbers, and what each reads."""
        return tuple(
            (
                node.kind,
                node.size,
                len(node.identities),
                node.layer and (node.layer.parameters, node.layer.macs),
                tuple(max(-1, source - block.first) for source in reads[block.first + place]),
            )
            for place, node in enumerate(graph.nodes[block.first : block.last + 1])
        )

    def items(places: range, depth: int) -> Iterator[Item]:
        for name, group in groupby(places, lambda place: graph.nodes[place].path[depth : depth + 1]):
            stretch = list(group)
            if not name:
                yield from stretch
                continue
            inner = counted(list(items(range(stretch[0], stretch[-1] + 1), depth + 1)))
            path = ".".join(graph.nodes[stretch[0]].path[: depth + 1])
            if len(inner) == 1:
                [only] = inner
                yield replace(only, name=path) if isinstance(only, Block) and only.count > 1 else only
                continue
            yield Block(path, graph.modules.get(path, ""), stretch[0], stretch[-1], inner)

    def counted(found: list[Item]) -> tuple[Item, ...]:
        """Return the items with like blocks in a row as one."""
        made: list[Item] = []
        for _, group in groupby(found, lambda item: look(item) if isinstance(item, Block) else item):
            alike = list(group)
            first, last = alike[0], alike[-1]
            if len(alike) == 1 or not isinstance(first, Block) or not isinstance(last, Block):
                made += alike
            else:
                made.append(Block(first.name, first.kind, first.first, last.last, tuple(alike), len(alike)))
        return tuple(made)

    return counted(list(items(range(len(graph.nodes)), 0)))
