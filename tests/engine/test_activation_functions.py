from itertools import pairwise

import numpy as np
import pytest

from cnnviz.engine.requests import (
    DescendTwoWeights,
    ModelChoice,
    SampleActivations,
    StackActivations,
    SwapActivations,
    TimeActivations,
    TrainUnits,
)
from cnnviz.probes.activation_functions import FUNCTIONS


def test_requests_about_activation_functions_are_answered_and_kept(build):
    engine = build()
    curves, known = engine.ask(SampleActivations(tuple(FUNCTIONS), 0.25)).found
    assert list(known) == list(FUNCTIONS)
    assert curves.values.shape == (len(FUNCTIONS), 1601)
    assert curves.slopes[list(FUNCTIONS).index("prelu"), 0] == 0.25
    costs = engine.ask(TimeActivations(("relu", "tanh")))
    assert engine.ask(TimeActivations(("relu", "tanh"))) is costs
    assert costs.found["relu"].both == 1
    raw, centred = engine.ask(DescendTwoWeights("sigmoid", 20, 0.5, 30, 0)).found
    assert raw.weights.shape == centred.weights.shape == (31, 2)
    np.testing.assert_allclose(centred.inputs, raw.inputs - raw.inputs.mean(axis=0), atol=1e-12)
    training = engine.ask(TrainUnits("relu", 0.1, 0.01, 5, 0)).found
    assert training.dead.shape == (6, 3)


def test_slopes_of_a_quarter_make_gradients_vanish(build):
    found = build().ask(StackActivations("sigmoid", 64, 12, "orthogonal", 0)).found
    sizes = [each.deviation for each in found.gradients]
    assert len(sizes) == 13
    # An orthogonal layer keeps a gradient's length, and a slope of sigmoid is at most 0.25.
    assert all(low <= 0.25 * high * 1.001 for low, high in pairwise(sizes))


@pytest.mark.parametrize(("name", "sheet"), [("lenet5-fashion", "clothes"), ("mlp-mnist", "digits")])
def test_a_shipped_network_is_measured_on_its_own_images(build, name, sheet):
    found = build().ask(SwapActivations(ModelChoice(name), sheet, "tanh", 0.25, 0.05)).found
    assert found.before.accuracy > 0.85
    assert [layer.name for layer in found.before.layers] == [layer.name for layer in found.after.layers]
