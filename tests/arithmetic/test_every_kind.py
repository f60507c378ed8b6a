"""Every layer kind against torch's real layer, over many settings; HYPOTHESIS_PROFILE=nightly tries 10,000 of each."""

import re

import pytest
import torch
from hypothesis import given, note
from hypothesis import strategies as st

from cnnviz.arithmetic import KINDS, layer
from cnnviz.errors import ShapeError
from tests.arithmetic import oracle
from tests.arithmetic.cases import CASES

MULTIPLYING = re.compile(r"Conv|Linear")
# Normalisation has no gradient where a group has one number, nor Softmax where it sums to 1 whatever it is given.
GRADUAL = re.compile(r"Conv|Pool|Pad|Pixel|Upsample|Linear|ReLU|ELU|Sigmoid|Tanh|Dropout|Identity|Flatten")


@pytest.fixture(autouse=True, scope="module")
def one_thread():
    """The tensors are small, and threads that wait for each other cost more than they do."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


def test_every_kind_has_cases():
    assert set(CASES) == set(KINDS)


@pytest.mark.parametrize("kind", KINDS)
@given(data=st.data())
def test_as_torch(kind, data):
    size, settings = data.draw(CASES[kind])
    accepted = oracle.accepted(kind, size, settings)
    if accepted is None:
        with pytest.raises(ShapeError) as refusal:
            layer(kind, size, **settings)
        note(str(refusal.value))
        assert re.search(r"\d|\"", str(refusal.value)), "no numbers in the sentence"
        return
    module, truth = accepted
    found = layer(kind, size, **settings)
    assert (found.kind, found.input_size) == (kind, size)
    assert oracle.Truth(found.output_size, found.weights, found.biases, found.buffers) == truth
    assert found.memory(2) == 2 * torch.Size(truth.output_size).numel()
    assert found.flops == 2 * found.macs == (oracle.flops(module, size) if MULTIPLYING.match(kind) else 0)
    kept = oracle.saved(module, size)
    if kept:
        assert oracle.Saved("input" in found.saves, "output" in found.saves, found.saved_extra) == kept
    if GRADUAL.search(kind):
        assert found.unseen == oracle.unseen(module, size)
