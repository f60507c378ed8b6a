"""What the film of operations sends to the browser."""

import io

import numpy as np
import pytest
from PIL import Image

from cnnviz.components.operations import message
from cnnviz.components.pack import unpack
from cnnviz.errors import ShapeError


def test_every_operation_is_a_row_of_the_sheet_and_every_magnitude_a_column():
    pictures = np.zeros((2, 3, 16, 24, 3), np.uint8)
    for row in range(2):
        for column in range(3):
            pictures[row, column] = 60 * row + 40 * column
    meta, (jpeg,) = unpack(message(pictures, ["a", "b"], at=2, words={"play": "Los"}))
    assert (meta["size"], meta["last"], meta["at"], meta["names"]) == ([16, 24], 2, 2, ["a", "b"])
    assert meta["words"]["play"] == "Los"
    assert "{at}" in meta["words"]["at"]
    sheet = np.asarray(Image.open(io.BytesIO(jpeg.tobytes())))
    assert sheet.shape == (32, 72, 3)
    cells = sheet.reshape(2, 16, 3, 24, 3).mean(axis=(1, 3, 4))
    np.testing.assert_allclose(cells, [[0, 40, 80], [60, 100, 140]], atol=2)


@pytest.mark.parametrize("shape", [(2, 3, 16, 24), (3, 3, 16, 24, 3), (2, 3, 16, 24, 4)])
def test_what_does_not_fit_is_refused_in_a_sentence(shape):
    with pytest.raises(ShapeError, match=r"2 operations need .*\.$"):
        message(np.zeros(shape, np.uint8), ["a", "b"])
