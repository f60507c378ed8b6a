"""Depth: what the papers say of their networks, and the longest of all paths where they can be walked one by one."""

import pytest
import torch
import torchvision.models as tv
from hypothesis import given
from hypothesis import strategies as st

from cnnviz.analysis import analyze
from cnnviz.arithmetic import LayerRecord
from cnnviz.graph import Edge, NetworkGraph, Node
from cnnviz.graph.longest_path import depth


@pytest.mark.parametrize(("make", "named"), [
    (tv.alexnet, 8), (tv.vgg16, 16), (tv.vgg19, 19), (tv.googlenet, 22), (tv.resnet18, 18), (tv.resnet50, 50),
    (tv.resnet152, 152), (tv.densenet121, 121),
])  # fmt: skip
def test_a_network_is_as_deep_as_its_paper_says(make, named):
    with torch.device("meta"):
        model = make(init_weights=False) if make is tv.googlenet else make()
    assert depth(analyze(model).graph) == named


@st.composite
def graphs(draw):
    kinds = draw(st.lists(st.sampled_from(["Conv2d", "Linear", "ReLU", "add"]), min_size=1, max_size=9))
    nodes = tuple(
        Node(str(place), kind, (1,), LayerRecord(str(place), kind, (1,), int(kind in ("Conv2d", "Linear")), 0, 4))
        for place, kind in enumerate(kinds)
    )
    edges = [
        Edge(source, target, ((1,),))
        for target in range(1, len(nodes))
        for source in sorted(draw(st.sets(st.integers(0, target - 1), max_size=3)))
    ]
    return NetworkGraph(nodes, tuple(edges))


@given(graphs())
def test_no_path_is_longer_and_one_is_as_long(graph):
    reads = {place: [edge.target for edge in graph.edges if edge.source == place] for place in range(len(graph.nodes))}

    def paths(place):
        yield [place]
        for target in reads[place]:
            yield from ([place, *rest] for rest in paths(target))

    # Parameters are what the layers of these graphs are told apart by.
    longest = max(
        sum(graph.nodes[place].layer.parameters for place in path)
        for start in range(len(graph.nodes))
        for path in paths(start)
    )
    assert depth(graph) == longest
