"""What the film of a descent sends to the browser."""

import numpy as np
import pytest

from cnnviz.components.film import message
from cnnviz.components.pack import unpack
from cnnviz.errors import ShapeError

TARGET = np.arange(12, dtype=np.uint8).reshape(3, 4)
PICTURES = [np.full((6, 3, 4), value, np.uint8) for value in (7, 9)]
LOSSES = [np.linspace(1, 0, 6), np.ones(6)]
THETAS = [np.arange(12.0).reshape(6, 2), np.zeros((6, 2))]


def test_all_steps_arrive_at_once():
    data = message(
        TARGET, TARGET + 1, PICTURES, LOSSES, THETAS, answer=(1, 0.5), numbers="ab", at=9, words={"play": "Los"}
    )
    meta, arrays = unpack(data)
    assert (meta["size"], meta["steps"], meta["at"], meta["answer"]) == ([3, 4], 5, 5, [1, 0.5])
    assert meta["words"]["play"] == "Los"
    assert meta["words"]["pause"] == "Pause"
    for found, given in zip(arrays, [TARGET, TARGET + 1, *PICTURES, *LOSSES, *THETAS], strict=True):
        np.testing.assert_allclose(found, given, atol=1e-6)


@pytest.mark.parametrize(("given", "losses", "thetas"), [
    (TARGET.T, LOSSES, THETAS),
    (TARGET, [LOSSES[0], np.ones(5)], THETAS),
    (TARGET, LOSSES, [THETAS[0], np.zeros((6, 3))]),
])  # fmt: skip
def test_arrays_that_do_not_fit_are_refused_in_a_sentence(given, losses, thetas):
    with pytest.raises(ShapeError, match=r"\d.*\.$"):
        message(TARGET, given, PICTURES, losses, thetas, answer=(1, 0), numbers="ab")
