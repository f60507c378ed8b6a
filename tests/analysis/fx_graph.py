"""The data flow of a network as torch.fx traces it, between the layers that cnnviz names alike."""

import re
from collections import Counter, defaultdict

from timm.models._features_fx import get_notrace_functions, get_notrace_modules
from torch import fx, nn
from torchvision.models.feature_extraction import NodePathTracer


class Tracer(NodePathTracer):
    """Names nodes by their modules, and takes timm's modules and functions whole that fx cannot follow."""

    def __init__(self):
        super().__init__(leaf_modules=[*get_notrace_modules()], autowrap_functions=[*get_notrace_functions()])

    def _get_node_qualname(self, path, node):
        if node.op == "call_module":
            return path
        return ".".join(filter(None, (path, re.sub(r"(?<=.)_\d+$", "", str(node)).strip("_"))))


def flow_of_fx(model: nn.Module) -> dict[str, set[str]]:
    """Return for every node of fx's trace which others it reads, by names as in cnnviz.calls."""
    tracer = Tracer()
    graph = tracer.trace(model)
    names, used = {}, Counter()
    for node in graph.nodes:
        if node.op == "output" or (node.op == "placeholder" and not node.args):  # one with a default is no tensor
            names[node] = node.op
        elif node.op != "placeholder" and not _is_number(node):
            name = tracer.node_to_qualname.get(node, str(node))
            names[node] = f"{name}_{used[name]}" if used[name] else name
            used[name] += 1
    return {name: {names[each] for each in node.all_input_nodes if each in names} for node, name in names.items()}


def _is_number(node: fx.Node) -> bool:
    """Return whether a node calculates with sizes, and has no tensor."""
    if node.op == "call_function" and node.target is getattr:
        return node.args[1] in ("shape", "device", "dtype", "ndim")
    if node.op == "call_method" and node.target in ("size", "dim", "numel"):
        return True
    return node.op == "call_function" and bool(node.all_input_nodes) and all(map(_is_number, node.all_input_nodes))


def alike(ours: dict[str, set[str]], theirs: dict[str, set[str]]) -> set[str]:
    """Return the names that both use, but for those of functions that one of them has told more often than the other.

    fx tells of every tuple's items as getitem, torch of tensors' alone, and fx cannot tell all sizes from tensors.
    """
    counts = [Counter(_stem(name) for name in each) for each in (ours, theirs)]
    alike = {name for name in ours.keys() & theirs.keys() if counts[0][_stem(name)] == counts[1][_stem(name)]}
    return {name for name in alike if not _stem(name).endswith("getitem")}


def _stem(name: str) -> str:
    return re.sub(r"_\d+$", "", name)


def between(reads: dict[str, set[str]], kept: set[str]) -> set[tuple[str, str]]:
    """Return the edges between nodes of `kept` when all others are contracted into what they read."""
    seen: dict[str, frozenset[str]] = {}

    def sources(name: str) -> frozenset[str]:
        if name in kept:
            return frozenset((name,))
        if name not in seen:
            seen[name] = frozenset().union(*map(sources, reads.get(name, ())))
        return seen[name]

    return {(source, name) for name in kept for each in reads.get(name, ()) for source in sources(each)}


def flow_of_graph(graph) -> dict[str, set[str]]:
    """Return for every node of a NetworkGraph which others it reads, by name."""
    names = [{"input": "placeholder"}.get(node.kind, node.name) for node in graph.nodes]
    reads: dict[str, set[str]] = defaultdict(set, {name: set() for name in names})
    for edge in graph.edges:
        reads[names[edge.target]].add(names[edge.source])
    return reads
