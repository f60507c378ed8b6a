"""Blur before subsampling: the paper's own numbers, and every replaced layer against torch's modules."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn
from torch.nn import functional

from cnnviz import images, models
from cnnviz.calls import observe
from cnnviz.engine.local import LocalEngine
from cnnviz.engine.requests import BlurSignal, ModelChoice, Numbers, Picture, ShiftLayers
from cnnviz.errors import ShapeError
from cnnviz.probes.subsampling import BLURS, Instead, moved1d, weights, wrapped

SIGNAL = torch.tensor([0.0, 0, 1, 1, 0, 0, 1, 1])


def run(model, batch, **how):
    with torch.no_grad(), observe(model, lambda call: None, around=Instead(**how), steps=False):
        return model(batch)


def test_the_signal_of_the_paper():
    """Zhang 2019, section 3.2: [0, 1, 0, 1] becomes [1, 1, 1, 1]; blurred, [.5, 1, .5, 1] becomes [.75, ...]."""
    found = moved1d(SIGNAL, 1)
    assert found.still.pooled.tolist() == [0, 1, 0, 1]
    assert found.shifted.pooled.tolist() == [1, 1, 1, 1]
    assert found.still.mended.tolist() == [0.5, 1, 0.5, 1]
    assert found.shifted.mended.tolist() == [0.75] * 4
    assert (found.pooled_gap, found.mended_gap) == (0.5, 0)


def test_a_signal_moved_by_a_stride_is_moved_exactly():
    found = moved1d(SIGNAL, 2)
    assert found.shifted.pooled.tolist() == np.roll(found.still.pooled, 1).tolist()
    assert (found.pooled_gap, found.mended_gap) == (0, 0)


@pytest.mark.parametrize("count", [0, 7])
def test_a_circle_of_an_odd_count_is_refused(count):
    with pytest.raises(ShapeError, match=f"has {count} numbers.* multiple of 2"):
        moved1d(torch.zeros(count), 1)


def blur_pool(maps, taps, stride):
    """The paper's BlurPool, of an odd count of taps: reflection, then a strided depthwise convolution."""
    kernel = taps[:, None] * taps[None]
    edge = len(taps) // 2
    padded = functional.pad(maps, (edge,) * 4, mode="reflect")
    return functional.conv2d(padded, kernel.expand(maps.shape[1], 1, -1, -1), stride=stride, groups=maps.shape[1])


