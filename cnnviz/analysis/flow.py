"""The graph of a trace: which call reads what which call made, through views and what is written in place.

A tensor is made by the calls whose work is in its memory: mostly one, several where a part of it was overwritten.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from math import prod

from cnnviz.analysis.channel_axes import channel_axes
from cnnviz.analysis.functions import RESHAPING, words
from cnnviz.analysis.operations import Operation, Shape, Trace, Value
from cnnviz.arithmetic import LayerRecord
from cnnviz.graph.network_graph import INPUT, OUTPUT, Edge, NetworkGraph, Node

# They may return the tensor that they are given, with the numbers that it has.
_KEEPING = RESHAPING | words(
    """
    alpha_dropout bfloat16 broadcast_to contiguous cpu cuda data detach double dropout dropout1d dropout2d dropout3d
    expand feature_alpha_dropout feature_dropout float half requires_grad resolve_conj resolve_neg to type type_as
    """
)
# What only reads an attribute is told as no call of its own.
_UNTOLD = words("data real imag")


class Flow:
    """`makers` are the places of the nodes that made each tensor, by its number, and `sizes` the numbers of the tensors
    that each edge carries. `working` are the nodes that made or overwrote something.
    """

    def __init__(self) -> None:
        self.working: set[int] = set()
        self.makers: dict[int, frozenset[int]] = {}
        self.sizes: dict[tuple[int, int], dict[int, None]] = {}
        self._views: dict[int, tuple[int, Operation]] = {}
        self._lying: dict[int, list[Value]] = {}

    def born(self, value: Value, makers: frozenset[int]) -> None:
        """Note a tensor that was not there before."""
        self.makers[value.number] = makers
        if value.storage >= 0:
            self._lying.setdefault(value.storage, []).append(value)

    def read(self, value: Value, node: int) -> None:
        """Note that a node reads a tensor."""
        for maker in self.makers.get(value.number, ()):
            if maker != node:
                self.sizes.setdefault((maker, node), {})[value.number] = None

    def follow(self, op: Operation, node: int) -> None:
        """Note what an operation of a node reads, makes and overwrites."""
        given = {value.number: value for value in op.inputs}
        if op.name in _UNTOLD:
            makers = frozenset(maker for number in given for maker in self.makers.get(number, ()))
        else:
            makers = frozenset((node,))
        kept = op.name in _KEEPING and all(value.number in given for value in op.outputs)
        if not kept and op.name not in _UNTOLD:
            self.working.add(node)
            for value in given.values():
                self.read(value, node)
        for value in op.outputs:
            if value.number not in self.makers:
                base = next((each for each in given.values() if each.storage == value.storage >= 0), None)
                if base is not None:
                    self._views[value.number] = base.number, op
                self.born(value, makers)
            elif not kept:
                self._overwrite(value, makers)

    def _overwrite(self, written: Value, makers: frozenset[int]) -> None:
        self.makers[written.number] = makers
        around = self._around(written)
        sizes = {each.number: prod(each.shape) for each in self._lying.get(written.storage, ())}
        for other in self._lying.get(written.storage, ()):
            ways = self._around(other)
            shared = next((number for number in around if number in ways), None)
            if other.number == written.number or shared is None or self._apart(around, ways, shared):
                continue
            # All of what both are views of is overwritten, or a part.
            whole = sizes[written.number] >= sizes[shared]
            self.makers[other.number] = makers if whole else self.makers[other.number] | makers

    def _around(self, value: Value) -> list[int]:
        """Return a tensor, what it is a view of, and so on."""
        way = [value.number]
        while way[-1] in self._views:
            way.append(self._views[way[-1]][0])
        return way

    def _apart(self, one: list[int], other: list[int], shared: int) -> bool:
        """Return whether two views are of different parts of one tensor that was split."""
        places = one.index(shared), other.index(shared)
        if not all(places):
            return False
        first, second = one[places[0] - 1], other[places[1] - 1]
        return first != second and self._views[first][1] is self._views[second][1]


def graph_of(trace: Trace, layers: Sequence[LayerRecord], sizes: Sequence[Shape]) -> NetworkGraph:
    """Return the graph of a trace whose calls have the numbers of `layers`; `sizes` are those of its tensors."""
    flow, axes = Flow(), channel_axes(trace)
    nodes: list[Node] = []
    names = [INPUT] if len(trace.inputs) == 1 else [f"{INPUT}{place}" for place in range(1, len(trace.inputs) + 1)]
    for name, value in zip(names, trace.inputs, strict=True):
        flow.born(value, frozenset((len(nodes),)))
        nodes.append(Node(name, INPUT, sizes[value.number]))
    identities: dict[int, list[LayerRecord]] = {}
    for call, layer in zip(trace.calls, layers, strict=True):
        place = len(nodes)
        for operation in call.operations:
            flow.follow(operation, place)
        makers = flow.makers.get(call.output.number)
        if makers is None:
            # Made in a way that is not watched, of numbers in the code.
            flow.born(call.output, frozenset((place,)))
        elif place not in flow.working:
            identities.setdefault(max(makers), []).append(layer)
            continue
        channels = axes.get(call.output.number)
        nodes.append(Node(call.name, call.kind, layer.output_size or (), layer, channels=channels))
    for value in trace.outputs:
        flow.read(value, len(nodes))
    nodes.append(Node(OUTPUT, OUTPUT, sizes[trace.outputs[0].number] if trace.outputs else ()))
    shown = [_with(node, identities.get(place, ())) for place, node in enumerate(nodes)]
    return NetworkGraph(tuple(shown), tuple(_edges(flow.sizes, sizes)), trace.modules)


def _with(node: Node, identities: Iterable[LayerRecord]) -> Node:
    return replace(node, identities=tuple(identities))


def _edges(found: Mapping[tuple[int, int], Iterable[int]], sizes: Sequence[Shape]) -> Iterable[Edge]:
    for source, target in sorted(found, key=lambda pair: (pair[1], pair[0])):
        yield Edge(source, target, tuple(sizes[number] for number in found[source, target]))
