"""Rows against oracles that know nothing of rows: torch's modules, torchvision, and what the papers print."""

import re
import subprocess
import sys
import time

import pytest
import torch
from hypothesis import given
from torch import nn
from torch.utils.flop_counter import FlopCounterMode
from torchvision import models

import cnnviz
from cnnviz.arithmetic import reach_of_input
from cnnviz.design import PRESETS, evaluate, parse
from cnnviz.design.build import build
from cnnviz.design.memory import held
from cnnviz.design.row_calls import layer_of, opened
from cnnviz.errors import ModelError, ShapeError
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


def course_inception(cin, c1, c2, c3, c4):
    """The block as the course's book writes it."""

    class Inception(nn.Module):
        def __init__(self):
            super().__init__()
            self.b1_1 = nn.Conv2d(cin, c1, kernel_size=1)
            self.b2_1 = nn.Conv2d(cin, c2[0], kernel_size=1)
            self.b2_2 = nn.Conv2d(c2[0], c2[1], kernel_size=3, padding=1)
            self.b3_1 = nn.Conv2d(cin, c3[0], kernel_size=1)
            self.b3_2 = nn.Conv2d(c3[0], c3[1], kernel_size=5, padding=2)
            self.b4_1 = nn.MaxPool2d(kernel_size=3, stride=1, padding=1)
            self.b4_2 = nn.Conv2d(cin, c4, kernel_size=1)

        def forward(self, x):
            b1 = self.b1_1(x).relu()
            b2 = self.b2_2(self.b2_1(x).relu()).relu()
            b3 = self.b3_2(self.b3_1(x).relu()).relu()
            b4 = self.b4_2(self.b4_1(x)).relu()
            return torch.cat((b1, b2, b3, b4), dim=1)

    return Inception()


def course_nin(cin, cout, kernel_size, strides, padding):
    return nn.Sequential(
        nn.Conv2d(cin, cout, kernel_size, strides, padding), nn.ReLU(),
        nn.Conv2d(cout, cout, kernel_size=1), nn.ReLU(),
        nn.Conv2d(cout, cout, kernel_size=1), nn.ReLU(),
    )  # fmt: skip


def course_lenet():
    return nn.Sequential(
        nn.Conv2d(1, 6, kernel_size=5, padding=2), nn.Sigmoid(), nn.AvgPool2d(kernel_size=2, stride=2),
        nn.Conv2d(6, 16, kernel_size=5), nn.Sigmoid(), nn.AvgPool2d(kernel_size=2, stride=2), nn.Flatten(),
        nn.Linear(16 * 5 * 5, 120), nn.Sigmoid(), nn.Linear(120, 84), nn.Sigmoid(), nn.Linear(84, 10),
    )  # fmt: skip


def course_alexnet():
    return nn.Sequential(
        nn.Conv2d(1, 96, kernel_size=11, stride=4, padding=1), nn.ReLU(), nn.MaxPool2d(kernel_size=3, stride=2),
        nn.Conv2d(96, 256, kernel_size=5, padding=2), nn.ReLU(), nn.MaxPool2d(kernel_size=3, stride=2),
        nn.Conv2d(256, 384, kernel_size=3, padding=1), nn.ReLU(),
        nn.Conv2d(384, 384, kernel_size=3, padding=1), nn.ReLU(),
        nn.Conv2d(384, 256, kernel_size=3, padding=1), nn.ReLU(),
        nn.MaxPool2d(kernel_size=3, stride=2), nn.Flatten(),
        nn.Linear(256 * 5 * 5, 4096), nn.ReLU(), nn.Dropout(p=0.5),
        nn.Linear(4096, 4096), nn.ReLU(), nn.Dropout(p=0.5), nn.Linear(4096, 10),
    )  # fmt: skip


def course_network_in_network():
    return nn.Sequential(
        course_nin(1, 96, 11, 4, 0), nn.MaxPool2d(3, stride=2), course_nin(96, 256, 5, 1, 2), nn.MaxPool2d(3, stride=2),
        course_nin(256, 384, 3, 1, 1), nn.MaxPool2d(3, stride=2), nn.Dropout(0.5), course_nin(384, 10, 3, 1, 1),
        nn.AdaptiveAvgPool2d((1, 1)), nn.Flatten(),
    )  # fmt: skip


