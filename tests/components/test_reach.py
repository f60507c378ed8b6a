"""What the components for receptive fields send to the browser."""

import numpy as np
import pytest

from cnnviz.components.pack import unpack
from cnnviz.components.reach import Stage, message
from cnnviz.errors import ShapeError

PHOTO = np.arange(5 * 6 * 3, dtype=np.uint8).reshape(5, 6, 3)
ROWS, COLUMNS = np.array([[-1, 2], [1, 4]]), np.array([[0, 3], [2, 5], [4, 7]])


def test_maps_pictures_and_bounds_arrive():
    values = np.linspace(-1, 1, 6).reshape(2, 3)
    before = Stage("relu (before it)", "4×4", np.ones((4, 4)), None, None, (2, 1), whole=True)
    data = message(
        values, title="conv", under="2×3", before=before, input=Stage("input", "5×6", PHOTO, ROWS, COLUMNS),
        selected=(1, 2), words={"hatch": "Rand"},
    )  # fmt: skip
    meta, arrays = unpack(data)
    assert (meta["size"], meta["selected"], meta["title"]) == ([2, 3], [1, 2], "conv")
    assert meta["words"]["hatch"] == "Rand"
    np.testing.assert_allclose(arrays[0], values, atol=1e-7)
    earlier, photo = meta["stages"]["before"], meta["stages"]["input"]
    assert (earlier["bounds"], earlier["taps"], earlier["whole"], earlier["coloured"]) == (None, [2, 1], True, False)
    assert (photo["size"], photo["coloured"]) == ([5, 6], True)
    np.testing.assert_array_equal(arrays[photo["picture"]], PHOTO)
    np.testing.assert_array_equal(arrays[photo["bounds"]], ROWS)
    np.testing.assert_array_equal(arrays[photo["bounds"] + 1], COLUMNS)


def test_the_layer_before_may_be_the_input():
    photo = Stage("i", "", PHOTO, ROWS, COLUMNS)
    meta, _ = unpack(message(np.zeros((2, 3)), title="a", under="", before=None, input=photo))
    assert meta["stages"]["before"] is None
    assert meta["selected"] is None


@pytest.mark.parametrize(
    ("values", "stage", "told"),
    [
        (np.zeros((2, 0)), Stage("i", "", PHOTO, ROWS, COLUMNS), r"\(2, 0\)"),
        (np.zeros((2, 3)), Stage("i", "", PHOTO[..., :2], ROWS, COLUMNS), r"\(5, 6, 2\)"),
        (np.zeros((3, 3)), Stage("i", "", PHOTO, ROWS, COLUMNS), "3 units need 3 pairs"),
    ],
)
def test_other_shapes_are_refused(values, stage, told):
    with pytest.raises(ShapeError, match=told):
        message(values, title="a", under="", before=None, input=stage)
