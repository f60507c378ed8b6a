"""What the component on normalisation sends to the browser, and what it refuses."""

import numpy as np
import pytest

from cnnviz.components.normalization import message
from cnnviz.components.pack import unpack
from cnnviz.errors import ShapeError


def test_a_batch_travels_with_its_parameters_in_double_precision():
    inputs = np.arange(24.0).reshape(2, 3, 2, 2)
    gamma = np.array([1 / 3, 2, 3])
    meta, arrays = unpack(message(inputs, -inputs, way="group", groups=3, gamma=gamma, eps=0.1, selected=("mean", 4)))
    assert meta["size"] == [2, 3, 2, 2]
    assert (meta["way"], meta["groups"], meta["eps"], meta["selected"]) == ("group", 3, 0.1, ["mean", 4])
    assert not meta["vectors"]
    for found, wanted in zip(arrays, (inputs, gamma, np.zeros(3), -inputs), strict=True):
        assert np.array_equal(found, wanted)


def test_vectors_are_maps_of_one_position():
    meta, _ = unpack(message(np.ones((2, 5)), np.ones((2, 5)), way="layer"))
    assert meta["size"] == [2, 5, 1, 1]
    assert meta["vectors"]


@pytest.mark.parametrize(
    ("shape", "other", "options", "said"),
    [
        ((2, 3, 4), (2, 3, 4), {}, r"\(N, C, H, W\) or \(N, D\)"),
        ((2, 3), (2, 4), {}, "output as large"),
        ((0, 3), (0, 3), {}, "none empty"),
        ((2, 3), (2, 3), {"gamma": np.ones(2)}, "as many gammas"),
        ((2, 3), (2, 3), {"groups": 2}, "divides them"),
    ],
)
def test_what_does_not_fit_is_one_sentence(shape, other, options, said):
    with pytest.raises(ShapeError, match=said):
        message(np.ones(shape), np.ones(other), way="batch", **options)
