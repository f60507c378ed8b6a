"""What the warp sends to the browser, and what it takes back."""

import numpy as np
import pytest

from cnnviz.components import warp as module
from cnnviz.components.pack import unpack
from cnnviz.components.warp import message
from cnnviz.errors import ShapeError

IMAGE = np.arange(3 * 4 * 5, dtype=np.uint8).reshape(3, 4, 5)
OUTPUT = np.linspace(-0.1, 1.1, 3 * 2 * 6).reshape(3, 2, 6)
THETA = (0.5, 0.25, 0, -0.25, 0.5, 0.125)


def test_the_buffer_holds_image_output_and_settings():
    data = message(IMAGE, OUTPUT, theta=THETA, mode="bicubic", padding_mode="border", align_grid=True, plane=2,
                   selected=(1, 5), words={"keys": "键"})  # fmt: skip
    meta, (image, output) = unpack(data)
    np.testing.assert_array_equal(image, IMAGE)
    np.testing.assert_array_equal(output, OUTPUT.astype(np.float32))
    assert (meta["input"], meta["output"], meta["channels"], meta["plane"]) == ([4, 5], [2, 6], 3, 2)
    assert (meta["alignGrid"], meta["alignSample"], meta["mode"], meta["padding"]) == (True, False, "bicubic", "border")
    assert meta["theta"] == list(THETA)
    assert meta["selected"] == [1, 5]
    assert (meta["words"]["keys"], meta["words"]["turn"]) == ("键", "Rotate and scale")


@pytest.mark.parametrize(("image", "output", "theta"), [
    (IMAGE[:2], OUTPUT[:2], THETA),
    (IMAGE.astype(np.float32), OUTPUT, THETA),
    (IMAGE, OUTPUT[:1], THETA),
    (IMAGE, OUTPUT[:, :0], THETA),
    (IMAGE, OUTPUT, THETA[:5]),
])  # fmt: skip
def test_other_shapes_are_refused_in_a_sentence(image, output, theta):
    with pytest.raises(ShapeError, match=r"\d.*\.$"):
        message(image, output, theta=theta)


@pytest.mark.parametrize(("value", "heard"), [
    ({"theta": [1, 0, 0.5, 0, 1, -2]}, [("theta", (1.0, 0.0, 0.5, 0.0, 1.0, -2.0))]),
    ({"theta": [1, 0, 0.5, 0, 1, 11]}, []),
    ({"theta": [1, 0, 0.5, 0, 1, float("nan")]}, []),
    ({"theta": [1, 0]}, []),
    ({"pin": [3, 1]}, [("pin", (3, 1))]),
])  # fmt: skip
def test_what_comes_back_is_heard_if_it_is_a_theta_or_a_pixel(monkeypatch, value, heard):
    said = []
    monkeypatch.setattr(module, "picked", lambda mount, data, key, tell: tell(value))
    module.warp(IMAGE, OUTPUT, theta=THETA, key="warp", on_theta=lambda theta: said.append(("theta", theta)),
                on_pin=lambda at: said.append(("pin", at)))  # fmt: skip
    assert said == heard
