"""The screen on depth without a browser: every part, and what it says is what torch computes."""

import re
from importlib import import_module

import numpy as np
import pytest
import torch
from torch import nn

from cnnviz import images, models
from cnnviz.models.cifar_resnet import CLASSES, STAGES, WIDTH, network
from cnnviz.probes.layer_gradients import layer_gradients
from cnnviz.training.depth import examples, trained, wrong
from cnnviz.ui.depth import sizes
from cnnviz.ui.depth.recorded import curves
from cnnviz.ui.depth.state import block_names
from tests.pages import opening
from tests.pages.opening import answered_in_turn, assert_well, said, unfold
from tests.ui.written import number

PARTS = {"": "curves", "Gradients": "gradients", "Block": "block", "Removal": "removal"}
SMALL = {"": {}, "Gradients": {"blocks": "1"}, "Block": {"channel": "3"}, "Removal": {"depth": "8"}}
NUMBER = r"([−\d.]+(?:·10[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)?)"


def open_part(part="", **link):
    return opening.open_screen("pages/train/depth.py", **({"part": part} if part else {}), **link)


def key(part, name):
    return ".".join(filter(None, ("depth", part, name)))


def photo_scores(without: str | None = None) -> torch.Tensor:
    """Return EfficientNet-Lite0's probabilities for the gallery's cat; `without` names a module whose output is 0."""
    model, card = models.load("efficientnet-lite0"), models.card("efficientnet-lite0")
    handle = None
    if without:
        handle = model.get_submodule(without).register_forward_hook(lambda module, given, out: torch.zeros_like(out))
    prepared = images.prepare(np.asarray(images.gallery_image("chelsea")), card.preprocessing)
    with torch.no_grad():
        found = model(torch.as_tensor(prepared.tensor).reshape(1, *card.input_size)).softmax(1)[0]
    if handle:
        handle.remove()
    return found


def test_what_is_said_of_the_curves_is_in_the_file():
    app = open_part()
    assert_well(app)
    found, told = curves(), said(app)
    for name in ("plain-44", "residual-44"):
        ends = found.end[name]
        row = rf"\| {name.replace('-', ' ')} \| \*\*([\d.]+)%\*\* \| ([\d.]+)% to ([\d.]+)% \|"
        shares = [float(each) / 100 for each in re.search(row, told).groups()]
        assert shares == pytest.approx([ends.mean(), ends.min(), ends.max()], abs=6e-4)


def test_the_shipped_runs_show_what_the_lesson_says():
    found = curves()
    assert found.end["plain-44"].min() > found.end["plain-20"].max()
    assert found.end["residual-44"].max() < found.end["plain-44"].min()
    assert found.end["plain_bare-44"].min() > 0.7
    assert found.end["plain_auxiliary-44"].mean() > found.end["plain-44"].mean()
    for depth in (20, 44):
        plain, residual = (np.nanmean(found.removed[f"{name}-{depth}"]) for name in ("plain", "residual"))
        assert plain > residual + 0.2


@pytest.mark.parametrize("depth", [8, 20, 44])
def test_the_calculator_has_torchs_parameters_and_macs(depth):
    assert (WIDTH, STAGES, CLASSES) == (sizes.WIDTH, sizes.STAGES, sizes.CLASSES)
    made = network(depth, residual=True)
    macs = []
    for each in made.modules():
        if isinstance(each, nn.Conv2d | nn.Linear):
            each.register_forward_hook(
                lambda module, given, out: macs.append(out[0].numel() * module.weight[0].numel())
            )
    made(torch.zeros(1, 1, 14, 14))
    plain, projected = sizes.cost(depth, "plain"), sizes.cost(depth, "projected")
    assert plain.parameters == sum(each.numel() for each in made.parameters())
    assert projected.parameters - plain.parameters == 8 * 16 + 32 + 16 * 32 + 64
    convolutions = sum(line.macs for line in plain.lines if line.kind in ("Conv2d", "Linear"))
    assert convolutions == sum(macs)
    assert projected.macs - plain.macs >= 8 * 16 * 49 + 16 * 32 * 16


