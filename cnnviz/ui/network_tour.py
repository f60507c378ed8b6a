"""The tour over the map of a network that is one of the gallery's, whatever its layers are called.

>>> tour_over("model:resnet50", report.graph, (1, 3, 224, 224))["name"]
'resnet'
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from cnnviz.design import LIBRARY
from cnnviz.design.totals import of_text
from cnnviz.graph import NetworkGraph, Node
from cnnviz.ui.catalogue import NETWORKS
from cnnviz.ui.tours import told, tour_through


def tour_over(net: str, graph: NetworkGraph, input_size: tuple[int, ...]) -> dict[str, Any] | None:
    """Return what the map of a network's text on an input (N, C, H, W) is sent of its tour; None where it has none.

    The steps name the gallery's layers. Those of torchvision's ResNet-50 have other names, so they are found by what
    they are: a network of other layers, or of other lines between them, has no tour.
    """
    for name in _namesakes(net):
        tour = tour_through(name)
        named = graph if net == NETWORKS[name].text else _as_in_gallery(name, graph, input_size)
        if tour is not None and named is not None:
            return told(tour, name, named)
    return None


def _namesakes(net: str) -> Iterator[str]:
    """Give the names of the gallery's networks that a text may mean: `model:alexnet` may be one of three AlexNets."""
    called = net.removeprefix(LIBRARY).removeprefix("timm/") if net.startswith(LIBRARY) else None
    for name, network in NETWORKS.items():
        if net == network.text or called in (name, name.partition("-")[0]):
            yield name


def _as_in_gallery(name: str, graph: NetworkGraph, input_size: tuple[int, ...]) -> NetworkGraph | None:
    """Return a graph with the names that the gallery's network has for its layers; None where it is another network."""
    text = NETWORKS[name].text
    other = None if text.startswith(LIBRARY) else of_text(text, input_size, 4).graph
    if other is None or graph.edges != other.edges or list(map(_facts, graph.nodes)) != list(map(_facts, other.nodes)):
        return None
    pairs = zip(graph.nodes, other.nodes, strict=True)
    return replace(graph, nodes=tuple(replace(node, name=known.name) for node, known in pairs))


def _facts(node: Node) -> tuple[object, ...]:
    """Return what a layer is, whatever it is called."""
    costs = node.layer and (node.layer.parameters, node.layer.macs)
    return node.kind.lower(), node.size, costs
