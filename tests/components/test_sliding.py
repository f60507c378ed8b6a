"""What the sliding windows send, and the axes for poolings."""

import numpy as np
import pytest
import torch
from hypothesis import assume, given
from hypothesis import strategies as st
from torch.nn import functional

from cnnviz.components.axes import painted, stuffed, windows
from cnnviz.components.pack import unpack
from cnnviz.components.sliding import message
from cnnviz.errors import ShapeError


def test_the_buffer_holds_every_array_under_its_name():
    axis = windows(5, 3, before=1, after=1)
    inputs, weights = np.random.default_rng(0).normal(size=(2, 5, 5)), np.ones((4, 1, 3, 3))
    data = message(
        inputs,
        np.zeros((4, 5, 5)),
        axes=(axis, axis),
        weights=weights,
        bias=np.arange(4),
        groups=2,
        selected=("output", 7),
    )
    meta, arrays = unpack(data)
    named = dict(zip(meta["names"], arrays, strict=True))
    np.testing.assert_array_equal(named["inputs"], inputs.astype(np.float32))
    assert named["bias"].tolist() == [0, 1, 2, 3]
    assert named["source0"].tolist() == [-1, 0, 1, 2, 3, 4, -1]
    assert named["taps1"].shape == (5, 3)
    assert (meta["places"], meta["kernel"], meta["output"]) == ([7, 7], [3, 3], [5, 5])
    assert meta["selected"] == ["output", 7]
    assert meta["words"]["play"] == "Play"


@given(st.integers(3, 12), st.integers(1, 4), st.integers(1, 4), st.integers(0, 2), st.booleans())
def test_the_axis_of_a_pooling_with_ceil_mode_reads_what_torch_reads(size, kernel_size, stride, padding, ceil):
    assume(padding <= kernel_size // 2 and size + 2 * padding >= kernel_size)
    values = torch.arange(float(size))[None, None]
    options = {"kernel_size": kernel_size, "stride": stride, "padding": padding, "ceil_mode": ceil}
    best, where = functional.max_pool1d(values, **options, return_indices=True)
    axis = windows(size, kernel_size, stride=stride, before=padding, after=padding, count=best.shape[-1])
    winners = [max(int(axis.source[p]) for p in row if p >= 0) for row in axis.taps]
    assert winners == where[0, 0].tolist()


@pytest.mark.parametrize("draw", [stuffed, painted])
def test_a_transposed_axis_whose_padding_cuts_off_inputs(draw):
    axis = draw(4, 3, stride=3, padding=4, output=4)
    read = [sorted(int(axis.source[p]) for p in row if p >= 0 and axis.source[p] >= 0) for row in axis.taps]
    weights = torch.ones(1, 1, 3)
    for source in range(4):
        values = torch.zeros(1, 1, 4)
        values[0, 0, source] = 1
        reached = functional.conv_transpose1d(values, weights, stride=3, padding=4)[0, 0].nonzero().flatten().tolist()
        assert [o for o in range(4) if source in read[o]] == reached


AXIS = windows(5, 3)


@pytest.mark.parametrize(("inputs", "outputs", "options"), [
    ((1, 5, 5), (1, 3), {}),
    ((1, 5, 5), (1, 4, 3), {"weights": (1, 1, 3, 3)}),
    ((2, 5, 5), (1, 3, 3), {}),
    ((2, 5, 5), (1, 3, 3), {"weights": (1, 1, 3, 3)}),
    ((2, 5, 5), (3, 3, 3), {"weights": (3, 1, 3, 3), "groups": 2}),
    ((1, 5, 5), (2, 3, 3), {"weights": (2, 1, 3, 3), "bias": (1,)}),
    ((1, 4, 5), (1, 3, 3), {"weights": (1, 1, 3, 3)}),
])  # fmt: skip
def test_shapes_that_do_not_fit_are_refused_in_a_sentence(inputs, outputs, options):
    arrays = {name: np.zeros(each) if isinstance(each, tuple) else each for name, each in options.items()}
    with pytest.raises(ShapeError, match=r"\d.*\.$"):
        message(np.zeros(inputs), np.zeros(outputs), axes=(AXIS, AXIS), **arrays)
