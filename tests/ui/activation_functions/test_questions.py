"""Questions about slopes: the right answer is that of the function itself, and among distinct options."""

import re

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from cnnviz.probes.activation_functions import FUNCTIONS, function, sampled
from cnnviz.ui.activation_functions.curves import flat
from cnnviz.ui.activation_functions.names import named
from cnnviz.ui.activation_functions.questions import question_about_slopes
from tests.ui.written import number

CURVES = sampled(FUNCTIONS)
NAMES = {named(name): name for name in FUNCTIONS}


def slope(name, x):
    at = torch.tensor([x], dtype=torch.float64, requires_grad=True)
    (found,) = torch.autograd.grad(function(name).double()(at).sum(), at)
    return float(found)


@given(name=st.sampled_from(list(FUNCTIONS)), count=st.integers(0, 300))
def test_the_right_answer_is_autograds(name, count):
    asked = question_about_slopes(name, CURVES, count)
    assert str(asked.right) in asked.options
    assert 2 <= len(asked.options) <= 4
    assert len(set(asked.options)) == len(asked.options)
    if count % 3 == 0:
        x = number(re.search(r"x = ([−\d.]+)\?", asked.asked)[1])
        assert number(asked.right) == pytest.approx(slope(name, x), abs=6e-4)
    elif count % 3 == 1:
        x = number(re.search(r"x = ([−\d.]+)\?", asked.asked)[1])
        steepness = {option: abs(slope(NAMES[option], x)) for option in asked.options}
        assert max(steepness, key=steepness.get) == asked.right
    else:
        layers = int(re.search(r"through (\d+) layers", asked.asked)[1])
        steepest = max(abs(slope(name, x / 100)) for x in range(-800, 801, 1)) if name in ("sigmoid", "tanh") else None
        if steepest is not None:
            assert number(asked.right) == pytest.approx(steepest**layers, rel=0.06)


@pytest.mark.parametrize(("name", "threshold", "where"), [
    ("relu", 0.05, "for x ≤ 0.00"),
    ("leaky_relu", 0.005, "nowhere"),
    ("tanh", 0.05, "for x ≤ −2.18, for x ≥ 2.18"),
])  # fmt: skip
def test_flat_stretches(name, threshold, where):
    found, share = flat(CURVES, name, threshold)
    assert found == where
    assert (share == 0) is (where == "nowhere")


def test_between_its_two_slopes_gelu_is_flat_around_its_lowest_point():
    found, _ = flat(CURVES, "gelu", 0.05)
    left, low, high = map(number, re.fullmatch(r"for x ≤ (\S+), for x from (\S+) to (\S+)", found).groups())
    for end, outside in ((left, 0.01), (low, -0.01), (high, 0.01)):
        assert abs(slope("gelu", end)) < 0.05 <= abs(slope("gelu", end + outside))


def test_half_of_normal_inputs_land_where_relu_is_flat():
    assert flat(CURVES, "relu", 0.05)[1] == pytest.approx(0.5, abs=0.01)
