"""Counts of weights against those that torch's own layers hold, and the course's."""

from math import prod

from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from cnnviz.arithmetic.connectivity import STEPS, connections

few = st.integers(1, 4)


@given(rank=st.sampled_from([1, 2]), size=st.integers(3, 6), kernel=st.integers(1, 3), channels=few, filters=few)
def test_the_weights_are_those_of_torchs_layers(rank, size, kernel, channels, filters):
    outputs = (size - kernel + 1,) * rank
    counted = connections((size,) * rank, outputs, (kernel,) * rank, channels=channels, filters=filters)
    convolution = (nn.Conv1d, nn.Conv2d)[rank - 1](channels, filters, kernel, bias=False)
    # The same outputs by one layer, and by one small layer a window.
    whole = nn.Linear(channels * size**rank, filters * prod(outputs), bias=False)
    window = nn.Linear(channels * kernel**rank, filters, bias=False)
    assert counted.weights("shared") == convolution.weight.numel()
    assert counted.weights("all") == whole.weight.numel()
    assert counted.weights("local") == prod(outputs) * window.weight.numel()


def test_the_courses_counts():
    assert [connections((7,), (3,), (3,)).weights(step) for step in STEPS] == [21, 9, 3]
    image = connections((32, 32), (32, 32), (5, 5), channels=3, filters=10)
    assert (image.weights("all"), image.weights("shared")) == (31_457_280, 750)
