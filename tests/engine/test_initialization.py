"""A stack that is asked for part by part is the stack that is measured at once."""

import numpy as np
import pytest
import torch

from cnnviz.engine.compute.initialization import deep_stack
from cnnviz.engine.local import LocalEngine
from cnnviz.engine.requests import CheckVariance, LearnFrom, Stack, StackDown, StackUp, WatchUnits
from cnnviz.errors import ModelError
from cnnviz.probes import deep_stack as stacks
from cnnviz.probes.deep_stack import joined, measure, parts


@pytest.fixture(scope="module")
def engine():
    engine = LocalEngine(device="cpu")
    yield engine
    engine.close()


@pytest.mark.parametrize("reverse", [False, True])
def test_the_parts_of_a_stack_are_the_whole_in_any_order(engine, monkeypatch, reverse):
    monkeypatch.setattr(stacks, "_SECONDS_OF_A_PART", 2e-4)
    stack = Stack((100, 90, 80, 70, 60), "relu", "kaiming_in", seed=int(reverse))
    count = len(parts(deep_stack(stack)))
    assert count > 2
    wanted = [
        *(StackUp(stack, part) for part in range(count + 1)),
        *(StackDown(stack, part) for part in range(count + 1)),
    ]
    answers = {each: engine.ask(each).found for each in (reversed(wanted) if reverse else wanted)}
    found = joined([answers[each] for each in wanted[: count + 1]], [answers[each] for each in wanted[count + 1 :]])
    whole = measure(deep_stack(stack))
    for name in ("activations", "gradients"):
        one, other = getattr(found, name), getattr(whole, name)
        assert [each.deviation for each in one] == pytest.approx([each.deviation for each in other])
        assert len(one) == 5
        for few, many in zip(one, other, strict=True):
            np.testing.assert_array_equal(few.counts, many.counts)
    np.testing.assert_allclose(found.weight_gradients, whole.weight_gradients)


def test_what_takes_too_long_is_refused_before_it_begins(engine):
    with pytest.raises(ModelError, match=r"at most 20 s are spent on a stack: take at most \d+ layers"):
        engine.ask(StackUp(Stack((4096,) * 51, "tanh", "orthogonal"), 0))


def test_training_starts_at_what_ten_equal_scores_cost(engine):
    still = engine.ask(LearnFrom(Stack((784, 8, 10), "tanh", "zeros"), 0.1, 5)).found
    assert still.losses[0] == pytest.approx(np.log(10))
    learns = engine.ask(LearnFrom(Stack((784, 32, 10), "tanh", "xavier"), 0.1, 50)).found
    assert learns.losses[-1] < 0.3 < learns.losses[0]
    assert learns.accuracies[-1] > 0.95
    units = engine.ask(WatchUnits(Stack((784, 6, 10), "tanh", "constant", 0.05), 0.1, 50, (0, 25, 50))).found
    assert units.rows.shape == (3, 6, 784)
    assert units.apart[:, 0].max() < 1e-12 < units.moved[-1, 0]


def test_the_variance_of_a_layer_is_what_its_draws_have(engine):
    found = engine.ask(CheckVariance(400, 0.05, "normal", 0)).found
    assert found.weights.variance == pytest.approx(0.0025, rel=0.03)
    assert found.outputs == pytest.approx(1, rel=0.05)
    assert torch.isfinite(torch.tensor(found.both_centred))