@settings(max_examples=40)
@given(
    blur=st.sampled_from(["Tri-3", "Bin-5"]),
    kernel=st.integers(1, 4),
    stride=st.integers(2, 3),
    padding=st.integers(0, 1),
    side=st.integers(10, 15),
    maximum=st.booleans(),
)
def test_a_strided_layer_is_a_dense_one_then_blur_pool(blur, kernel, stride, padding, side, maximum):
    torch.manual_seed(0)
    padding = min(padding, kernel // 2)
    made = {"kernel_size": kernel, "padding": padding}
    strided = nn.MaxPool2d(**made, stride=stride) if maximum else nn.Conv2d(2, 3, **made, stride=stride)
    dense = nn.MaxPool2d(**made, stride=1) if maximum else nn.Conv2d(2, 3, **made)
    dense.load_state_dict(strided.state_dict())
    batch = torch.randn(2, 2, side, side)
    own = strided(batch)
    expected = blur_pool(dense(batch), weights(blur), stride)[..., : own.shape[2], : own.shape[3]]
    found = run(nn.Sequential(strided), batch, blur=blur)
    assert found.shape == own.shape
    torch.testing.assert_close(found, expected, atol=1e-5, rtol=1e-5)


@settings(max_examples=40)
@given(
    kernel=st.integers(1, 5),
    stride=st.integers(1, 3),
    dilation=st.integers(1, 2),
    same=st.booleans(),
    blur=st.sampled_from([None, *BLURS]),
)
def test_in_a_circle_a_strided_layer_is_equivariant_to_its_stride(kernel, stride, dilation, same, blur):
    torch.manual_seed(0)
    side = 12
    padding = "same" if same and stride == 1 else dilation * (kernel - 1) // 2
    model = nn.Sequential(nn.Conv2d(1, 2, kernel, stride=stride, padding=padding, dilation=dilation))
    batch = torch.randn(1, 1, side, side)
    once = run(model, batch, circular=True, blur=blur)
    if once.shape[-1] * stride != side:
        return
    there = run(model, batch.roll(stride, 3), circular=True, blur=blur)
    torch.testing.assert_close(there, once.roll(1, 3), atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize("side", range(6, 12))
@pytest.mark.parametrize(("kernel", "stride", "padding"), [(3, 2, 0), (3, 2, 1), (2, 2, 0), (2, 3, 0), (3, 3, 1)])
def test_maxima_that_hang_over_keep_their_size_and_without_a_blur_their_values(side, kernel, stride, padding):
    layer = nn.MaxPool2d(kernel, stride, padding, ceil_mode=True)
    batch = torch.randn(1, 1, side, side)
    own = layer(batch)
    assert run(nn.Sequential(layer), batch, blur="Tri-3").shape == own.shape
    assert run(nn.Sequential(layer), batch, circular=True).shape == own.shape
    assert torch.isfinite(run(nn.Sequential(layer), batch, blur="Bin-5")).all()


def test_what_needs_no_change_is_left():
    torch.manual_seed(0)
    model = nn.Sequential(nn.Conv2d(1, 2, 3), nn.AvgPool2d(2), nn.MaxPool2d(2, 1), nn.Conv2d(2, 2, 2))
    batch = torch.randn(1, 1, 12, 12)
    torch.testing.assert_close(run(model, batch, blur="Bin-5"), model(batch))
    torch.testing.assert_close(run(model, batch, circular=True), model(batch))
    torch.testing.assert_close(run(model, batch), model(batch))


@given(before=st.integers(0, 9), after=st.integers(0, 9))
def test_wrapping_repeats_the_maps(before, after):
    maps = torch.arange(12.0).reshape(1, 1, 3, 4)
    found = wrapped(maps, (before, 0), (after, 0))
    expected = np.pad(maps.numpy(), ((0, 0), (0, 0), (before, after), (0, 0)), mode="wrap")
    np.testing.assert_array_equal(found.numpy(), expected)


def test_a_padded_tensor_is_wrapped_with_the_period_it_had():
    torch.manual_seed(0)

    class Padded(nn.Module):
        def __init__(self):
            super().__init__()
            self.inner = nn.Conv2d(1, 2, 3, stride=2)

        def forward(self, batch):
            return self.inner(functional.pad(batch, (0, 1, 0, 1)))

    model, batch = Padded(), torch.randn(1, 1, 8, 8)
    once, there = (run(model, each, circular=True, blur="Bin-5") for each in (batch, batch.roll(2, 3)))
    assert once.shape == (1, 2, 4, 4)
    torch.testing.assert_close(there, once.roll(1, 3), atol=1e-5, rtol=1e-5)


def test_a_blur_mends_shipped_networks():
    engine = LocalEngine(device="cpu")
    try:
        for name, picture in (
            ("lenet-relu-mnist", Picture.of(images.sheet("digits")[70])),
            ("alexnet-tiny", Picture.of(images.gallery_image("chelsea"))),
        ):
            asked = ShiftLayers(ModelChoice(name), picture, right=1)
            plain = engine.ask(asked).found
            soft = engine.ask(ShiftLayers(ModelChoice(name), picture, right=1, blur="Bin-5")).found
            pairs = [pair for pair in zip(plain, soft, strict=True) if pair[0].between]
            apart = [(one.whole.relative, other.whole.relative) for one, other in pairs]
            assert apart
            assert all(blurred < own for own, blurred in apart)
        signal = engine.ask(BlurSignal(Numbers.of(SIGNAL.numpy()), shift=1)).found
        assert signal.mended_gap == 0
    finally:
        engine.close()


def test_the_network_is_afterwards_as_it_was():
    model = models.load("lenet-relu-mnist")
    batch = torch.randn(1, 1, 28, 28)
    before = model(batch)
    assert not torch.allclose(run(model, batch, blur="Bin-5", circular=True), before)
    torch.testing.assert_close(model(batch), before, atol=0, rtol=0)
