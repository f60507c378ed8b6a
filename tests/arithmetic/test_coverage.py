"""The rows that are never read, against the gradient: a row is read when it can move any output."""

from itertools import pairwise

import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from torch import nn

from cnnviz.arithmetic import layer
from cnnviz.arithmetic.coverage import never_read
from cnnviz.errors import ShapeError


@settings(deadline=None)
@given(
    st.sampled_from(["Conv1d", "AvgPool1d"]),
    st.integers(1, 20),
    st.integers(1, 6),
    st.integers(1, 9),
    st.integers(0, 3),
    st.integers(1, 3),
)
def test_rows_without_a_gradient_are_those_never_read(kind, size, kernel_size, stride, padding, dilation):
    given_settings = {"kernel_size": kernel_size, "stride": stride, "padding": padding}
    if kind == "Conv1d":
        given_settings |= {"out_channels": 1, "dilation": dilation, "bias": False}
    try:
        made = layer(kind, (1, 1, size), **given_settings)
    except ShapeError:
        assume(False)
    module = getattr(nn, kind)(*((1,) if kind == "Conv1d" else ()), **given_settings)
    for weights in module.parameters():
        nn.init.ones_(weights)
    line = torch.ones(1, 1, size, requires_grad=True)
    module(line).sum().backward()
    unread = {row for run in never_read(made)[0] for row in run}
    assert unread == set((line.grad[0, 0] == 0).nonzero()[:, 0].tolist())
    runs = never_read(made)[0]
    assert all(len(run) > 0 for run in runs)
    assert all(before.stop < after.start for before, after in pairwise(runs))


def test_what_has_no_window_over_its_input_leaves_nothing_out():
    assert never_read(layer("ReLU", (1, 3, 8, 8))) == ()
    assert never_read(layer("ConvTranspose2d", (1, 3, 8, 8), out_channels=2, kernel_size=2, stride=4)) == ()
