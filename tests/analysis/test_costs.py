"""The cost of an operation that cnnviz does not know, taught by its user."""

import doctest
from math import prod

import pytest
import torch
from torch import Tensor, nn

import cnnviz.analysis
from cnnviz.analysis import analyze, costs, register_cost
from cnnviz.errors import ModelError


@torch.library.custom_op("cnnviz_tests::gram", mutates_args=())
def gram(features: Tensor, scale: float = 1.0) -> Tensor:
    return scale * features @ features.transpose(-1, -2)


@gram.register_fake
def _(features: Tensor, scale: float = 1.0) -> Tensor:
    return features.new_empty(*features.shape[:-1], features.shape[-2])


def cost_of_gram(op: cnnviz.analysis.Operation) -> int:
    return prod(op.outputs[0].shape) * op.inputs[0].shape[-1]


class Gram(nn.Module):
    """The Gram matrix of feature maps (N, C, H, W), as style transfer has it."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 8, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        return torch.ops.cnnviz_tests.gram(self.conv(x).flatten(2))


CONV = 8 * 3 * 9


@pytest.fixture(autouse=True)
def forgotten(monkeypatch):
    monkeypatch.setattr(costs, "REGISTERED", {})
    monkeypatch.setattr("cnnviz.analysis.program.REGISTERED", costs.REGISTERED)


def test_what_is_not_registered_is_named_and_not_counted():
    report = analyze(Gram(), (2, 3, 5, 7))
    assert report.unknown == ("gram",)
    assert report.macs == CONV * 2 * 35


@pytest.mark.parametrize("op", ["gram", "cnnviz_tests::gram", gram, torch.ops.cnnviz_tests.gram,
                                torch.ops.cnnviz_tests.gram.default])  # fmt: skip
def test_a_custom_operator_can_be_taught_by_any_of_its_names(op):
    register_cost(op, cost_of_gram)
    report = analyze(Gram(), (2, 3, 5, 7))
    assert report.unknown == ()
    assert report.layers[-1].macs == 2 * 8 * 8 * 35
    assert report.macs == CONV * 2 * 35 + 2 * 8 * 8 * 35
    assert report.flops == 2 * report.macs
    register_cost(op, None)
    assert analyze(Gram(), (2, 3, 5, 7)).unknown == ("gram",)


def test_another_size_is_counted_as_a_fresh_analysis_counts_it():
    register_cost("gram", cost_of_gram)
    resized, fresh = analyze(Gram(), (2, 3, 5, 7)).resized((3, 3, 6, 6)), analyze(Gram(), (3, 3, 6, 6))
    assert resized.macs == fresh.macs == CONV * 3 * 36 + 3 * 8 * 8 * 36


def test_arguments_are_read_however_they_were_passed():
    class Scaled(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            return torch.ops.cnnviz_tests.gram(x, scale=0.5)

    register_cost("gram", lambda op: int(1000 * op.get(1, "scale", 1.0)))
    assert analyze(Scaled(), (1, 4, 4)).macs == 500


def test_a_convention_can_be_changed_at_every_size():
    """A cost that does not grow with the output, of a function that cnnviz would scale by its output."""
    register_cost("conv2d", lambda op: op.outputs[0].shape[-1] ** 3)
    register_cost("relu", lambda op: prod(op.outputs[0].shape))
    model = nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU())
    report = analyze(model, (1, 3, 8, 8))
    assert [layer.macs for layer in report.layers] == [6**3, 4 * 36]
    assert [layer.macs for layer in report.resized((1, 3, 12, 12)).layers] == [10**3, 4 * 100]
    assert report.followed((1, 3, 12, 12)) is not None


@pytest.mark.parametrize("cost", [-1, 1.5, None, True, "many"])
def test_a_cost_that_is_no_count_is_refused_with_the_operations_name(cost):
    register_cost("gram", lambda op: cost)
    with pytest.raises(
        ModelError, match=r"^The cost registered for gram is .*; it must be a whole number, 0 or more\.$"
    ):
        analyze(Gram(), (1, 3, 5, 5))


@pytest.mark.parametrize(("op", "function"), [("", cost_of_gram), ("a b", cost_of_gram), ("gram", 768)])
def test_what_cannot_be_registered_is_refused(op, function):
    with pytest.raises(ModelError):
        register_cost(op, function)


@pytest.mark.parametrize("module", [cnnviz.analysis, costs])
def test_the_examples_of_the_documentation_run(module):
    found = doctest.testmod(module)
    assert found.attempted
    assert not found.failed
