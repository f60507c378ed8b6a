"""The graph of a network at one input size: its layers in the order of execution, and every tensor between them."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from cnnviz.arithmetic import LayerRecord
from cnnviz.arithmetic.record import Size

INPUT, OUTPUT = "input", "output"


@dataclass(frozen=True)
class Node:
    """A layer, a function between layers, or an input or the output of the network, whose kinds are INPUT and OUTPUT.

    `size` is that of what it gives, (N, C, ...), the batch included. `layer` has its numbers, None for inputs and the
    output. `identities` are layers that handed on its output as it is, the very same tensor: Identity, and Dropout
    outside training. They make nothing, so they are no nodes. `channels` is the axis of its channels, None where
    nothing tells which it is.
    """

    name: str
    kind: str
    size: Size
    layer: LayerRecord | None = None
    identities: tuple[LayerRecord, ...] = ()
    channels: int | None = 1

    @property
    def path(self) -> tuple[str, ...]:
        """The modules around it, outermost first."""
        return tuple(self.name.split(".")[:-1])


@dataclass(frozen=True)
class Edge:
    """`target` reads what `source` gives: places of nodes, and the sizes of the tensors, mostly one."""

    source: int
    target: int
    sizes: tuple[Size, ...]


@dataclass(frozen=True)
class NetworkGraph:
    """Nodes in the order of execution, so that every edge leads to a later node; edges in the order of their targets.

    A tensor that is made of parameters alone has a node without edges that lead to it. `modules` are the kinds of the
    modules that other modules lie in, by name: {"layer1.0": "Bottleneck"}.
    """

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    modules: Mapping[str, str] = field(default_factory=dict)

    def place(self, name: str) -> int | None:
        """Return the place of the node that is, or hands on to, the layer of this name; None where there is none."""
        for place, node in enumerate(self.nodes):
            if node.layer and name in (node.name, *(each.name for each in node.identities)):
                return place
        return None
