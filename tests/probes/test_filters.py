"""Filters, templates, their colours and their order."""

import colorsys

import numpy as np
import pytest
import timm
import torch
from torch import Tensor, nn
from torchvision.models import resnet18

from cnnviz.errors import ModelError, ShapeError
from cnnviz.models.shipped import SHIPPED
from cnnviz.probes.filters import FilterBank, colour_tiles, filters_of, first_filters, order


def test_the_first_convolution_in_the_order_of_execution() -> None:
    class Backwards(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.second, self.first = nn.Conv2d(4, 5, 3), nn.Conv2d(3, 4, (2, 3), stride=(2, 1), bias=False)

        def forward(self, x: Tensor) -> Tensor:
            return self.second(self.first(x))

    model = Backwards().eval()
    bank = first_filters(model, torch.randn(2, 3, 9, 9))
    assert (bank.layer, bank.stride, bank.bias, bank.slides) == ("first", (2, 1), None, True)
    np.testing.assert_array_equal(bank.weights, model.first.weight.detach().numpy())


def test_a_functional_convolution_has_filters_too() -> None:
    model = timm.create_model("tf_efficientnet_lite0").eval()
    bank = first_filters(model, torch.randn(1, 3, 64, 64))
    assert (bank.layer, bank.weights.shape, bank.stride) == ("conv_stem.conv2d", (32, 3, 3, 3), (2, 2))
    np.testing.assert_array_equal(bank.weights, model.conv_stem.weight.detach().numpy())
    depthwise = filters_of(model, "blocks.0.0.conv_dw", torch.randn(1, 3, 64, 64))
    assert (depthwise.weights.shape, depthwise.groups) == ((32, 1, 3, 3), 32)


@pytest.mark.parametrize(("name", "shape"), [("linear-tiny", (50, 3, 64, 64)), ("mlp-mnist", (256, 1, 28, 28))])
def test_templates_respond_as_the_layer_does(name: str, shape: tuple[int, ...]) -> None:
    model = SHIPPED[name].build().eval()
    batch = torch.rand(1, *shape[1:])
    bank = first_filters(model, batch)
    assert bank.weights.shape == shape
    assert (bank.stride, bank.slides) == (None, False)
    # A template is laid over the image, number on number.
    responses = (bank.weights * batch[0].numpy()).sum(axis=(1, 2, 3)) + bank.bias
    with torch.no_grad():
        np.testing.assert_allclose(responses, model[1](batch.flatten(1))[0], atol=1e-4)


def test_a_bank_is_a_copy() -> None:
    model = nn.Sequential(nn.Conv2d(3, 4, 3)).eval()
    before = model[0].weight.detach().clone()
    bank = first_filters(model, torch.randn(1, 3, 5, 5))
    bank.weights[:] = 7
    bank.bias[:] = 7
    assert torch.equal(model[0].weight, before)
    assert model[0].weight.requires_grad
    assert model[0].weight.grad is None


def test_layers_without_filters_are_refused_in_words() -> None:
    batch = torch.randn(1, 3, 32, 32)
    with pytest.raises(ModelError, match="no 2-D convolution and no linear"):
        first_filters(nn.Sequential(nn.ReLU()).eval(), batch)
    with pytest.raises(ModelError, match="reads 32 numbers and not the image of 3x32x32"):
        first_filters(nn.Sequential(nn.Linear(32, 4)).eval(), batch)
    with pytest.raises(ModelError, match="relu is a ReLU and has no filters"):
        filters_of(resnet18().eval(), "relu", batch)
    with pytest.raises(ModelError, match="No call of this model is named relu7"):
        filters_of(resnet18().eval(), "relu7", batch)


def bank_of(weights: np.ndarray) -> FilterBank:
    return FilterBank("conv", weights.astype(np.float32), None, (1, 1))


def test_hue_follows_the_colour_circle_and_grey_comes_last() -> None:
    # One pixel of each pure hue, shuffled, among grey ones: Python's own colorsys names the hues.
    shades = [colorsys.hsv_to_rgb(h / 12, 1, 1) for h in range(12)]
    shuffle = np.random.default_rng(0).permutation(12)
    weights = np.zeros((14, 3, 2, 2))
    for place, h in enumerate(shuffle):
        weights[place, :, 0, 1] = shades[h]
    weights[12], weights[13] = 0.1, -0.7
    sorted_ = order(bank_of(weights), "hue")
    assert [int(shuffle[i]) for i in sorted_[:12]] == list(range(12))
    assert sorted_[12:].tolist() == [13, 12]


def test_an_opponent_filter_has_the_hue_of_its_strongest_side() -> None:
    red_on_cyan = np.zeros((3, 1, 2))
    red_on_cyan[:, 0, 0], red_on_cyan[:, 0, 1] = (1, -0.3, -0.3), (-0.5, 0.15, 0.15)
    green = np.zeros((3, 1, 2))
    green[1] = 1
    # Red (0) before green (1/3) before the negative of the first, cyan (1/2).
    assert order(bank_of(np.stack([green, -red_on_cyan, red_on_cyan])), "hue").tolist() == [2, 0, 1]


def test_orders() -> None:
    weights = np.array([1.0, -3.0, 2.0, 3.0]).reshape(4, 1, 1, 1)
    assert order(bank_of(weights), "index").tolist() == [0, 1, 2, 3]
    assert order(bank_of(weights), "norm").tolist() == [1, 3, 2, 0]
    assert order(bank_of(weights), "hue").tolist() == [1, 3, 2, 0]


def test_zero_is_mid_grey_and_scales_are_symmetric() -> None:
    weights = np.zeros((3, 3, 1, 2))
    weights[0, :, 0, 0] = (2, -2, 1)
    weights[1, 0, 0, 0] = -4
    own, shared = colour_tiles(bank_of(weights), shared=False), colour_tiles(bank_of(weights), shared=True)
    assert own.shape == (3, 1, 2, 3)
    assert own.dtype == np.uint8
    assert own[0, 0, 0].tolist() == [255, 0, 191]
    assert own[1, 0, 0].tolist() == [0, 128, 128]
    assert (own[2] == 128).all()
    assert (shared[2] == 128).all()
    assert shared[0, 0, 0].tolist() == [191, 64, 159]
    assert shared[1, 0, 0].tolist() == [0, 128, 128]


def test_one_channel_is_grey_and_other_numbers_have_no_colour() -> None:
    tiles = colour_tiles(bank_of(np.random.default_rng(0).normal(size=(5, 1, 3, 3))), shared=False)
    assert (tiles == tiles[..., :1]).all()
    with pytest.raises(ShapeError, match="Filters of 64 channels"):
        colour_tiles(bank_of(np.zeros((2, 64, 3, 3))), shared=False)
