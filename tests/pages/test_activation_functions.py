"""Activation functions without a browser: every part opens in every preset, and says torch's numbers."""

import re
from functools import partial
from importlib import import_module

import pytest
import torch
from torch import nn
from torch.nn import functional

from cnnviz import images, models
from cnnviz.probes.activation_functions import FUNCTIONS
from cnnviz.ui.activation_functions import dying_units
from tests.conftest import NIGHTLY, some
from tests.pages import opening
from tests.pages.opening import assert_well, kept, said, unfold
from tests.ui.written import number

open_screen = partial(opening.open_screen, "pages/train/activation_functions.py")
PARTS = {
    "": "curves",
    "Network": "trained_network",
    "Depth": "depth",
    "Zero-centred": "zero_centred",
    "Dying": "dying_units",
}
PRESETS = [
    (part, name)
    for part, module in PARTS.items()
    for name in import_module(f"cnnviz.ui.activation_functions.{module}").PRESETS
]
COUNT = r"(\d[\d.·⁻⁰¹²³⁴⁵⁶⁷⁸⁹]*)"


@pytest.fixture(autouse=True)
def few_rates(monkeypatch):
    """Three of eight learning rates, at each of which three networks learn; nightly all."""
    if not NIGHTLY:
        monkeypatch.setattr(dying_units, "RATES", ("0.1", "0.5", "1.5"))


def link_of(part):
    return {"part": part} if part else {}


@pytest.mark.parametrize(("part", "preset"), some(PRESETS, every=2))
def test_every_preset_opens_and_its_code_runs(part, preset, capsys):
    app = kept(open_screen, **link_of(part))
    row = ".".join(filter(None, ("activation_functions", part, "preset")))
    app.pills(key=row).set_value(preset).run()
    assert_well(app)
    exec(app.code[-1].value, {})
    assert capsys.readouterr().out.strip()
    assert "{" not in said(app)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_function_opens_with_its_formula_and_its_code_gives_the_same(name, capsys):
    app = open_screen(function=name, at="-1.3", prelu_slope="0.3")
    assert_well(app)
    module = FUNCTIONS[name](0.3).double()
    x = torch.tensor([-1.3], dtype=torch.float64, requires_grad=True)
    value = module(x)
    (slope,) = torch.autograd.grad(value.sum(), x)
    shown = [float(each) for each in re.findall(r"mathbf\{([-\d.]+)\}", app.latex[0].value)]
    assert shown == pytest.approx([value.item(), slope.item()], rel=1e-3, abs=1e-9)
    exec(app.code[-1].value, {})
    printed = [float(each) for each in re.findall(r"-?\d+\.\d+", capsys.readouterr().out)]
    assert printed == pytest.approx([value.item(), slope.item()], abs=1e-4)


def test_where_a_sigmoid_is_flat_and_how_many_normal_inputs_land_there():
    app = open_screen(threshold="0.1")
    # s(1 - s) = 0.1 at s = 0.8873, that is at x = 2.0634; samples lie every 0.01.
    assert "for x ≤ −2.07 and for x ≥ 2.07" in said(app)
    assert "3.8% land there" in said(app) or "3.9% land there" in said(app)


def test_a_network_keeps_or_loses_what_it_reads():
    app = open_screen(part="Network", function="tanh")
    lenet = models.load("lenet-relu-mnist")
    pixels = ((torch.tensor(images.sheet("digits")).float() / 255 - 0.1307) / 0.3081)[:, None]
    labels, shares = torch.tensor(images.sheet_labels()), []
    with torch.no_grad():
        for function in (torch.relu, torch.tanh):
            maps = functional.max_pool2d(function(lenet.conv1(pixels)), 2)
            maps = functional.max_pool2d(function(lenet.conv2(maps)), 2)
            scores = lenet.fc2(function(lenet.fc1(maps.flatten(1))))
            shares.append(f"{(scores.argmax(dim=1) == labels).float().mean():.0%}")
    assert (
        f"**{shares[0]}** of the hundred test images are right with ReLU, as trained; **{shares[1]}** with tanh"
        in said(app)
    )


