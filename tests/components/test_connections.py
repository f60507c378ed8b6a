import numpy as np
import pytest

from cnnviz.components.connections import message
from cnnviz.components.pack import unpack
from cnnviz.errors import ShapeError


def test_the_buffer_holds_the_numbers_and_how_they_are_laid_out():
    matrix, owners = np.arange(12.0).reshape(2, 6), np.full((2, 6), -1)
    data = message(np.arange(6), np.arange(2), matrix, owners, sizes=((2, 3), (1, 2)), words={"input": "In"})
    meta, arrays = unpack(data)
    assert (meta["input"], meta["output"], meta["words"]["input"]) == ([2, 3], [1, 2], "In")
    assert [each.shape for each in arrays] == [(6,), (2,), (2, 6), (2, 6)]
    assert arrays[3].dtype == np.int32
    np.testing.assert_array_equal(arrays[2], matrix)


@pytest.mark.parametrize("shape", [(6, 2), (2, 5), (12,)])
def test_a_matrix_of_another_size_is_refused_in_a_sentence(shape):
    with pytest.raises(ShapeError, match=r"\d.*\.$"):
        message(np.zeros(6), np.zeros(2), np.zeros(shape), np.zeros(shape), sizes=((6,), (2,)))
