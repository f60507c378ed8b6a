"""Equivariance, layer by layer, against circular convolutions, cropped pictures and poolings worked by hand."""

from fractions import Fraction

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from cnnviz import images, models
from cnnviz.engine.compute.equivariance import places_of
from cnnviz.engine.local import LocalEngine
from cnnviz.engine.requests import Layers, ModelChoice, Picture, ShiftLayers, ShiftMaps
from cnnviz.errors import ModelError
from cnnviz.probes.equivariance import Places, equivariance, gap, interior, shifted_maps
from cnnviz.probes.subsampling import moved


def reads(count, *, stride=1, kernel=1, before=0):
    """Where the units of one window layer read along an axis."""
    return tuple((unit * stride - before, unit * stride - before + kernel - 1) for unit in range(count))


def one_layer(layer, side, *, stride, kernel, before):
    """A layer as a network of its own, with the places of its units."""
    count = layer(torch.zeros(1, 2, side, side)).shape[-1]
    along = reads(count, stride=stride, kernel=kernel, before=before)
    return nn.Sequential(layer), {"0": Places((stride, stride), along, along)}


@settings(max_examples=40)
@given(
    stride=st.integers(1, 3),
    kernel=st.integers(1, 5),
    units=st.tuples(st.integers(-2, 2), st.integers(-2, 2)),
    seed=st.integers(0, 9),
)
def test_inside_a_convolution_is_equivariant_and_in_a_circle_everywhere(stride, kernel, units, seed):
    torch.manual_seed(seed)
    side, before = 12 * stride, (kernel - 1) // 2
    layer = nn.Conv2d(2, 3, kernel, stride=stride, padding=before)
    model, places = one_layer(layer, side, stride=stride, kernel=kernel, before=before)
    picture = torch.randn(1, 2, side, side)
    down, right = (step * stride for step in units)
    (own,) = equivariance(model, picture, places, down=down, right=right)
    assert own.moved == units
    assert own.interior.largest < 1e-5
    assert own.same
    if kernel % 2 or stride > 1:
        (circle,) = equivariance(model, picture, places, down=down, right=right, circular=True)
        assert circle.whole.largest < 1e-5


def test_the_difference_is_that_of_rolled_tensors():
    torch.manual_seed(0)
    layer = nn.Conv2d(2, 3, 3, padding=1)
    model, places = one_layer(layer, 10, stride=1, kernel=3, before=1)
    picture = torch.randn(1, 2, 10, 10)
    (found,) = equivariance(model, picture, places, down=-1, right=2)
    with torch.no_grad():
        wanted = torch.roll(layer(picture), (-1, 2), (2, 3))[0]
        apart = layer(torch.roll(picture, (-1, 2), (2, 3)))[0] - wanted
    assert found.whole.largest == pytest.approx(apart.abs().max().item())
    assert found.whole.relative == pytest.approx((apart.norm() / wanted.norm()).item(), rel=1e-5)
    # Of the 8 columns that read no padding two are compared with ones that do, and as many are behind the seam.
    assert (found.interior.units, found.border.units) == (7 * 6, 100 - 42)
    edge = torch.ones(10, 10, dtype=torch.bool)
    edge[1:8, 3:9] = False
    assert found.border.largest == pytest.approx(apart[:, edge].abs().max().item())


def test_a_layer_in_a_circle_is_torchs_circular_convolution():
    torch.manual_seed(0)
    own = nn.Conv2d(2, 3, 5, padding=2, stride=2)
    circular = nn.Conv2d(2, 3, 5, padding=2, stride=2, padding_mode="circular")
    circular.load_state_dict(own.state_dict())
    model, places = one_layer(own, 12, stride=2, kernel=5, before=2)
    picture = torch.randn(1, 2, 12, 12)
    found = shifted_maps(model, picture, places, "0", 1, down=0, right=0, circular=True)
    np.testing.assert_allclose(found.still, circular(picture)[0, 1].detach().numpy(), atol=1e-6)


def test_a_stride_that_does_not_divide_the_shift_is_between_two_units():
    picture = torch.arange(8.0).reshape(1, 1, 1, 8).repeat(1, 1, 8, 1)
    model, places = one_layer(nn.MaxPool2d(2), 8, stride=2, kernel=2, before=0)
    (found,) = equivariance(model, picture, places, down=0, right=1)
    assert found.moved == (0, Fraction(1, 2))
    assert found.between
    # 1 3 5 7 moved by a half in a circle is 4 2 4 6; of 7 0 1 2 3 4 5 6 the maxima are 7 2 4 6.
    assert found.whole.largest == 3
    assert found.interior.largest == 0
    # The nearest are 1 3 5 7 and 7 1 3 5.
    assert found.nearest.largest == 1
    assert found.nearest.relative == pytest.approx((3 / 84) ** 0.5)


@given(units=st.integers(-20, 20), parts=st.integers(1, 4), length=st.integers(1, 9))
def test_moving_by_parts_of_a_unit_is_a_weighted_mean_of_two_rolls(units, parts, length):
    maps = torch.randn(2, length, 3, dtype=torch.float64)
    step = Fraction(units, parts)
    found = moved(maps, (step, 0))
    share = step - step.__floor__()
    expected = torch.stack(
        [
            (1 - float(share)) * maps[:, (at - step.__floor__()) % length]
            + float(share) * maps[:, (at - step.__floor__() - 1) % length]
            for at in range(length)
        ]
    ).transpose(0, 1)
    torch.testing.assert_close(found, expected)


