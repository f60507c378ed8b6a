"""Rows against oracles that know nothing of rows: torch's modules, torchvision, and what the papers print."""

import subprocess
import sys
import time

import pytest
import torch
from hypothesis import given
from torch.utils.flop_counter import FlopCounterMode
from torchvision import models

import cnnviz
from cnnviz.arithmetic import reach_of_input
from cnnviz.design import PRESETS, evaluate, parse
from cnnviz.design.build import build
from cnnviz.design.memory import held
from cnnviz.design.row_calls import layer_of, opened
from cnnviz.errors import ModelError
from tests.design.networks import networks

TORCHVISION = {
    "alexnet-torchvision": "alexnet",
    "vgg11": "vgg11",
    "vgg16": "vgg16",
    "vgg19": "vgg19",
    "googlenet": "googlenet",
    "resnet18": "resnet18",
    "resnet34": "resnet34",
    "resnet50": "resnet50",
    "resnet101": "resnet101",
    "resnet152": "resnet152",
}


def of(name):
    preset = PRESETS[name]
    return evaluate(parse(preset.text), preset.input_size)


def counted(model, size):
    with FlopCounterMode(display=False) as counter:
        model(torch.zeros(size, device="meta"))
    return counter.get_total_flops() // 2


def torchvisions(name):
    settings = {"aux_logits": False, "init_weights": False} if name == "googlenet" else {}
    with torch.device("meta"):
        return models.get_model(name, weights=None, **settings).eval()


@pytest.mark.parametrize("name", TORCHVISION)
def test_presets_cost_what_torchvisions_do(name):
    report, theirs = of(name), torchvisions(TORCHVISION[name])
    assert report.parameters == sum(parameter.numel() for parameter in theirs.parameters())
    assert report.macs == counted(theirs, PRESETS[name].input_size)
    assert report.output_size == (1, 1000)


@pytest.mark.parametrize("name", TORCHVISION)
def test_presets_have_torchvisions_layers(name):
    def work(report):
        kinds = ("Conv2d", "Linear", "BatchNorm2d", "MaxPool2d")
        # Branches may run in another order: a projection before or after what it stands beside.
        return sorted(
            (each.kind, each.output_size, each.parameters, each.macs) for each in report if each.kind in kinds
        )

    theirs = cnnviz.analyze(torchvisions(TORCHVISION[name]), PRESETS[name].input_size)
    assert work(of(name).flat()) == work(theirs.layers)


def test_the_resnets_hold_what_torchvisions_hold():
    for name in ("resnet18", "resnet50"):
        report, theirs = of(name), cnnviz.analyze(torchvisions(name), (1, 3, 224, 224)).memory
        ours = report.memory
        # Torchvision flattens by a function, whose output is a view, and not by a layer.
        flat = next(line.memory for line in report.lines if line.kind == "Flatten")
        assert ours.saved_for_backward == theirs.saved_for_backward
        assert ours.outputs - flat == theirs.outputs
        assert ours.inference_peak == theirs.inference_peak


def compare(text, size, **tolerance):
    rows = parse(text)
    ours = evaluate(rows, size)
    assert ours.error_at is None, ours.error
    with torch.device("meta"):
        network = build(rows, size)
    theirs = cnnviz.analyze(network, size)
    assert ours.parameters == theirs.parameters
    assert ours.macs == theirs.macs
    assert ours.flops == theirs.flops
    # Some versions of torch hand a tensor on unchanged without a call that could be seen.
    found = {layer.name: layer for layer in theirs.layers}
    for line in ours.flat():
        layer = found[line.name]
        assert line.kind == layer.kind
        assert line.output_size == layer.output_size, line.name
        assert line.parameters == layer.parameters, line.name
        assert line.macs == layer.macs, line.name
        compare_fields(line, layer)
    assert len(found) == len(ours.flat())
    return ours, theirs


