from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from cnnviz.errors import ModelError
from cnnviz.probes import deep_stack
from cnnviz.probes.beginnings import BEGINNINGS
from cnnviz.probes.deep_stack import DeepStack, forward, measure, parts
from cnnviz.probes.distributions import distribution

WIDE = (4096,) * 7
# FIELD: 4096 units, six layers; the deviations of the activations.
LECTURE = [
    (torch.tanh, "normal", 0.01, [0.49, 0.29, 0.18, 0.11, 0.07, 0.05]),
    (torch.tanh, "normal", 0.05, [0.87, 0.85, 0.85, 0.85, 0.85, 0.85]),
    (torch.tanh, "xavier", 0.0, [0.63, 0.49, 0.41, 0.36, 0.32, 0.29]),
    (torch.relu, "xavier", 0.0, [0.59, 0.41, 0.29, 0.20, 0.14, 0.10]),
]


def forwards(stack):
    values, found = stack.inputs(), []
    for layers in parts(stack):
        went = forward(stack, layers, values)
        values = torch.tensor(went.end)
        found.extend(went.values)
    return found


@pytest.mark.parametrize(("function", "beginning", "amount", "expected"), LECTURE)
def test_the_lectures_numbers(function, beginning, amount, expected):
    found = forwards(DeepStack(WIDE, function, beginning, amount))
    np.testing.assert_allclose([each.deviation for each in found], expected, atol=0.02)
    if amount == 0.05:
        assert found[-1].saturated == pytest.approx(1 / 3, abs=0.02)


def test_with_kaiming_they_stay_at_82_to_84_hundredths():
    found = [each.deviation for each in forwards(DeepStack(WIDE, torch.relu, "kaiming_in"))]
    assert 0.80 <= min(found) <= max(found) <= 0.86


def modules(stack, layer):
    """The same layer of torch's modules."""
    made = []
    for weights in stack.weights(layer):
        out, into = weights.shape[:2]
        module = nn.Linear(into, out, bias=False)
        if stack.kernel_size is not None:
            size = stack.kernel_size
            module = nn.Conv2d(into, out, size, padding=size // 2, padding_mode="circular", bias=False)
        with torch.no_grad():
            module.weight.copy_(weights)
        made.append(module)
    return made


stacks = st.builds(
    DeepStack,
    widths=st.lists(st.integers(1, 9), min_size=2, max_size=6).map(tuple),
    function=st.sampled_from([torch.tanh, torch.relu, torch.sigmoid, nn.functional.gelu]),
    beginning=st.sampled_from(BEGINNINGS),
    amount=st.floats(0.01, 0.5),
    kernel_size=st.sampled_from([None, None, 1, 3]),
    seed=st.integers(0, 99),
)


@given(stacks, st.booleans(), st.booleans(), st.sampled_from([1e-6, 0.4]))
def test_activations_and_gradients_are_torchs(stack, residual, last_zero, held):
    if residual:
        stack = replace(stack, widths=(stack.widths[0],) * len(stack.widths), residual=True, last_zero=last_zero)
    rows = [modules(stack, layer) for layer in range(1, stack.depth + 1)]
    values = [stack.inputs().requires_grad_()]
    for row in rows:
        after = stack.function(row[0](values[-1]))
        values.append(values[-1] + row[1](after) if residual else after)
        values[-1].retain_grad()
    values[-1].backward(stack.top_gradient())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(deep_stack, "_SECONDS_OF_A_PART", held)
        found = measure(stack)
    for given_, expected in (
        (found.activations, values),
        (found.gradients, [each.grad for each in values]),
    ):
        assert len(given_) == len(expected) == stack.depth + 1
        for one, other in zip(given_, expected, strict=True):
            assert one.deviation == pytest.approx(other.std(correction=0).item(), rel=1e-4, abs=1e-6)
            assert one.mean == pytest.approx(other.mean().item(), rel=1e-4, abs=1e-5)
            # Relative, so that what is all but 0 counts as any other.
            assert one.limit == pytest.approx(other.abs().max().item(), rel=1e-4, abs=1e-12)
    sizes = [[each.weight.grad.square().mean().sqrt().item() for each in row] for row in rows]
    np.testing.assert_allclose(found.weight_gradients, sizes, rtol=1e-4, atol=1e-6)


@given(st.lists(st.floats(-3, 3, width=32), min_size=1, max_size=40))
def test_a_distribution_counts_every_value(values):
    array = np.array(values, np.float32)
    found = distribution(torch.tensor(array))
    assert found.counts.sum() == np.count_nonzero(array)
    assert found.zeros == pytest.approx(np.mean(array == 0))
    assert found.saturated == pytest.approx(np.mean(np.abs(array.astype(float)) > 0.99))
    assert (found.mean, found.deviation) == pytest.approx((array.mean(dtype=float), array.std(dtype=float)), abs=1e-9)
    assert found.limit == np.abs(array).max()
    # What is above 0 is counted above the middle bin or in it.
    assert found.counts[51:].sum() <= (array > 0).sum() <= found.counts[50:].sum()


def test_what_is_no_number_is_said_and_not_counted():
    found = distribution(torch.tensor([1.0, torch.inf, torch.nan]))
    assert np.isnan([found.mean, found.deviation]).all()
    assert (found.counts.sum(), found.limit) == (1, 1)


def test_parts_hold_all_layers_once_and_few_weights():
    stack = DeepStack((4096,) * 4, torch.tanh, "xavier")
    assert parts(stack) == ((1,), (2,), (3,))
    assert parts(replace(stack, widths=(64,) * 51)) == (tuple(range(1, 51)),)
    assert parts(replace(stack, widths=(2048,) * 7)) == ((1, 2, 3, 4, 5), (6,))


def test_a_stack_that_takes_too_long_is_refused_with_what_would_not():
    stack = DeepStack((4096,) * 51, torch.tanh, "orthogonal")
    with pytest.raises(ModelError, match=r"50 layers .* at most 2 layers"):
        stack.check()
    replace(stack, widths=(4096,) * 3).check()
    replace(stack, beginning="normal").check()
