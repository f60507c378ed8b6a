"""Exported PyTorch, run: it gives the report that the rows gave."""

import ast

import pytest
import torch
from hypothesis import given, settings

import cnnviz
from cnnviz.design import PRESETS, evaluate, from_pytorch, parse, to_pytorch
from cnnviz.errors import ModelError
from tests.design.networks import networks


def run(code):
    """Run exported code without memory for its numbers, and return what it defines."""
    names = {}
    with torch.device("meta"):
        exec(compile(code, "exported", "exec"), names)
    return names


@pytest.mark.parametrize("name", PRESETS)
def test_exported_presets_give_the_same_report(name):
    size = PRESETS[name].input_size
    rows = parse(PRESETS[name].text)
    ours = evaluate(rows, size)
    made = run(to_pytorch(rows, size))
    theirs = cnnviz.analyze(made["network"], size)
    assert tuple(made["output"].shape) == ours.output_size
    assert (theirs.parameters, theirs.macs) == (ours.parameters, ours.macs)
    assert [(each.name, each.output_size) for each in theirs.layers] == [
        (line.name, line.output_size) for line in ours.flat()
    ]


# Each case compiles a module's text.
@settings(max_examples=settings.default.max_examples // 3)
@given(networks(most=5))
def test_exported_networks_run_and_give_the_same_report(network):
    text, size = network
    rows = parse(text)
    ours = evaluate(rows, size)
    made = run(to_pytorch(rows, size))
    theirs = cnnviz.analyze(made["network"], size)
    assert tuple(made["output"].shape) == ours.output_size
    assert (theirs.parameters, theirs.macs) == (ours.parameters, ours.macs)


def test_what_is_exported_is_short_and_can_be_pasted_again():
    rows = parse("Conv 20 5 p2, ReLU, MaxPool 2, Upsample 2, Flatten, Linear 10 nobias")
    code = to_pytorch(rows, (1, 1, 28, 28))
    assert "conv1=nn.Conv2d(1, 20, kernel_size=5, padding=2),\n" in code
    assert "pool1=nn.MaxPool2d(2),\n" in code
    assert "fc1=nn.Linear(15680, 10, bias=False),\n" in code
    assert code.count("\n") < 20
    network = "".join(ast.unparse(node) for node in ast.parse(code).body if isinstance(node, ast.Assign))
    assert from_pytorch(network.split("output =")[0], (1, 1, 28, 28)) == rows


def test_only_the_blocks_that_are_used_are_defined():
    code = to_pytorch(parse("Basic 8"), (1, 3, 8, 8))
    assert [node.name for node in ast.parse(code).body if hasattr(node, "name")] == ["Residual", "projection", "basic"]


def test_a_network_that_cannot_work_is_not_exported():
    with pytest.raises(ModelError, match="Row 2, Conv 8 9, cannot work"):
        to_pytorch(parse("ReLU, Conv 8 9"), (1, 3, 4, 4))


def test_indices_are_given_to_an_embedding():
    made = run(to_pytorch(parse("Embedding 100 8, Flatten, Linear 2"), (1, 7)))
    assert tuple(made["output"].shape) == (1, 2)
