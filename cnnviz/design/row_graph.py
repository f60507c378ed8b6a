"""The graph of a network of rows: what each call reads, blocks and their branches opened."""

from collections.abc import Iterable

from cnnviz.arithmetic.record import Size
from cnnviz.design.evaluation import Line
from cnnviz.graph.network_graph import INPUT, OUTPUT, Edge, NetworkGraph, Node

# They hand on the tensor itself where a network is not in training, and Flatten where there is nothing to flatten.
_HANDING_ON = frozenset(("Identity", "Dropout", "Dropout1d", "Dropout2d", "Dropout3d", "Flatten"))


def graph_of_rows(lines: Iterable[Line], input_size: Size) -> NetworkGraph:
    """Return the graph of evaluated rows up to the first that cannot work, on an input (N, C, ...).

    It is that of cnnviz.analyze for the network that is built of them.
    """
    nodes = [Node(INPUT, INPUT, input_size)]
    edges: list[Edge] = []
    modules: dict[str, str] = {}
    last = 0
    for line in lines:
        if not line.output_size:
            break
        if line.inside:
            modules[line.name] = line.kind
        # Where the tensor lies that each call gives, what arrives first.
        made = [last]
        for call, leaf in zip(line.inside or (line,), line.leaves, strict=True):
            source = made[leaf.reads[0]]
            if call.kind in _HANDING_ON and leaf.layer.output_size == nodes[source].size:
                node = nodes[source]
                nodes[source] = Node(node.name, node.kind, node.size, node.layer, (*node.identities, call))
                made.append(source)
                continue
            reads = sorted({made[place] for place in leaf.reads})
            edges += [Edge(each, len(nodes), (nodes[each].size,)) for each in reads]
            if leaf.in_place and leaf.row:
                # Whatever reads that tensor later reads what is written now.
                made = [len(nodes) if place == source else place for place in made]
            made.append(len(nodes))
            nodes.append(Node(call.name, call.kind, leaf.layer.output_size, call))
        last = made[-1]
    edges.append(Edge(last, len(nodes), (nodes[last].size,)))
    nodes.append(Node(OUTPUT, OUTPUT, nodes[last].size))
    return NetworkGraph(tuple(nodes), tuple(edges), modules)
