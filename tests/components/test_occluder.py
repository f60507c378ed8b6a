"""What the browser is sent of a patch that hides a part of a photo."""

import numpy as np
import pytest

from cnnviz.components.occluder import message
from cnnviz.components.pack import unpack
from cnnviz.errors import ShapeError

PHOTO = np.arange(8 * 6 * 3, dtype=np.uint8).reshape(8, 6, 3)
ROWS = [("cat", 0.5, 0.25)]


def test_a_move_is_a_small_message_beside_the_same_parcel():
    one, other = (message(PHOTO, PHOTO // 2, ROWS, at=at, size=2, stride=1, key="a") for at in ((0, 0), (3, 4)))
    assert one[1] == other[1]
    meta, arrays = unpack(other[0])
    assert (meta["at"], meta["size"], meta["rows"]) == ([3, 4], 2, [["cat", 0.5, 0.25]])
    assert arrays == []
    _, (photo, filling) = unpack(one[1])
    assert np.array_equal(photo, PHOTO)
    assert np.array_equal(filling, PHOTO // 2)


def test_other_shapes_are_refused_in_a_sentence():
    with pytest.raises(ShapeError, match=r"\(8, 6, 3\).*\(7, 6, 3\)"):
        message(PHOTO, PHOTO[1:], ROWS, at=(0, 0), size=2, stride=1)
    with pytest.raises(ShapeError, match="7 pixels"):
        message(PHOTO, PHOTO, ROWS, at=(0, 0), size=7, stride=1)
