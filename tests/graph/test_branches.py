"""Branched blocks: those that torchvision's networks are known to have, and what their reductions save."""

import pytest
import torch
import torchvision.models as tv
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from cnnviz.analysis import analyze
from cnnviz.design.totals import of_text
from cnnviz.graph.branches import branched_blocks, without_reduction


def graph_of(make):
    with torch.device("meta"):
        model = make(init_weights=False) if make is tv.googlenet else make()
    return analyze(model).graph


def test_googlenet_has_nine_blocks_of_four_branches():
    graph = graph_of(tv.googlenet)
    blocks = branched_blocks(graph)
    names = [f"inception{name}" for name in ("3a", "3b", "4a", "4b", "4c", "4d", "4e", "5a", "5b")]
    assert [graph.nodes[block.join].name.split(".")[0] for block in blocks] == names
    for block in blocks:
        kinds = [sum(graph.nodes[place].kind == "Conv2d" for place in branch) for branch in block.branches]
        assert kinds == [1, 2, 2, 1]
        assert graph.nodes[block.branches[3][0]].kind == "MaxPool2d"
        size = graph.nodes[block.join].size
        assert size[1] == sum(graph.nodes[branch[-1]].size[1] for branch in block.branches)


def test_fire_modules_have_two_branches_and_densenet_none():
    graph = graph_of(tv.squeezenet1_1)
    found = [[graph.nodes[branch[0]].name for branch in block.branches] for block in branched_blocks(graph)]
    assert found == [[f"features.{n}.expand1x1", f"features.{n}.expand3x3"] for n in (3, 4, 6, 7, 9, 10, 11, 12)]
    assert branched_blocks(graph_of(tv.densenet121)) == ()
    assert branched_blocks(graph_of(tv.resnet18)) == ()


@given(st.integers(1, 40), st.integers(1, 12), st.integers(1, 12), st.integers(1, 12), st.integers(3, 12))
def test_without_reductions_it_takes_what_torchs_direct_branches_take(channels, reduced, made, pooled, side):
    rows = f"Inception 4 {reduced}/{made} {reduced}/{made} {pooled}"
    graph = of_text(rows, (1, channels, side, side), 4).graph
    [block] = branched_blocks(graph)
    lines = [[graph.nodes[place].layer for place in branch] for branch in block.branches]
    direct = [nn.Conv2d(channels, out, size) for out, size in ((4, 1), (made, 3), (made, 5), (pooled, 1))]
    expected = [layer.weight.numel() * side * side for layer in direct]
    assert [without_reduction(line, channels) for line in lines] == expected


def test_colours_that_are_scaled_one_by_one_are_no_branches():
    with torch.device("meta"):
        model = tv.googlenet(init_weights=False, transform_input=True)
    assert len(branched_blocks(analyze(model).graph)) == 9


@pytest.mark.parametrize("rows", ["Conv 4 3, ReLU", "Concat [ | Conv 4 1]", "Basic 3"])
def test_what_is_no_block_of_branches_is_none(rows):
    assert branched_blocks(of_text(rows, (1, 3, 8, 8), 4).graph) == ()
