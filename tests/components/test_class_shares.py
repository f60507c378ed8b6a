"""What the browser is sent of a class's shares."""

from types import SimpleNamespace

import numpy as np
import pytest

from cnnviz.components.class_shares import message
from cnnviz.components.pack import unpack
from cnnviz.errors import ShapeError

PHOTO = np.zeros((8, 6, 3), np.uint8)


def shares(weights):
    maps = np.arange(24, dtype=np.float32).reshape(2, 4, 3)
    return SimpleNamespace(maps=maps, weights=np.array(weights, np.float32), bias=0.5, logit=3.0)


def test_another_class_is_a_small_message_beside_the_same_parcel():
    one, other = (message(shares(weights), PHOTO, selected=(1, 2), key="a") for weights in ([1, 2], [3, 4]))
    assert one[1] == other[1]
    meta, (weights,) = unpack(other[0])
    assert weights.tolist() == [3, 4]
    assert (meta["size"], meta["photo"], meta["bias"], meta["logit"]) == ([4, 3], [8, 6], 0.5, 3.0)
    assert meta["selected"] == [1, 2]
    _, (photo, maps) = unpack(one[1])
    assert photo.shape == PHOTO.shape
    assert np.array_equal(maps, shares([1, 2]).maps)


def test_other_shapes_are_refused_in_a_sentence():
    with pytest.raises(ShapeError, match=r"2 channels, not \(3,\)\.$"):
        message(shares([1, 2, 3]), PHOTO)
    with pytest.raises(ShapeError, match="uint8"):
        message(shares([1, 2]), PHOTO.astype(np.float32))
