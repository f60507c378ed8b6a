"""What the two planes send to the browser, and what comes back."""

from dataclasses import replace

import numpy as np
import pytest

from cnnviz.components import two_weights as module
from cnnviz.components.pack import unpack
from cnnviz.components.two_weights import Plane, message
from cnnviz.errors import ShapeError

INPUTS = np.array([[1.0, 2], [3, 4], [0, 1]])
RAW = Plane("raw", INPUTS, np.arange(10.0).reshape(5, 2), np.ones((4, 2)), np.array([0, 1, 2, 0]))
CENTRED = replace(RAW, title="centred", inputs=INPUTS - INPUTS.mean(axis=0))


def test_the_buffer_holds_both_planes():
    meta, arrays = unpack(message([RAW, CENTRED], goal=(1, -1), at=9))
    assert (meta["titles"], meta["positive"], meta["steps"], meta["at"]) == (["raw", "centred"], [True, False], 4, 4)
    np.testing.assert_array_equal(arrays[0], INPUTS[[0, 1, 2, 0]])
    # The loss is w^T C w around the goal, C the mean of x x^T.
    offset = np.array([0.3, -0.7])
    loss = np.mean((INPUTS @ offset) ** 2)
    assert offset @ arrays[3] @ offset == pytest.approx(loss, rel=1e-6)


def test_other_shapes_are_refused_in_a_sentence():
    with pytest.raises(ShapeError, match=r"4 steps .*\.$"):
        message([RAW, replace(RAW, weights=RAW.weights[1:])], goal=(1, -1))


def test_what_comes_back_is_a_step(monkeypatch):
    heard = []
    monkeypatch.setattr(module, "picked", lambda mount, data, key, tell: tell(3.0))
    module.two_weights([RAW, CENTRED], key="k", goal=(1, -1), on_pick=heard.append)
    assert heard == [3]