def test_units_that_see_everything_or_nobody_knows_what_are_border():
    inside = interior(Places((2, 2)), (8, 8), (0, 1), (0, 0), (4, 4))
    assert not inside.any()
    whole = Places((2, 2), reads(4, stride=2, kernel=2), reads(4, stride=2, kernel=2))
    assert interior(whole, (8, 8), (0, 1), (0, 0), (4, 4)).tolist() == [[False, True, True, True]] * 4
    assert interior(whole, (8, 8), (0, Fraction(1, 2)), (0, 0), (4, 4)).tolist() == [[False, True, True, True]] * 4
    assert interior(whole, (8, 8), (-1, 0), (0, 1), (4, 4)).tolist() == [[False, True, True, False]] * 3 + [[False] * 4]


def test_a_gap_of_nothing_is_nothing_and_of_zeros_is_all():
    maps = torch.ones(2, 3, 3)
    assert gap(maps, maps, torch.zeros(3, 3)).units == 0
    assert gap(maps, torch.zeros(2, 3, 3), torch.ones(3, 3)).relative == 1
    assert gap(torch.zeros(2, 3, 3), torch.zeros(2, 3, 3), torch.ones(3, 3)).relative == 0


@pytest.fixture(scope="module")
def engine():
    with_models = LocalEngine(device="cpu")
    yield with_models
    with_models.close()


def digit(index=70):
    return Picture.of(images.sheet("digits")[index])


def test_every_layer_of_a_shipped_network_inside_and_in_a_circle(engine):
    model = ModelChoice("lenet-relu-mnist")
    own = engine.ask(ShiftLayers(model, digit(), right=4, down=-8)).found
    circle = engine.ask(ShiftLayers(model, digit(), right=4, down=-8, circular=True)).found
    placed = [layer for layer in own if layer.moved is not None]
    assert [layer.moved for layer in placed] == [(-8, 4)] * 2 + [(-4, 2)] * 3 + [(-2, 1)]
    assert all(layer.same and layer.border.relative > 0.01 for layer in placed[:-1])
    assert all(layer.whole.largest < 1e-4 for layer in circle if layer.moved is not None)
    assert all(layer.whole.relative > 0.1 for layer in circle if layer.moved is None)


def test_a_shipped_layer_is_what_torch_makes_of_the_rolled_digit(engine):
    network = models.load("lenet-relu-mnist")
    batch = torch.tensor((images.sheet("digits")[70] / 255 - 0.1307) / 0.3081, dtype=torch.float32)[None, None]
    with torch.no_grad():
        still, there = (network[:3](each) for each in (batch, batch.roll((2, 6), (2, 3))))
    found = engine.ask(ShiftMaps(ModelChoice("lenet-relu-mnist"), digit(), "pool1", 7, down=2, right=6)).found
    np.testing.assert_allclose(found.still, still[0, 7], atol=1e-5)
    np.testing.assert_allclose(found.shifted, there[0, 7], atol=1e-5)
    np.testing.assert_allclose(found.moved, still[0, 7].roll((1, 3), (0, 1)), atol=1e-5)
    assert found.channel == 7
    assert found.gap.largest == pytest.approx(np.abs(found.shifted - found.moved).max())


def test_without_a_channel_the_liveliest_is_taken(engine):
    found = engine.ask(ShiftMaps(ModelChoice("lenet-relu-mnist"), digit(), "conv1")).found
    every = [engine.ask(ShiftMaps(ModelChoice("lenet-relu-mnist"), digit(), "conv1", c)).found for c in range(20)]
    assert found.channel == int(np.argmax([each.still.std() for each in every]))


def test_a_layer_that_is_not_there_is_told(engine):
    with pytest.raises(ModelError, match="no layer conv9"):
        engine.ask(ShiftMaps(ModelChoice("lenet-relu-mnist"), digit(), "conv9"))


def test_any_network_will_do(engine):
    """One that is designed, one that reads photos, and one whose units all see everything."""
    photo = Picture.of(images.gallery_image("chelsea"))
    designed = ModelChoice("design:1x28x28: Conv 8 3 p1, ReLU, Conv 8 3 s2 p1, ReLU, Flatten, Linear 10", random_seed=0)
    found = engine.ask(ShiftLayers(designed, digit(), right=2)).found
    assert all(layer.same for layer in found if layer.moved is not None)
    found = engine.ask(ShiftLayers(ModelChoice("alexnet-tiny"), photo, right=16)).found
    strides = {layer.stride[1] for layer in found if layer.moved is not None}
    assert {layer.moved[1] for layer in found if layer.moved is not None} == {16 // stride for stride in strides}
    assert all(layer.same for layer in found if layer.interior)
    found = engine.ask(ShiftLayers(ModelChoice("mobilenet_v3_small", random_seed=0), photo, right=32)).found
    assert any(layer.interior is None and layer.moved is not None for layer in found)
    assert all(layer.same for layer in found if layer.interior and not layer.between)


def test_places_are_those_of_the_receptive_fields(engine):
    table = engine.ask(Layers(ModelChoice("lenet-relu-mnist")))
    places = places_of(table)
    assert places["pool2"].stride == (4, 4)
    # conv1 and conv2 pad by 2 of 1 and of 2 pixels; windows of 5, 2, 5 and 2 at 1, 1, 2 and 2 pixels.
    assert places["pool2"].rows[0] == (-6, 9)
    assert places["pool2"].columns[1] == (-2, 13)
    assert "flatten" in places
