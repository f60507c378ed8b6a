"""What the film over a stack's layers sends to the browser."""

import numpy as np
import pytest
import torch

from cnnviz.components.pack import unpack
from cnnviz.components.stack_film import message
from cnnviz.errors import ShapeError
from cnnviz.probes.deep_stack import DeepStack, measure
from cnnviz.probes.distributions import distribution


def test_every_layers_numbers_and_counts_arrive():
    found = measure(DeepStack((30, 20, 10), torch.relu, "kaiming_in"))
    meta, (numbers, counts) = unpack(message(found.activations, found.gradients, at=7, saturates=True))
    assert (meta["last"], meta["at"], meta["saturates"]) == (2, 2, True)
    assert numbers.shape == (2, 3, 5)
    assert counts.shape == (2, 3, 101)
    for row, whole in zip((0, 1), (found.activations, found.gradients), strict=True):
        for layer, each in enumerate(whole):
            assert numbers[row, layer].tolist() == [each.mean, each.deviation, each.zeros, each.saturated, each.limit]
            np.testing.assert_array_equal(counts[row, layer], each.counts)


def test_what_is_too_large_for_a_float_travels():
    huge = distribution(torch.tensor([1e38, torch.inf]))
    assert not np.isfinite(unpack(message([huge], [huge]))[1][0][0, 0, 1])


def test_rows_of_two_lengths_are_refused():
    one = distribution(torch.ones(3))
    with pytest.raises(ShapeError, match="not 1 beside 2"):
        message([one, one], [one])
