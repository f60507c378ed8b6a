"""A neuron with two weights against gradients worked out by hand and torch's own optimiser."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from cnnviz.probes.two_weights import GOAL, START, centred, descend, example_inputs

POSITIVE = ("sigmoid", "softplus")


def test_one_step_by_hand():
    inputs = torch.tensor([[1.0, 0.5]], dtype=torch.float64)
    found = descend(inputs, rate=0.5, steps=1)
    # (-1, 1) . x = -0.5 and (1, -1) . x = 0.5, so the error is -1 and the gradient -x.
    assert found.gradients.tolist() == [[-1, -0.5]]
    assert found.weights.tolist() == [[-1, 1], [-0.5, 1.25]]
    assert found.losses.tolist() == [1, (0.5 - 0.125) ** 2]


@settings(max_examples=30)
@given(name=st.sampled_from(POSITIVE), seed=st.integers(0, 99), rate=st.floats(0.01, 0.5))
def test_positive_inputs_never_move_one_weight_up_and_the_other_down(name, seed, rate):
    inputs = example_inputs(name, 12, seed)
    found = descend(inputs, rate=rate, steps=25)
    assert float(inputs.min()) > 0
    assert (np.sign(found.gradients[:, 0]) == np.sign(found.gradients[:, 1])).all()
    assert found.opposed == 0


@settings(max_examples=20)
@given(name=st.sampled_from(["sigmoid", "tanh", "gelu"]), seed=st.integers(0, 99), rate=st.floats(0.01, 0.5))
def test_the_path_is_that_of_torchs_optimiser(name, seed, rate):
    inputs = centred(example_inputs(name, 10, seed))
    assert inputs.mean(dim=0).tolist() == pytest.approx([0, 0], abs=1e-12)
    found = descend(inputs, rate=rate, steps=15)
    layer = torch.nn.Linear(2, 1, bias=False, dtype=torch.float64)
    layer.weight.data = torch.tensor([START], dtype=torch.float64)
    optimiser = torch.optim.SGD(layer.parameters(), lr=rate)
    for step in range(15):
        x = inputs[step % 10]
        optimiser.zero_grad()
        (0.5 * torch.nn.functional.mse_loss(layer(x)[0], x @ torch.tensor(GOAL, dtype=torch.float64))).backward()
        optimiser.step()
        np.testing.assert_allclose(found.weights[step + 1], layer.weight.detach().numpy()[0], atol=1e-12)


def test_centred_the_same_numbers_lead_there_on_a_shorter_path():
    inputs = example_inputs("sigmoid", 30, 1)
    as_they_are, middle = (descend(each, rate=1.0, steps=200) for each in (inputs, centred(inputs)))
    assert 0.3 < middle.opposed < 0.7
    assert as_they_are.length > 2 * middle.length
    for found in (as_they_are, middle):
        there = np.linalg.norm(found.weights - np.array(GOAL), axis=1) < 0.1
        assert there[found.arrival]
        assert not there[: found.arrival].any()
        steps = np.linalg.norm(found.weights[1:] - found.weights[:-1], axis=1)
        ends = np.linalg.norm(found.weights[-1] - found.weights[0])
        assert found.length == pytest.approx(steps.sum() / ends)


def test_weights_that_stay_where_they_are_have_the_shortest_path():
    found = descend(torch.zeros(3, 2, dtype=torch.float64), rate=1.0, steps=4)
    assert (found.length, found.opposed, found.arrival) == (1, 0, None)
