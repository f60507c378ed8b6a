"""Every number of the screen on convolution against torch's own layers, in double precision."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import assume, given
from hypothesis import strategies as st
from torch import nn

from cnnviz.components.sliding import message
from cnnviz.engine.local import LocalEngine
from cnnviz.errors import ShapeError
from cnnviz.ui.convolution.state import KINDS, PRESETS, State, controls, read
from cnnviz.ui.form_controls import written
from tests.components.tables import from_tables
from tests.ui.opened import opened, values

FIXED = ("kind", "input", "weights")


@pytest.fixture(scope="module")
def engine():
    started = LocalEngine(device="cpu")
    yield started
    started.close()


def by_torch(each: State) -> np.ndarray:
    """The same by the layer of torch.nn, as a learner would write it."""
    module = getattr(nn, each.kind)(each.inputs.shape[0], dtype=torch.float64, **each.arguments)
    weights = torch.tensor(each.torch_weights, dtype=torch.float64)
    if each.flip:
        weights = weights.flip(tuple(range(2, weights.ndim)))
    with torch.no_grad():
        module.weight.copy_(weights)
        if each.bias is not None:
            module.bias.copy_(torch.tensor(each.bias))
        return module(torch.tensor(each.inputs, dtype=torch.float64)[None])[0].numpy()


@st.composite
def states(draw):
    kind = draw(st.sampled_from(KINDS))
    chosen = {each.name: draw(values(each, 9)) for each in controls(kind) if each.name not in FIXED}
    chosen["groups"] = draw(st.sampled_from([n for n in (1, 2, 3, 4) if chosen["channels"] % n == 0]))
    if chosen["filters"] % chosen["groups"]:
        chosen["filters"] = chosen["groups"]
    if chosen.get("same"):
        chosen["stride"] = 1
    seed = draw(st.integers(0, 1000))
    try:
        with opened(kind=kind, input="random", weights="random", **chosen):
            each = read()
    except ShapeError:
        assume(False)
    rng = np.random.default_rng(seed)
    each.inputs[:] = rng.normal(size=each.inputs.shape)
    each.weights[:] = rng.normal(size=each.weights.shape)
    return each


@given(each=states())
def test_any_setting_gives_torchs_numbers(engine, each):
    output = engine.ask(each.request()).found.output
    expected = by_torch(each)
    assert output.shape == expected.shape == each.layer.output_size[1:]
    np.testing.assert_allclose(output, expected, atol=1e-5, rtol=1e-5)


@given(each=states())
def test_the_tables_that_the_browser_gets_add_up_to_the_same(each):
    expected = by_torch(each)
    assume(expected.size <= 400)
    for axis, size in zip(each.axes, each.inputs.shape[1:], strict=True):
        assert axis.inputs == size
    summed = from_tables(each.inputs, each.weights, each.bias, each.axes, each.groups)
    np.testing.assert_allclose(summed, expected, atol=1e-5)
    message(each.inputs, expected, axes=each.axes, weights=each.weights, bias=each.bias, groups=each.groups)


def of_preset(name: str) -> State:
    with opened(**PRESETS[name]):
        return read()


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_gives_torchs_numbers(engine, name):
    each = of_preset(name)
    known = {control.name: control for control in controls(each.kind)}
    for key, value in PRESETS[name].items():
        assert known[key].parse(written(value)) == value
        # A preset is what differs from the defaults: what is a default stays out of the link.
        assert value != known[key].default
    found = engine.ask(each.request()).found
    np.testing.assert_allclose(found.output, by_torch(each), atol=1e-5)
    assert (found.linear is not None) == (name == "one")


def test_the_lectures_sizes():
    assert of_preset("lecture").layer.output_size == (1, 1, 5, 5)
    even = of_preset("even").layer
    assert even.output_size[2:] == even.input_size[2:]
    assert (even.window.before, even.window.after) == ((1, 1), (2, 2))


def test_both_ways_to_draw_a_transposed_convolution_show_the_same_sums():
    each = of_preset("painting")
    drawn = {True: each.axes, False: replace(each, painting=False).axes}
    assert len(drawn[False][0].source) > len(drawn[True][0].source) == each.inputs.shape[1]
    sums = [from_tables(each.inputs, each.weights, None, axes, 1) for axes in drawn.values()]
    np.testing.assert_allclose(sums[0], sums[1])


def test_the_courses_filter_spans_the_full_depth():
    each = of_preset("depth")
    assert each.inputs.shape == (3, 32, 32)
    assert each.layer.output_size == (1, 1, 28, 28)
    assert (each.layer.weights, each.layer.biases, each.taps) == (75, 1, 75)
    with opened(**{**PRESETS["depth"], "filters": 6}):
        assert read().layer.output_size == (1, 6, 28, 28)


def test_edits_reach_the_numbers():
    with opened(input="edge", weights="identity", edited_kernel="0:2.5_999:1", edited_input="3:-7", edited_bias="0:1"):
        each = read()
    assert each.weights[0, 0, 0, 0] == 2.5
    assert each.inputs[0, 0, 3] == -7
    assert each.bias is None
