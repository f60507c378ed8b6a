"""Blocks: every node once and in order, and repeats where torchvision's networks are known to have them."""

from itertools import chain

import pytest
import torch
import torchvision.models as tv
from hypothesis import given
from hypothesis import strategies as st

from cnnviz.analysis import analyze
from cnnviz.graph import Block, Edge, NetworkGraph, Node, fold


def places(item):
    return [item] if isinstance(item, int) else list(chain.from_iterable(map(places, item.items)))


def blocks(items):
    for item in items:
        if isinstance(item, Block):
            yield item
            yield from blocks(item.items)


NAMES = st.lists(st.lists(st.sampled_from("abc"), min_size=1, max_size=4).map(".".join), max_size=20)


@given(NAMES)
def test_every_node_is_in_one_place_and_in_order(names):
    nodes = tuple(Node(name, "", ()) for name in names)
    graph = NetworkGraph(nodes, tuple(Edge(at, at + 1, ()) for at in range(len(nodes) - 1)))
    found = fold(graph)
    assert [place for item in found for place in places(item)] == list(range(len(nodes)))
    for block in blocks(found):
        assert places(block) == list(range(block.first, block.last + 1))
        assert len(block.items) > 1
        assert all(node.name.startswith(f"{block.name}.") for node in nodes[block.first : block.last + 1]) or (
            block.count == len(block.items) > 1
        )


def traced(make):
    with torch.device("meta"):
        return analyze(make(), (1, 3, 224, 224)).graph


@pytest.mark.parametrize(("make", "repeats"), [
    (tv.resnet50, [3 - 1, 4 - 1, 6 - 1, 3 - 1]),  # He et al. 2016, table 1, but for each stage's first
    (tv.resnet152, [3 - 1, 8 - 1, 36 - 1, 3 - 1]),
    (tv.resnet18, [2]),
])  # fmt: skip
def test_the_blocks_of_a_stage_but_its_first_are_alike(make, repeats):
    graph = traced(make)
    found = fold(graph)
    assert [block.count for block in blocks(found) if block.count > 1] == repeats
    stages = [item for item in found if isinstance(item, Block)]
    assert [stage.name for stage in stages] == ["layer1", "layer2", "layer3", "layer4"]
    assert {inner.kind for inner in blocks(stages[0].items)} - {"Sequential"} == {
        "BasicBlock" if make is tv.resnet18 else "Bottleneck"
    }


def test_the_blocks_of_a_vision_transformer_are_alike():
    [repeated] = [block for block in blocks(fold(traced(tv.vit_b_16))) if block.count > 1]
    assert (repeated.count, repeated.kind) == (12, "EncoderBlock")


def test_a_module_that_runs_twice_is_two_blocks():
    class Twice(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.block = torch.nn.Sequential(torch.nn.Conv2d(3, 3, 1), torch.nn.ReLU())

        def forward(self, x):
            return self.block(self.block(x) + 1)

    found = fold(analyze(Twice(), (1, 3, 4, 4)).graph)
    assert [(item.first, item.last) for item in found if isinstance(item, Block)] == [(1, 2), (4, 5)]