def test_the_gradients_that_are_said_are_torchs():
    app = open_part("Gradients", blocks="2", seed="3")
    assert_well(app)
    batch, labels, *_ = examples()
    for residual, name in ((False, "Plain"), (True, "Residual")):
        model = network(14, residual=residual, normalised=False, beginning="torch", seed=3)
        signals = layer_gradients(model, batch[:64], labels[:64]).signals
        told = re.search(rf"\*\*{name}\*\*: .*?{NUMBER} at the last convolution and {NUMBER} at the first", said(app))
        last, first = (number(each) for each in told.groups())
        assert (last, first) == (pytest.approx(signals[-2], rel=0.06), pytest.approx(signals[0], rel=0.06))


def test_the_sum_of_a_unit_is_what_hooks_see():
    app = open_part("Block", block="blocks.4.1", channel="7", row="3", column="5")
    assert_well(app)
    seen = {}
    model = models.load("efficientnet-lite0")
    block = model.get_submodule("blocks.4.1")
    block.register_forward_hook(
        lambda module, given, out: seen.update(x=given[0][0, 7, 3, 5].item(), total=out[0, 7, 3, 5].item())
    )
    block.bn3.register_forward_hook(lambda module, given, out: seen.update(branch=out[0, 7, 3, 5].item()))
    card = models.card("efficientnet-lite0")
    prepared = images.prepare(np.asarray(images.gallery_image("chelsea")), card.preprocessing)
    with torch.no_grad():
        model(torch.as_tensor(prepared.tensor).reshape(1, *card.input_size))
    numbers = [float(each) for each in re.findall(r"(?:underbrace\{\(?|mathbf\{)(-?[\d.]+)", app.latex[-1].value)]
    assert numbers == pytest.approx([seen["branch"], seen["x"], seen["total"]], rel=1e-3)


def test_the_answer_without_a_block_is_that_with_zeros_in_its_branch():
    app = open_part("Removal", block="blocks.5.3", depth="8")
    assert_well(app)
    whole, without = photo_scores(), photo_scores("blocks.5.3.bn3")
    told = said(app)
    name = models.card("efficientnet-lite0").classes[int(whole.argmax())]
    share = re.search(rf"\*\*{name}\*\*: ([\d.]+)% with all blocks", told)
    assert float(share[1]) / 100 == pytest.approx(whole.max().item(), abs=6e-4)
    lowest = re.search(r"Block 9, \*\*blocks\.5\.3\*\*, is missed most: ([\d.]+)%", told)
    assert float(lowest[1]) / 100 == pytest.approx(without[whole.argmax()].item(), abs=6e-4)


def test_blocks_are_taken_from_both_networks_live():
    app = open_part("Removal", removed="2,9", image="7")
    assert_well(app)
    shown = {each.label: each.value for each in app.metric}
    images, labels = examples()[2:]
    for name in ("plain", "residual"):
        made = trained(name)
        told = f"With all blocks {wrong(made, images, labels):.1%}."
        assert any(each.value == told for each in app.caption), told
        for at in (1, 8):
            # Without its branch a residual block is relu(x), which is x where all is a ReLU's output already.
            made.blocks[at].forward = lambda maps: maps
        assert shown[f"{name.capitalize()}: wrong"] == f"{wrong(made, images, labels):.1%}"


@pytest.mark.parametrize("part", PARTS)
def test_code_questions_and_link(part, capsys):
    app = open_part(part, **SMALL[part])
    link = dict(app.query_params)
    exec(compile(app.code[0].value, "code", "exec"), {})
    assert capsys.readouterr().out.strip()
    app = unfold(app, key(part, "predict"))
    asked = answered_in_turn(app, key(part, "predict-next"), 4)
    assert len(asked) == 4
    assert dict(opening.open_screen("pages/train/depth.py", **link).query_params) == link


def test_every_preset_of_the_figures_opens():
    for part in ("", "Gradients"):
        app = open_part(part)
        for name in import_module(f"cnnviz.ui.depth.{PARTS[part]}").PRESETS:
            app.pills(key=key(part, "preset")).set_value(name).run()
            assert_well(app)


def test_a_network_without_blocks_is_told_so():
    app = open_part("Block", model="alexnet-tiny")
    assert not app.exception
    assert "there is no residual block to take apart" in app.error[0].value


def test_every_addition_can_be_chosen():
    # A block of a Swin transformer adds twice.
    named = block_names(["layer1.0.add", "add", "features.1.0.add", "features.1.0.add_1"])
    assert named == ("layer1.0", "add", "features.1.0.add", "features.1.0.add_1")
