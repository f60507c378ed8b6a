"""What a convolution's mapping costs otherwise, against PyTorch's own layers and the lecture's examples."""

from math import prod

import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from cnnviz.arithmetic import layer, reach_of_input, through
from cnnviz.arithmetic.alternatives import alternatives
from cnnviz.errors import ShapeError


def by_name(kind, size, **given_settings):
    return {way.name: way for way in alternatives(kind, size, given_settings)}


def counted(module, size):
    """Return (output size, parameters, MACs) as PyTorch tells them."""
    counter = FlopCounterMode(display=False)
    with torch.device("meta"), counter:
        output = module.to("meta")(torch.empty(size))
    return tuple(output.shape), sum(p.numel() for p in module.parameters()), counter.get_total_flops() // 2


def test_the_lecture_counts_weights_over_seven_inputs():
    ways = by_name("Conv1d", (1, 1, 7), out_channels=1, kernel_size=3, stride=2, bias=False)
    assert ways["convolution"].parameters == 3
    assert ways["local"].parameters == 9
    assert ways["fully_connected"].parameters == 3 * 7


@pytest.mark.parametrize("channels", [64, 512])
def test_two_3x3_need_eighteen_twenty_fifths_of_one_5x5(channels):
    ways = by_name("Conv2d", (1, channels, 14, 14), out_channels=channels, kernel_size=5, padding=2, bias=False)
    assert ways["stack"].parameters * 25 == ways["convolution"].parameters * 18
    assert ways["stack"].macs * 25 == ways["convolution"].macs * 18


@settings(deadline=None)
@given(
    st.tuples(st.integers(1, 2), st.integers(1, 9), st.integers(5, 24), st.integers(5, 24)),
    st.integers(1, 12),
    st.sampled_from([(1, 1), (2, 2), (3, 3), (5, 5), (7, 7), (3, 5)]),
    st.integers(1, 3),
    st.tuples(st.integers(0, 4), st.integers(0, 4)),
    st.booleans(),
)
def test_every_way_leads_to_the_same_size_at_the_price_that_torch_tells(size, out, kernel, stride, padding, bias):
    try:
        ways = by_name("Conv2d", size, out_channels=out, kernel_size=kernel, stride=stride, padding=padding, bias=bias)
    except ShapeError:
        assume(False)
    own, narrow = ways["convolution"].layers[0].output_size, max(1, out // 4)
    c = size[1]
    same = {"kernel_size": kernel, "stride": stride, "padding": padding, "bias": bias}
    modules = {
        "convolution": nn.Conv2d(c, out, **same),
        "fully_connected": nn.Sequential(
            nn.Flatten(), nn.Linear(prod(size[1:]), prod(own[1:]), bias=bias, device="meta")
        ),
        "separable": nn.Sequential(nn.Conv2d(c, c, groups=c, **same), nn.Conv2d(c, out, 1, bias=bias)),
        "bottleneck": nn.Sequential(
            nn.Conv2d(c, narrow, 1, bias=bias), nn.Conv2d(narrow, narrow, **same), nn.Conv2d(narrow, out, 1, bias=bias)
        ),
    }
    for name, module in modules.items():
        output, parameters, macs = counted(module, size)
        assert prod(output) == prod(own), name
        assert (ways[name].parameters, ways[name].macs) == (parameters, macs), name
    # Without sharing every position has a kernel of its own, as if it were a convolution with that one output.
    alone = layer("Conv2d", (1, c, *kernel), out_channels=out, kernel_size=kernel, bias=bias)
    assert ways["local"].parameters == alone.parameters * prod(own[2:])
    assert ways["local"].macs == ways["convolution"].macs


@given(st.sampled_from([5, 7, 9, 11]), st.integers(0, 6), st.integers(1, 4), st.integers(11, 40))
def test_the_stack_sees_what_the_kernel_sees_and_gives_its_size(kernel_size, padding, stride, side):
    ways = by_name(
        "Conv2d", (1, 4, side, side), out_channels=6, kernel_size=kernel_size, padding=padding, stride=stride
    )
    reach = reach_of_input(2)
    for one in ways["stack"].layers:
        assert one.window.kernel_size == (3, 3)
        reach = through(reach, one)
    assert reach == through(reach_of_input(2), ways["convolution"].layers[0])
    assert ways["stack"].layers[-1].output_size == ways["convolution"].layers[0].output_size


@pytest.mark.parametrize(
    "given_settings",
    [{"kernel_size": 3}, {"kernel_size": 4}, {"kernel_size": (5, 7)}, {"kernel_size": 5, "dilation": 2}],
)
def test_where_3x3_cannot_replace_the_kernel_none_is_offered(given_settings):
    assert "stack" not in by_name("Conv2d", (1, 4, 20, 20), out_channels=4, **given_settings)


def test_what_cannot_be_is_said():
    with pytest.raises(ShapeError, match="kernel spans 9"):
        alternatives("Conv2d", (1, 3, 4, 4), {"out_channels": 2, "kernel_size": 9})
