"""The screen on initialisation without a browser: every part, and what it says is what torch computes."""

import base64
import json
import re
from importlib import import_module

import numpy as np
import pytest
import torch
from torch import nn

from cnnviz import images
from cnnviz.probes.deep_stack import DeepStack
from cnnviz.ui.initialization import depth
from tests.conftest import some
from tests.pages import opening
from tests.pages.opening import answered_in_turn, assert_well, said, unfold
from tests.ui.written import number

PARTS = {"": "depth", "Symmetry": "symmetry", "Residual": "residual", "First steps": "first_steps",
         "Derivation": "derivation"}  # fmt: skip
SMALL = {"width": "64"}
NUMBER = r"([−\d.]+(?:·10[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)?)"


def open_part(part="", **link):
    named = {"part": part} if part else {}
    return opening.open_screen("pages/train/initialization.py", **named, **link)


def key(part, name):
    return ".".join(filter(None, ("initialization", part, name)))


def presets():
    for part, module in PARTS.items():
        for name, preset in import_module(f"cnnviz.ui.initialization.{module}").PRESETS.items():
            yield pytest.param(part, name, preset, id=f"{module}-{name}")


def numbers_of(pattern: str, app) -> list[float]:
    found = re.search(pattern.replace("#", NUMBER), said(app))
    assert found, (pattern, said(app))
    return [number(each.rstrip(".")) for each in found.groups()]


@pytest.mark.parametrize(("part", "name", "preset"), some([*presets()]))
def test_every_preset_opens_and_its_link_is_the_state(part, name, preset):
    app = open_part(part, **SMALL) if part == "" else open_part(part)
    app.pills(key=key(part, "preset")).set_value(name).run()
    assert_well(app)
    link = dict(app.query_params)
    assert {each: link[each] for each in preset} == {each: str(value) for each, value in preset.items()}
    again = opening.open_screen("pages/train/initialization.py", **link)
    assert_well(again)
    assert said(again) == said(app)
    assert again.pills(key=key(part, "preset")).value == name


@pytest.mark.parametrize("part", PARTS)
def test_the_code_runs(part, capsys):
    app = open_part(part, **({"width": "64", "beginning": "kaiming_in"} if part in ("", "Residual") else {}))
    exec(compile(app.code[0].value, "code", "exec"), {})
    assert capsys.readouterr().out.strip()


@pytest.mark.parametrize("beginning", depth.BEGINNING.options)
@pytest.mark.parametrize("layers", depth.LAYERS.options)
def test_the_code_of_every_beginning_gives_what_the_screen_says(beginning, layers, capsys):
    app = open_part(layers=layers, beginning=beginning, width="96", depth="4", function="relu")
    assert_well(app)
    torch.manual_seed(0)
    exec(compile(app.code[0].value, "code", "exec"), {})
    last = float(capsys.readouterr().out.split()[-1])
    told = re.search(rf"{NUMBER} in layer 4", said(app))
    if beginning == "zeros":
        assert last == 0
        assert "all activations of layer 4 are exactly 0" in said(app)
    elif beginning != "constant":
        # Another draw of few numbers.
        assert number(told[1]) == pytest.approx(last, rel=0.35, abs=0.001)


# The lecture's deviations of the activations, six layers of 4,096 units.
LECTURE = {
    "small": [0.49, 0.29, 0.18, 0.11, 0.07, 0.05],
    "large": [0.87, 0.85, 0.85, 0.85, 0.85, 0.85],
    "xavier": [0.63, 0.49, 0.41, 0.36, 0.32, 0.29],
    "xavier_relu": [0.59, 0.41, 0.29, 0.20, 0.14, 0.10],
}


def deviations(app) -> np.ndarray:
    """Return the activations' line of the chart."""
    line = json.loads(app.get("plotly_chart")[0].proto.spec)["data"][0]["y"]
    return np.frombuffer(base64.b64decode(line["bdata"]), line["dtype"])[1:]


