"""Every number of the screen on convolution against torch's own layers, in double precision."""

import numpy as np
import pytest
import torch
from hypothesis import assume, given
from hypothesis import strategies as st
from torch import nn

from cnnviz.components.sliding import message
from cnnviz.engine.local import LocalEngine
from cnnviz.errors import ShapeError
from cnnviz.ui.basics.convolution_form import KIND, Experiment, controls, made, switches
from cnnviz.ui.basics.convolution_presets import PRESETS
from cnnviz.ui.controls import Choice, Dial
from tests.components.tables import from_tables


@pytest.fixture(scope="module")
def engine():
    started = LocalEngine(device="cpu")
    yield started
    started.close()


def by_torch(each: Experiment) -> np.ndarray:
    """The same by the layer of torch.nn, as a learner would write it."""
    settings = {"bias": each.bias is not None, **each.settings}
    module = getattr(nn, each.kind)(each.inputs.shape[0], dtype=torch.float64, **settings)
    weights = torch.tensor(each.in_torch_order(), dtype=torch.float64)
    if each.flip:
        weights = weights.flip(tuple(range(2, weights.ndim)))
    with torch.no_grad():
        module.weight.copy_(weights)
        if each.bias is not None:
            module.bias.copy_(torch.tensor(each.bias))
        return module(torch.tensor(each.inputs, dtype=torch.float64)[None])[0].numpy()


def value_strategy(control):
    if isinstance(control, Dial):
        return st.integers(control.low, min(control.high, 9))
    if isinstance(control, Choice):
        return st.sampled_from(control.options)
    return st.booleans()


@st.composite
def experiments(draw):
    kind = draw(st.sampled_from(KIND.options))
    chosen = {each.key: draw(value_strategy(each)) for each in (*controls(kind), *switches(kind))}
    chosen["groups"] = draw(st.sampled_from([n for n in (1, 2, 3, 4) if chosen["channels"] % n == 0]))
    if chosen["filters"] % chosen["groups"]:
        chosen["filters"] = chosen["groups"]
    if chosen.get("same"):
        chosen["stride"] = 1
    seed = draw(st.integers(0, 1000))
    try:
        each = made(kind, {**chosen, "input": "random", "weights": "random"}, None, {})
    except ShapeError:
        assume(False)
    rng = np.random.default_rng(seed)
    each.inputs[:] = rng.normal(size=each.inputs.shape)
    each.weights[:] = rng.normal(size=each.weights.shape)
    return each


@given(each=experiments())
def test_any_setting_gives_torchs_numbers(engine, each):
    output = engine.ask(each.request()).found.output
    expected = by_torch(each)
    assert output.shape == expected.shape == each.layer.output_size[1:]
    np.testing.assert_allclose(output, expected, atol=1e-5, rtol=1e-5)


@given(each=experiments())
def test_the_tables_that_the_browser_gets_add_up_to_the_same(each):
    expected = by_torch(each)
    assume(expected.size <= 400)
    for axis, size in zip(each.axes(), each.inputs.shape[1:], strict=True):
        assert axis.inputs == size
    summed = from_tables(each.inputs, each.weights, each.bias, each.axes(), each.groups)
    np.testing.assert_allclose(summed, expected, atol=1e-5)
    message(each.inputs, expected, axes=each.axes(), weights=each.weights, bias=each.bias, groups=each.groups)


def of_preset(name: str) -> Experiment:
    values = {"kind": "Conv2d", **PRESETS[name]}
    kind = values["kind"]
    first = {each.key: each.default for each in (*controls(kind), *switches(kind))}
    return made(kind, {"input": "digit", "weights": "Sobel x", **first, **values}, None, {})


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_gives_torchs_numbers(engine, name):
    each = of_preset(name)
    assert set(PRESETS[name]) <= {"kind", "input", "weights"} | {
        c.key for c in (*controls(each.kind), *switches(each.kind))
    }
    found = engine.ask(each.request()).found
    np.testing.assert_allclose(found.output, by_torch(each), atol=1e-5)
    assert (found.linear is not None) == (name == "1×1")


def test_the_lectures_sizes():
    assert of_preset("The lecture's 7×7").layer.output_size == (1, 1, 5, 5)
    even = of_preset("Even kernel, same").layer
    assert even.output_size[2:] == even.input_size[2:]
    assert (even.window.before, even.window.after) == ((1, 1), (2, 2))


def test_both_ways_to_draw_a_transposed_convolution_show_the_same_sums():
    each = of_preset("Painting")
    drawn = {True: each.axes()}
    object.__setattr__(each, "painting", False)
    drawn[False] = each.axes()
    assert len(drawn[False][0].source) > len(drawn[True][0].source) == each.inputs.shape[1]
    sums = [from_tables(each.inputs, each.weights, None, axes, 1) for axes in drawn.values()]
    np.testing.assert_allclose(sums[0], sums[1])


def test_edits_reach_the_numbers():
    kind = "Conv2d"
    first = {each.key: each.default for each in (*controls(kind), *switches(kind))}
    chosen = {"input": "edge", "weights": "identity", **first}
    each = made(kind, chosen, None, {("kernel", 0): 2.5, ("input", 3): -7.0, ("bias", 0): 1.0, ("kernel", 999): 1.0})
    assert each.weights[0, 0, 0, 0] == 2.5
    assert each.inputs[0, 0, 3] == -7
    assert each.bias is None
