"""What the component for a 1x1 convolution sends to the browser."""

import numpy as np
import pytest

from cnnviz.components.pack import unpack
from cnnviz.components.pointwise import message
from cnnviz.errors import ShapeError

INPUTS = np.arange(24, dtype=np.float32).reshape(2, 3, 4)
WEIGHTS, BIAS = np.array([[1, -2], [0.5, 3], [2, 0]], np.float32), np.array([1, 0, -1], np.float32)
OUTPUTS = np.einsum("kc,chw->khw", WEIGHTS.astype(float), INPUTS) + BIAS[:, None, None]


def test_the_browser_can_compute_the_map_from_what_it_gets():
    for channel in range(3):
        data, rest = message(INPUTS, WEIGHTS, BIAS, OUTPUTS, channel=channel, selected=(2, 1), key="a")
        (meta, (made, weights)), (_, [inputs]) = unpack(data), unpack(rest)
        linear = (weights[:, None, None] * inputs.reshape(2, 3, 4)).sum(axis=0) + meta["bias"]
        np.testing.assert_array_equal(linear, made.reshape(3, 4))
        assert (meta["size"], meta["read"], meta["channel"], meta["selected"]) == ([3, 4], 2, channel, [2, 1])


def test_another_output_sends_the_inputs_no_second_time():
    one, two = (message(INPUTS, WEIGHTS, BIAS, OUTPUTS, channel=channel, key="a")[1] for channel in (0, 2))
    assert one == two


@pytest.mark.parametrize(
    ("inputs", "bias", "channel", "told"),
    [(INPUTS[:1], BIAS, 0, r"\(1, 3, 4\)"), (INPUTS, BIAS[:2], 0, r"\(2,\)"), (INPUTS, BIAS, 3, "the last of 3 is 2")],
)
def test_what_does_not_fit_is_refused(inputs, bias, channel, told):
    with pytest.raises(ShapeError, match=told):
        message(inputs, WEIGHTS, bias, OUTPUTS, channel=channel)
