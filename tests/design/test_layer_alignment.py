"""Two networks side by side: nothing is lost or doubled, order is kept, and known networks differ as known."""

import pytest
import torch
import torchvision.models as tv
from hypothesis import example, given
from torch import nn

from cnnviz.analysis import analyze
from cnnviz.design import PRESETS, parse
from cnnviz.design.build import build
from cnnviz.design.layer_alignment import align
from cnnviz.design.network_facts import First, facts
from cnnviz.design.totals import of_report, of_text
from tests.design.networks import networks


def preset(name):
    return of_text(PRESETS[name].text, PRESETS[name].input_size, 4)


def library(make, size=(1, 3, 224, 224)):
    with torch.device("meta"):
        report = analyze(make().eval(), size)
    return of_report(report, report.layers, report.graph)


def sides(stages):
    """Return the layers of both networks as the stages hold them."""
    return [layer for each in stages for layer in each.ones], [layer for each in stages for layer in each.twos]


@given(networks(), networks())
def test_every_layer_of_both_is_there_once_and_in_order(one, two):
    one, two = of_text(*one, 4), of_text(*two, 4)
    stages = align(one, two)
    assert sides(stages) == (list(one.leaves), list(two.leaves))
    assert all(pair.one or pair.two for stage in stages for pair in stage.pairs)


@given(networks(), networks())
def test_exchanged_networks_are_aligned_as_they_were(one, two):
    one, two = of_text(*one, 4), of_text(*two, 4)
    there = [[(pair.two, pair.one) for pair in stage.pairs if pair.one and pair.two] for stage in align(two, one)]
    here = [[(pair.one, pair.two) for pair in stage.pairs if pair.one and pair.two] for stage in align(one, two)]
    assert here == there
    assert [stage.halvings for stage in align(one, two)] == [stage.halvings for stage in align(two, one)]


@given(networks())
def test_a_network_does_not_differ_from_itself(network):
    shown = of_text(*network, 4)
    stages = align(shown, shown)
    assert all(pair.one is pair.two and pair.state == "same" for stage in stages for pair in stage.pairs)
    mine = facts(shown)
    assert mine.kinds_unlike(mine) == mine.kernels_unlike(mine) == ()


@example(("Flatten", (2, 1, 4, 4)))
@given(networks())
def test_rows_and_the_network_built_of_them_are_the_same(network):
    text, size = network
    report = analyze(build(parse(text), size), size)
    rows, built = of_text(text, size, 4), of_report(report, report.layers, report.graph)
    assert [each.taps for each in rows.leaves] == [each.taps for each in built.leaves]
    assert {pair.state for stage in align(rows, built) for pair in stage.pairs} <= {"same"}
    mine, theirs = facts(rows), facts(built)
    assert (mine.depth, mine.field, mine.first) == (theirs.depth, theirs.field, theirs.first)
    assert mine.kinds_unlike(theirs) == theirs.kinds_unlike(mine) == ()


@pytest.mark.parametrize("make", [tv.resnet18, tv.squeezenet1_1, tv.convnext_tiny])
def test_kernels_and_strides_are_those_of_torchs_modules(make):
    with torch.device("meta"):
        model = make().eval()
    modules = dict(model.named_modules())
    for layer in analyze(model).layers:
        module = modules.get(layer.name)
        if isinstance(module, nn.Conv2d):
            assert layer.taps == (module.kernel_size, module.stride)
        elif isinstance(module, nn.MaxPool2d):
            assert layer.taps == ((module.kernel_size,) * 2, (module.stride,) * 2)
        else:
            assert layer.taps is None


def test_zfnet_is_alexnet_with_another_beginning():
    stages = align(preset("alexnet"), preset("zfnet"))
    first = stages[0].pairs[0]
    assert first.state == "changed"
    assert [layer.taps for layer in (first.one, first.two)] == [((11, 11), (4, 4)), ((7, 7), (2, 2))]
    assert {"kernel", "stride", "map"} <= set(first.differences)
    assert {pair.state for pair in stages[-1].pairs} == {"same"}


def test_a_deeper_resnet_has_the_shallower_ones_layers_and_more_of_them_in_its_stages():
    stages = align(preset("resnet18"), preset("resnet34"))
    assert [stage.halvings for stage in stages] == [1, 2, 3, 4, 5, None]
    states = [[pair.state for pair in stage.pairs] for stage in stages]
    assert all(set(each) <= {"same", "second"} for each in states)
    # He et al. 2016, table 1: 3, 4, 6, 3 blocks against 2 a stage, of two convolutions, two norms, two ReLUs, a sum.
    assert [each.count("second") for each in states] == [0, 7 * 1, 7 * 2, 7 * 4, 7 * 1, 0]


def test_squeeze_and_excitation_is_in_the_stage_that_uses_it():
    stages = align(library(tv.mobilenet_v3_small), preset("resnet18"))
    assert [stage.halvings for stage in stages] == [1, 2, 3, 4, 5, None]


def test_facts_are_those_of_the_papers():
    vgg, resnet = facts(preset("vgg16")), facts(preset("resnet50"))
    assert (vgg.depth, vgg.layers, vgg.field) == (16, 16, (212, 212))
    assert (resnet.depth, resnet.layers, resnet.field) == (50, 54, (427, 427))
    assert resnet.first == First((7, 7), (2, 2), (1, 64, 112, 112))
    assert resnet.kernels_unlike(vgg) == ((1, 1), (7, 7))
    assert vgg.kernels_unlike(resnet) == ()
    assert resnet.kinds_unlike(vgg) == ("BatchNorm2d", "add")
    assert vgg.kinds_unlike(resnet) == ("Dropout",)


def test_a_function_is_the_module_that_does_the_same():
    class Functional(nn.Module):
        def __init__(self):
            super().__init__()
            self.conv = nn.Conv2d(3, 4, 3)

        def forward(self, x):
            return nn.functional.adaptive_avg_pool2d(nn.functional.relu(self.conv(x)), 1)

    rows = of_text("Conv 4 3, ReLU, AdaptiveAvgPool 1", (1, 3, 9, 9), 4)
    stages = align(library(Functional, (1, 3, 9, 9)), rows)
    assert {pair.state for stage in stages for pair in stage.pairs} == {"same"}
