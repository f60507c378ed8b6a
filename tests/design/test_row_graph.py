"""The graph of rows against that of the network which is built of them."""

import pytest
from hypothesis import given, settings

from cnnviz.analysis import analyze
from cnnviz.design import PRESETS, evaluate, parse
from cnnviz.design.build import build
from cnnviz.design.row_graph import graph_of_rows
from tests.conftest import NIGHTLY
from tests.design.networks import networks


def both(text, size):
    """Return name, kind and size of every node, and the edges, as the rows say and as the built network is traced."""
    rows = parse(text)
    found = []
    for graph in (graph_of_rows(evaluate(rows, size).lines, size), analyze(build(rows, size), size).graph):
        nodes = [(node.name, node.size, [each.name for each in node.identities]) for node in graph.nodes]
        edges = {(graph.nodes[each.source].name, graph.nodes[each.target].name, each.sizes) for each in graph.edges}
        found.append((nodes, edges))
    return found


@settings(max_examples=1000 if NIGHTLY else 60)
@given(networks(most=5))
def test_random_rows_are_joined_as_in_the_built_network(network):
    ours, theirs = both(*network)
    assert ours == theirs


@pytest.mark.parametrize("name", ["alexnet", "resnet18", "googlenet"])
def test_presets_are_joined_as_in_the_built_network(name):
    preset = PRESETS[name]
    ours, theirs = both(preset.text, preset.input_size)
    assert ours == theirs


def test_rows_after_one_that_cannot_work_are_left_out():
    lines = evaluate(parse("Conv 4 3, MaxPool 40, ReLU"), (1, 3, 8, 8)).lines
    assert [node.name for node in graph_of_rows(lines, (1, 3, 8, 8)).nodes] == ["input", "conv1", "output"]
