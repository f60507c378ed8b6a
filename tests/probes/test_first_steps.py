import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from cnnviz.probes.beginnings import BEGINNINGS
from cnnviz.probes.deep_stack import DeepStack
from cnnviz.probes.first_steps import learning, unit_rows

FUNCTIONS = {torch.tanh: nn.Tanh, torch.relu: nn.ReLU}


def examples(seed=0, count=20, size=7):
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(count, size, generator=generator), torch.arange(count) % 3


def network(stack):
    """The same network of torch's modules, in double precision."""
    layers = []
    for layer in range(1, stack.depth + 1):
        weight = stack.weights(layer)[0]
        linear = nn.Linear(*reversed(weight.shape), dtype=torch.float64)
        nn.init.zeros_(linear.bias)
        with torch.no_grad():
            linear.weight.copy_(weight)
        layers += [linear, FUNCTIONS[stack.function]()]
    return nn.Sequential(*layers[:-1])


@settings(max_examples=30)
@given(
    st.lists(st.integers(1, 6), max_size=3),
    st.sampled_from(list(FUNCTIONS)),
    st.sampled_from(BEGINNINGS),
    st.floats(0.01, 0.5),
    st.integers(0, 99),
)
def test_losses_and_weights_are_those_of_torchs_optimiser(hidden, function, beginning, rate, seed):
    stack = DeepStack((7, *hidden, 3), function, beginning, 0.3, seed=seed)
    inputs, labels = examples(seed)
    inputs = inputs.double()
    model = network(stack)
    optimiser = torch.optim.SGD(model.parameters(), lr=rate)
    losses, accuracies, rows = [], [], []
    for _ in range(7):
        scores = model(inputs)
        loss = nn.functional.cross_entropy(scores, labels)
        losses.append(loss.item())
        accuracies.append((scores.argmax(1) == labels).double().mean().item())
        rows.append(model[0].weight.detach().numpy().copy())
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    found = learning(stack, inputs, labels, rate=rate, steps=6)
    np.testing.assert_allclose(found.losses, losses, rtol=1e-9)
    np.testing.assert_allclose(found.accuracies, accuracies)
    units = unit_rows(stack, inputs, labels, rate=rate, steps=6, kept=(0, 3, 6))
    np.testing.assert_allclose(units.rows, np.array(rows)[[0, 3, 6]], rtol=1e-5, atol=1e-6)
    gaps = [np.abs(each[:, None] - each[None]).max() for each in rows]
    np.testing.assert_allclose(units.apart[:, 0], gaps, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(units.moved[:, 0], [np.abs(each - rows[0]).max() for each in rows], atol=1e-12)


@pytest.mark.parametrize("function", FUNCTIONS)
def test_from_zeros_no_weight_moves_and_from_a_constant_all_rows_move_alike(function):
    inputs, labels = examples()
    zeros, alike, apart = (
        unit_rows(DeepStack((7, 5, 5, 3), function, beginning, 0.2), inputs, labels, rate=0.1, steps=50, kept=(50,))
        for beginning in ("zeros", "constant", "xavier")
    )
    assert not zeros.moved.any()
    assert alike.moved[-1].min() > 1e-3
    assert alike.apart[:, :2].max() < 1e-14  # rounding
    # Outputs have targets of their own.
    assert alike.apart[-1, 2] > 1e-3
    assert apart.apart.min() > 0.01