def test_the_gradient_that_is_left_is_autograds():
    app = open_screen(part="Depth", function="tanh", depth="3", width="16", beginning="orthogonal")
    from cnnviz.probes.deep_stack import DeepStack

    stack = DeepStack((16,) * 4, torch.tanh, "orthogonal")
    h = x = stack.inputs().requires_grad_()
    for layer in (1, 2, 3):
        h = torch.tanh(functional.linear(h, stack.weights(layer)[0]))
    top = stack.top_gradient()
    h.backward(top)
    left = float(x.grad.std(correction=0) / top.std(correction=0))
    shown = number(re.search(rf"3 layers down, the gradient is {COUNT} times", said(app))[1])
    assert shown == pytest.approx(left, rel=6e-3)


def test_fifty_layers_of_selu_keep_mean_0_and_variance_1_and_relu_does_not():
    text = said(open_screen(part="Depth", function="selu", depth="50", width="256"))
    each = rf"mean ([−\d.]+) and variance {COUNT}"
    found = re.search(rf"SELU gives {each}; ReLU, in the same stack, {each}\.", text)
    mean, variance, relu_mean, relu_variance = map(number, found.groups())
    assert abs(mean) < 0.15
    assert 0.7 < variance < 1.4
    assert relu_variance < 1e-12
    assert relu_mean == 0


def test_positive_inputs_never_oppose_and_centred_ones_do():
    text = said(open_screen(part="Zero-centred"))
    shares = [int(each) for each in re.findall(r"(\d+)% of the steps", text)]
    assert shares[0] == 0
    assert 30 < shares[1] < 70


def test_leaky_units_do_not_die():
    text = said(open_screen(part="Dying", rate="1", steps="60"))
    shares = [int(each) for each in re.findall(r"\*\*(\d+)%\*\*", text)]
    assert shares[0] > 30
    assert shares[2] == 0


@pytest.mark.parametrize("part", PARTS)
def test_a_question_is_marked(part):
    key = ".".join(filter(None, ("activation_functions", part, "predict")))
    app = unfold(open_screen(**link_of(part)), key)
    for _ in range(3):
        question = app.radio[-1]
        question.set_value(question.options[0]).run()
        assert app.success or app.warning
        app.button(key=f"{key}-next").click().run()
        assert_well(app)


def test_a_link_opens_the_very_state():
    link = {"function": "gelu", "beside": "relu,silu", "at": "-0.5", "threshold": "0.2"}
    app = open_screen(**link)
    assert_well(app)
    assert app.multiselect(key="activation_functions.beside").value == ["relu", "silu"]
    app.number_input(key="activation_functions.at").set_value(1.25).run()
    shown = {name: text[0] if isinstance(text, list) else text for name, text in app.query_params.items()}
    assert shown == {**link, "at": "1.25"}
    assert said(open_screen(**shown)) == said(app)
    app.segmented_control(key="activation_functions.part").set_value("Depth").run()
    assert_well(app)
    app.segmented_control(key="activation_functions.part").set_value("").run()
    assert app.number_input(key="activation_functions.at").value == 1.25


@pytest.mark.parametrize("part", PARTS)
def test_nonsense_in_a_link_opens(part):
    app = open_screen(
        **link_of(part), function="x", beside="a,b", at="nan", rate="-1", depth="9999", layer="q", seed="?"
    )
    assert_well(app)


def test_a_function_that_is_no_module_is_not_offered_in_a_network():
    app = open_screen(part="Network")
    assert len(app.selectbox(key="activation_functions.Network.function").options) == len(FUNCTIONS) - 1
    assert isinstance(FUNCTIONS["gelu_sigmoid"](0.0), nn.Module)
