"""What the curves send to the browser, and what comes back."""

import numpy as np
import pytest

from cnnviz.components import activation_curves as module
from cnnviz.components.activation_curves import message
from cnnviz.components.pack import unpack
from cnnviz.errors import ShapeError

X = np.linspace(-8, 8, 1601)
VALUES = np.stack([np.tanh(X), X])
SLOPES = np.stack([1 - np.tanh(X) ** 2, np.ones_like(X)])


def test_the_buffer_holds_curves_and_settings():
    meta, (values, slopes) = unpack(message(X, VALUES, SLOPES, ["tanh", "x"], threshold=0.05, at=-2.5))
    np.testing.assert_allclose(values, VALUES, rtol=1e-6)
    np.testing.assert_allclose(slopes, SLOPES, rtol=1e-6, atol=1e-7)
    assert (meta["low"], meta["high"], meta["count"], meta["threshold"]) == (-8, 8, 1601, 0.05)
    assert X[meta["at"]] == pytest.approx(-2.5)
    assert meta["words"]["flat"] == "flat"


@pytest.mark.parametrize(("values", "slopes", "names"), [
    (VALUES, SLOPES, ["one"]),
    (VALUES, SLOPES[:, :-1], ["one", "two"]),
    (VALUES[:0], SLOPES[:0], []),
    (np.zeros((6, 1601)), np.zeros((6, 1601)), list("abcdef")),
])  # fmt: skip
def test_other_shapes_are_refused_in_a_sentence(values, slopes, names):
    with pytest.raises(ShapeError, match=r"\d.*\.$"):
        message(X, values, slopes, names, threshold=0.05, at=0)


def test_what_comes_back_is_an_x(monkeypatch):
    heard = []
    monkeypatch.setattr(module, "picked", lambda mount, data, key, tell: tell(900))
    module.activation_curves(X, VALUES, SLOPES, ["tanh", "x"], key="k", threshold=0.1, at=0, on_pick=heard.append)
    assert heard == [pytest.approx(1.0)]