def course_googlenet():
    return nn.Sequential(
        nn.Conv2d(1, 64, kernel_size=7, stride=2, padding=3), nn.ReLU(), nn.MaxPool2d(3, stride=2, padding=1),
        nn.Conv2d(64, 64, kernel_size=1), nn.ReLU(), nn.Conv2d(64, 192, kernel_size=3, padding=1), nn.ReLU(),
        nn.MaxPool2d(3, stride=2, padding=1),
        course_inception(192, 64, (96, 128), (16, 32), 32), course_inception(256, 128, (128, 192), (32, 96), 64),
        nn.MaxPool2d(3, stride=2, padding=1),
        course_inception(480, 192, (96, 208), (16, 48), 64), course_inception(512, 160, (112, 224), (24, 64), 64),
        course_inception(512, 128, (128, 256), (24, 64), 64), course_inception(512, 112, (144, 288), (32, 64), 64),
        course_inception(528, 256, (160, 320), (32, 128), 128), nn.MaxPool2d(3, stride=2, padding=1),
        course_inception(832, 256, (160, 320), (32, 128), 128), course_inception(832, 384, (192, 384), (48, 128), 128),
        nn.AdaptiveAvgPool2d((1, 1)), nn.Flatten(), nn.Linear(1024, 10),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("name", "theirs"),
    [
        ("lenet5", course_lenet),
        ("alexnet-course", course_alexnet),
        ("nin", course_network_in_network),
        ("googlenet-course", course_googlenet),
    ],
)
def test_the_courses_networks_are_the_courses(name, theirs):
    with torch.device("meta"):
        network = theirs()
    report = of(name)
    assert report.parameters == sum(parameter.numel() for parameter in network.parameters())
    assert report.macs == counted(network, PRESETS[name].input_size)
    assert report.output_size == (1, 10)


def test_numbers_that_are_in_print():
    assert of("lenet-relu").parameters == 20 * 26 + 50 * (500 + 1) + (2450 + 1) * 500 + 501 * 10
    assert [line.output_size for line in of("lenet-relu").lines if line.kind == "Flatten"] == [(1, 2450)]
    # Sze et al. 2017, Efficient Processing of Deep Neural Networks, table II: 61M weights, 724M MACs.
    assert of("alexnet").parameters == 60_965_224
    assert round(of("alexnet").macs / 1e6) == 724
    # Zeiler and Fergus 2014, figure 3.
    sizes = [line.output_size for line in of("zfnet").lines if line.kind in ("Conv2d", "MaxPool2d")]
    assert [side for *_, side in sizes] == [110, 55, 26, 13, 13, 13, 13, 6]
    assert of("resnet18").parameters == 11_689_512
    googlenet = {line.name: line.output_size for line in of("googlenet-course").lines}
    assert googlenet["pool2"][-1] == 28
    assert googlenet["inception1"] == (1, 256, 28, 28)


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


def test_the_first_row_that_cannot_work_is_marked():
    report = evaluate(parse("Conv 8 3, Conv 8 40, Conv 8 3, Flatten"), (1, 3, 32, 32))
    good, bad, *rest = report.lines
    assert report.error_at == 1
    assert good.output_size == (1, 8, 30, 30)
    assert good.parameters == 8 * 28
    assert "40" in bad.error
    assert "30" in bad.error
    assert report.error == bad.error
    assert bad.output_size is None
    assert all(line.output_size is None and not line.error and not line.parameters for line in rest)
    assert report.parameters == good.parameters
    assert report.memory == evaluate(parse("Conv 8 3"), (1, 3, 32, 32)).memory
    assert len(report.flat()) == 4


@pytest.mark.parametrize(
    ("text", "size", "sentence"),
    [
        ("Conv", (1, 3, 8, 8), r"Conv needs its out_channels, such as Conv 20 5 p2"),
        ("Conv 20", (1, 3, 8, 8), r"Conv needs its kernel_size"),
        ("Inception 64 96/128", (1, 3, 8, 8), r"Inception needs its branch3.*Inception 64 96/128 16/32 32"),
        ("Inception 64 96 16/32 32", (1, 3, 8, 8), r"Branch 2 .* two numbers of channels, such as 96/128"),
        ("Basic 64", (1, 100), r"Basic reads images \(N, C, H, W\), and a tensor with 2 axes arrives"),
        ("VGG 2 8", (1, 3, 1, 1), r"Inside the block, at pool1 \(MaxPool 2\): .*2.*1"),
        ("VGG 0 8", (1, 3, 8, 8), r"0 convolutions; it may have 1 to 100"),
        ("Conv 9 3 g2", (1, 4, 8, 8), r"9.*2"),
        ("Bottleneck 64 width=0", (1, 4, 8, 8), r"0"),
        ("Basic 64 s0", (1, 4, 8, 8), r"0"),
        ("Basic -1", (1, 4, 8, 8), r"-1"),
    ],
)
def test_sentences_of_rows_that_cannot_work(text, size, sentence):
    (line,) = evaluate(parse(text), size).lines
    assert line.error
    assert re.search(sentence, line.error), line.error
    assert line.error.endswith(".")
    with pytest.raises(ModelError, match="Row 1, "):
        build(parse(text), size)


@pytest.mark.parametrize("size", [(), (3,), (1, 3, 0, 5), (-1, 3)])
def test_an_input_that_is_none(size):
    with pytest.raises(ShapeError, match="should be"):
        evaluate(parse("ReLU"), size)


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
