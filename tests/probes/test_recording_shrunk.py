"""A recording that is made smaller after it was written: the same values, by a longer way."""

import pytest
import torch
from torch import nn

from cnnviz import models
from cnnviz.probes import activations
from cnnviz.probes.record import record
from tests.probes.test_recording import Counting


@pytest.mark.parametrize("most", [0, 40_000, 300_000])
def test_every_layer_stays_bit_for_bit_what_it_was(most: int) -> None:
    torch.manual_seed(0)
    model, batch = models.load("smallvgg-tiny", random_seed=1), torch.randn(1, 3, 64, 64)
    expected = activations(model, batch)
    recording, _ = record(model, batch, most_bytes=1_000_000)
    before = recording.nbytes
    recording.shrink(most)
    assert recording.nbytes < before
    assert recording.nbytes <= most + batch.nbytes + 2_000 * len(expected)
    for layer, tensor in expected.items():
        assert torch.equal(recording.tensor(layer), tensor), layer


def test_what_saves_most_is_what_stays() -> None:
    torch.manual_seed(0)
    model = nn.Sequential(*(nn.Conv2d(3, 3, 3, padding=1) for _ in range(40))).eval()
    batch = torch.randn(1, 3, 16, 16)
    ran = []
    for first, then in ((4, 4), (4, 1), (1, 1)):
        recording, _ = record(model, batch, most_bytes=first * batch.nbytes)
        recording.shrink(then * batch.nbytes)
        with Counting() as counting:
            for number in range(40):
                recording.tensor(str(number))
        ran.append(counting.names.count("conv2d"))
    # One that was made small saves as much as one that was small from the start: half of the way.
    assert ran[0] < ran[1] == ran[2]
    assert ran[2] <= 0.55 * sum(range(1, 41))


def test_a_recording_that_is_small_enough_loses_nothing() -> None:
    model, batch = models.load("smallvgg-tiny", random_seed=1), torch.randn(1, 3, 64, 64)
    recording, _ = record(model, batch, most_bytes=100_000)
    before = recording.nbytes
    recording.shrink(100_000)
    assert recording.nbytes == before