def compare_fields(line, layer):
    field = layer.receptive_field
    if len(line.output_size) < 3 or field is None:
        # Without positions the analysis tells which pixels are seen at all, the rows only whether all positions are.
        return
    if line.whole:
        # The analysis still tells the whole image from the part of it that is read at all.
        assert field.size is None or not any(field.stride), line.name
        return
    assert field.size is not None, line.name
    assert tuple(axis.size for axis in line.reach) == field.size, line.name
    assert tuple(axis.stride for axis in line.reach) == field.stride, line.name
    assert tuple(axis.padding for axis in line.reach) == field.padding, line.name
    own, last = line.receptive_field, tuple(side - 1 for side in line.output_size[2:])
    assert (own.size, own.stride, own.padding) == (field.size, field.stride, field.padding), line.name
    assert own.box(*last) == field.box(*last), line.name


def test_a_row_reads_as_an_analysed_layer_does():
    """The last layer sees the whole image, the first a window of it, and a vector has no positions to be seen."""
    first, _, last = evaluate(parse("Conv 4 3 s2 p1, Flatten, Linear 5"), (1, 3, 8, 9)).lines
    assert (first.receptive_field.size, first.receptive_field.stride, first.receptive_field.padding) == (
        (3, 3),
        (2, 2),
        (1, 1),
    )
    assert first.receptive_field.box(1, 2) == (1, 3, 4, 6)
    assert last.receptive_field.size is None
    assert last.receptive_field.box(0, 0) == (0, 0, 8, 9)
    assert (last.weights, last.biases, last.parameters) == (5 * 4 * 4 * 5, 5, 405)
    (relu,) = evaluate(parse("ReLU"), (1, 10)).lines
    assert relu.receptive_field is None
    (broken,) = evaluate(parse("Conv 4 9"), (1, 3, 8, 8)).lines
    assert broken.receptive_field is None
    assert broken.inside == ()


@pytest.mark.parametrize("name", PRESETS)
def test_presets_equal_the_analysis_of_the_built_network(name):
    ours, theirs = compare(PRESETS[name].text, PRESETS[name].input_size)
    assert ours.memory.outputs == theirs.memory.outputs
    assert ours.memory.inference_peak == theirs.memory.inference_peak
    # The analysis only estimates what a local response norm keeps.
    exact = 0.01 if "LocalResponseNorm" in PRESETS[name].text else 0
    assert ours.memory.saved_for_backward == pytest.approx(theirs.memory.saved_for_backward, rel=exact, abs=0)
    for optimiser in ("sgd", "momentum", "adam"):
        mine, other = ours.training(optimiser, 8), theirs.training(optimiser, 8)
        assert (mine.parameters, mine.gradients, mine.optimiser) == (other.parameters, other.gradients, other.optimiser)
        assert mine.saved == ours.memory.saved_for_backward * 8
        assert mine.total == pytest.approx(other.total, rel=exact, abs=0)


@given(networks())
def test_random_networks_equal_the_analysis_of_the_built_network(network):
    text, size = network
    ours, theirs = compare(text, size)
    assert ours.memory.outputs == theirs.memory.outputs
    assert ours.memory.inference_peak == theirs.memory.inference_peak


@given(networks())
def test_random_networks_run_and_keep_what_torch_keeps(network):
    text, size = network
    rows = parse(text)
    report, module = evaluate(rows, size), build(rows, size)
    with torch.inference_mode():
        assert tuple(module.eval()(torch.randn(size)).shape) == report.output_size
    assert report.memory.saved_for_backward == saved_by_torch(module, size)


def saved_by_torch(module, size):
    """Return the bytes that autograd keeps in a step of training, each storage once, parameters aside."""
    own = {tensor.untyped_storage().data_ptr() for tensor in (*module.parameters(), *module.buffers())}
    kept = {}

    def keep(tensor):
        storage = tensor.untyped_storage()
        if storage.data_ptr() not in own:
            kept[storage.data_ptr()] = storage
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(keep, lambda tensor: tensor):
        output = module.train()(torch.randn(size))
    del output
    return sum(storage.nbytes() for storage in kept.values())