# Each is 4,096 units wide; tests/probes/test_deep_stack.py has all of them every day.
@pytest.mark.parametrize("name", some([*LECTURE, "kaiming"], every=4))
def test_the_presets_give_the_lectures_numbers(name):
    app = open_part(**SMALL)
    app.pills(key=key("", "preset")).set_value(name).run()
    found = deviations(app)
    if name == "kaiming":
        assert 0.80 <= min(found) <= max(found) <= 0.86
    else:
        np.testing.assert_allclose(found, LECTURE[name], atol=0.02)


def test_what_opens_is_the_lectures_first_stack_with_its_numbers():
    app = open_part()
    assert_well(app)
    first, last = numbers_of("standard deviation is # in layer 1 and # in layer 6", app)
    assert (first, last) == (pytest.approx(0.49, abs=0.02), pytest.approx(0.05, abs=0.02))
    assert r"\sqrt{4{,}096} \cdot 0.01 = \mathbf{0.64}" in app.latex[-1].value


def test_a_stack_that_takes_too_long_is_refused_in_a_sentence():
    app = open_part(beginning="orthogonal", width="4096", depth="50")
    assert not app.exception
    assert "take at most 2 layers of this width" in app.error[0].value


def test_units_from_a_constant_never_part_and_random_ones_do():
    app = open_part("Symmetry")
    assert numbers_of("no two of the 6 units differ by more than #", app)[0] < 1e-12
    assert "**Nothing moves.**" in said(open_part("Symmetry", beginning="zeros"))
    assert numbers_of("Random beginnings differ, by up to #", open_part("Symmetry", beginning="xavier"))[0] > 0.05


def test_the_variance_triples_from_block_to_block_and_the_zeros_keep_it():
    app = open_part("Residual")
    assert numbers_of("each block multiplies it by #", app)[0] == pytest.approx(3, abs=0.15)
    assert numbers_of("variance is still # after", app)[0] == pytest.approx(1, abs=0.05)
    top, bottom = numbers_of("deviation of #, arrives at the input with #:", app)
    assert top == bottom
    last, first = numbers_of("has a root mean square of #, that of the first layers' of #", app)
    assert (last > 0.1, first) == (True, 0)


def test_the_losses_are_those_of_torchs_own_training():
    app = open_part("First steps", width="32", depth="2", rate="0.2")
    told = dict(re.findall(r"\| (.+?) \| ([\d.]+) \|", said(app)))
    inputs = (torch.tensor(images.sheet("digits")).flatten(1).float() / 255 - 0.1307) / 0.3081
    labels = torch.arange(100) // 10
    model = nn.Sequential(nn.Linear(784, 32), nn.Tanh(), nn.Linear(32, 32), nn.Tanh(), nn.Linear(32, 10))
    stack = DeepStack((784, 32, 32, 10), torch.tanh, "xavier")
    for at, layer in enumerate(model[::2], 1):
        layer.weight.data, layer.bias.data = stack.weights(at)[0], torch.zeros(layer.out_features)
    optimiser = torch.optim.SGD(model.parameters(), lr=0.2)
    for _ in range(50):
        optimiser.zero_grad()
        nn.functional.cross_entropy(model(inputs), labels).backward()
        optimiser.step()
    assert float(told["Xavier"]) == pytest.approx(nn.functional.cross_entropy(model(inputs), labels).item(), abs=2e-3)
    assert float(told["zeros"]) == pytest.approx(np.log(10), abs=1e-3)


def test_the_line_that_does_not_hold_is_marked():
    assert "does not hold" not in said(open_part("Derivation"))
    app = open_part("Derivation", inputs="relu")
    assert said(app).count("does not hold") == 1
    measured = numbers_of(r"Var\(y\) = #\*\*", app)[0]
    assert measured == pytest.approx(0.5, abs=0.05)


@pytest.mark.parametrize("part", PARTS)
def test_questions_are_without_end_and_marked(part):
    app = open_part(part, **({"width": "64"} if part in ("", "Residual") else {}))
    app = unfold(app, key(part, "predict"))
    asked = answered_in_turn(app, key(part, "predict-next"), 7)
    assert len(asked) >= 6
