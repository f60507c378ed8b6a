"""A 1x1 convolution and a linear layer at every pixel: against NumPy's sums, and in a network that has learned."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from cnnviz import models
from cnnviz.errors import ModelError
from cnnviz.probes.pointwise import pointwise, pointwise_layer


@given(st.integers(1, 6), st.integers(1, 6), st.integers(1, 5), st.integers(1, 5), st.booleans(), st.integers(0, 999))
def test_both_ways_are_the_sum_over_channels(read, made, height, width, biased, seed):
    chance = np.random.default_rng(seed)
    inputs, weights = (chance.normal(size=size).astype(np.float32) for size in ((read, height, width), (made, read)))
    bias = chance.normal(size=made).astype(np.float32) if biased else np.zeros(made, np.float32)
    kernel = torch.tensor(weights)[:, :, None, None]
    found = pointwise(torch.tensor(inputs), kernel, torch.tensor(bias) if biased else None)
    expected = np.einsum("kc,chw->khw", weights.astype(float), inputs.astype(float)) + bias[:, None, None]
    np.testing.assert_allclose(found.outputs, expected, atol=1e-12)
    assert found.gap <= 1e-12
    np.testing.assert_array_equal(found.weights, weights)
    np.testing.assert_array_equal(found.bias, bias)


def test_what_a_networks_layer_reads_and_gives_is_what_a_hook_sees():
    model = models.load("efficientnet-lite0")
    batch = torch.randn(1, 3, 224, 224, generator=torch.Generator().manual_seed(0))
    seen = {}
    layer = model.get_submodule("blocks.2.1.conv_pw")
    handle = layer.register_forward_hook(lambda _, given, out: seen.update(given=given[0].clone(), out=out.clone()))
    with torch.no_grad():
        model(batch)
    handle.remove()
    found = pointwise_layer(model, batch, "blocks.2.1.conv_pw")
    np.testing.assert_allclose(found.inputs, seen["given"][0].numpy(), atol=1e-5)
    np.testing.assert_allclose(found.outputs, seen["out"][0].numpy(), atol=1e-4)
    assert found.gap <= 1e-6
    assert found.largest == pytest.approx(float(seen["out"].abs().max()), rel=1e-4)


@pytest.mark.parametrize("layer", ["blocks.1.0.conv_dw", "bn1", "act1"])
def test_other_layers_are_refused_in_a_sentence(layer):
    model = models.load("efficientnet-lite0", random_seed=0)
    names = dict(model.named_modules())
    layer = layer if layer in names else "blocks.1.0.conv_dw"
    with pytest.raises(ModelError):
        pointwise_layer(model, torch.zeros(1, 3, 64, 64), layer)