@pytest.mark.parametrize(
    "text",
    [
        "Conv 8 3 p1, ReLU, MaxPool 2, Flatten, Linear 10",
        "Conv 8 3 p1, ReLU inplace, Conv 8 3, ReLU inplace, Flatten, Dropout, Linear 9, ReLU, Dropout 0.5, Linear 4",
        "MaxPool 2, ReLU, Conv 8 3, Sigmoid, AvgPool 2, Flatten, Linear 5",
        "Flatten, Linear 32, ReLU, Linear 10",
        "Conv 8 3 nobias, BatchNorm, ReLU inplace, Basic 8, Basic 16 s2, Bottleneck 4 s2, AdaptiveAvgPool 1, Flatten",
        "Inception 4 2/4 2/4 4, Inception 4 2/4 2/4 4 bn, MaxPool 2, VGG 2 8, NiN 8 3 p1, Flatten, Linear 3",
        "Flatten, Dropout 0.5, Identity, Linear 7, Unflatten 1 7x1x1, Conv 3 1",
    ],
)
def test_what_is_saved_is_what_torch_saves(text):
    size = (2, 3, 16, 16)
    rows = parse(text)
    assert evaluate(rows, size).memory.saved_for_backward == saved_by_torch(build(rows, size), size)


def test_no_rows():
    report = evaluate((), (1, 3, 8, 8))
    assert (report.parameters, report.macs, report.output_size, report.error_at) == (0, 0, (1, 3, 8, 8), None)
    assert report.memory.outputs == 0
    assert report.flat() == ()
    with pytest.raises(ModelError, match="no rows"):
        build((), (1, 3, 8, 8))


def test_inside_a_block():
    block = evaluate(parse("Conv 8 3, Bottleneck 4 s2"), (2, 3, 32, 32)).lines[1]
    names = [line.name for line in block.lines]
    assert names[0] == "bottleneck1.main.conv1"
    assert names[-4:] == [
        "bottleneck1.shortcut.conv1",
        "bottleneck1.shortcut.bn1",
        "bottleneck1.add",
        "bottleneck1.relu",
    ]
    assert [line.branch for line in block.lines] == [1] * 8 + [2, 2, 0, 0]
    assert {line.depth for line in block.lines} == {1}
    assert sum(line.parameters for line in block.lines) == block.parameters
    assert sum(line.macs for line in block.lines) == block.macs
    assert sum(line.memory for line in block.lines) == block.memory
    assert block.lines[-1].reach[0].size == block.reach[0].size == 3 + 2
    assert evaluate(parse("Conv 8 3, Bottleneck 2"), (2, 3, 32, 32)).lines[1].lines[-3].name == "bottleneck1.main.bn3"


def test_numbers_of_other_sizes():
    single, half = (evaluate(parse("Conv 8 3, Basic 8, Flatten, Linear 3"), (1, 3, 9, 9), size) for size in (4, 2))
    assert half.memory.outputs * 2 == single.memory.outputs
    assert half.memory.inference_peak * 2 == single.memory.inference_peak
    assert half.lines[0].memory * 2 == single.lines[0].memory
    with pytest.raises(ModelError, match="no optimiser 'lion' here; there are sgd, momentum, adam"):
        single.training("lion", 1)


def test_the_input_of_reach_is_the_image():
    (line,) = evaluate(parse("ReLU"), (1, 3, 9, 9)).lines
    assert line.reach == reach_of_input(2)


def test_what_was_flattened_comes_from_anywhere():
    *_, folded, conv = evaluate(parse("Conv 4 3, Flatten, Unflatten 1 4x6x6, Conv 4 3"), (1, 3, 8, 8)).lines
    assert folded.whole
    assert conv.whole
    assert conv.reach is None


def test_a_slider_is_answered_in_milliseconds():
    preset = PRESETS["resnet152"]
    rows = parse(preset.text)

    def once(size):
        opened.cache_clear()
        held.cache_clear()
        layer_of.cache_clear()
        began = time.perf_counter()
        report = evaluate(rows, size)
        _ = report.parameters, report.macs, report.memory
        return time.perf_counter() - began

    times = [once((1, 3, side, side)) for side in range(200, 260, 2)]
    # The target is 3 ms with nothing kept, and it takes 2.4; a machine that does other things too is given twice that.
    assert min(times) < 0.006


def test_the_package_loads_no_torch_until_a_network_is_built():
    code = (
        "import sys, cnnviz.design as d; p = d.PRESETS['googlenet']; rows = d.parse(p.text);"
        "d.evaluate(rows, p.input_size).memory; d.to_pytorch(rows, p.input_size);"
        "d.from_pytorch('nn.Sequential(nn.Conv2d(1, 2, 3))'); sys.exit('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
