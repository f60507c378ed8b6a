"""Normalisation of a small batch against torch's layers, and what each set is made of against a plain loop."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from cnnviz.errors import ShapeError
from cnnviz.probes.normalization import WAYS, normalised, undoing


@st.composite
def batches(draw):
    """Draw (N, C, H, W), with gamma, beta and a number of groups that divides C."""
    groups = draw(st.integers(1, 3))
    size = (draw(st.integers(1, 4)), groups * draw(st.integers(1, 2)), draw(st.integers(1, 4)), draw(st.integers(2, 4)))
    generator = torch.Generator().manual_seed(draw(st.integers(0, 2**31)))
    inputs = 5 * torch.randn(size, generator=generator)
    gamma, beta = torch.randn((2, size[1]), generator=generator)
    return inputs, gamma, beta, groups


@given(batches(), st.sampled_from(WAYS))
def test_the_output_is_that_of_torchs_layer(case, way):
    inputs, gamma, beta, groups = case
    channels = inputs.shape[1]
    made = {
        "batch": nn.BatchNorm2d(channels),
        "instance": nn.InstanceNorm2d(channels, affine=True),
        "group": nn.GroupNorm(groups, channels),
        "layer": nn.LayerNorm(inputs.shape[1:]),
    }[way].double()
    per_channel = way != "layer"
    with torch.no_grad():
        made.weight.copy_(gamma if per_channel else gamma[:, None, None].expand(inputs.shape[1:]))
        made.bias.copy_(beta if per_channel else beta[:, None, None].expand(inputs.shape[1:]))
        wanted = made(inputs.double())
    found = normalised(way, inputs, groups=groups, gamma=gamma, beta=beta)
    np.testing.assert_allclose(found.output, wanted.numpy(), atol=1e-9)


@given(batches(), st.sampled_from(WAYS))
def test_a_set_holds_what_the_word_says(case, way):
    inputs, _, _, groups = case
    images, channels = inputs.shape[:2]
    values = inputs.double().numpy()
    each = channels // groups
    sets = {
        "batch": [values[:, c] for c in range(channels)],
        "layer": list(values),
        "instance": [values[n, c] for n in range(images) for c in range(channels)],
        "group": [values[n, g * each : (g + 1) * each] for n in range(images) for g in range(groups)],
    }[way]
    shape = {
        "batch": (1, channels, 1, 1),
        "layer": (images, 1, 1, 1),
        "instance": (images, channels, 1, 1),
        "group": (images, groups, 1, 1),
    }[way]
    found = normalised(way, inputs, groups=groups)
    assert found.mean.shape == found.variance.shape == shape
    assert found.count == sets[0].size
    np.testing.assert_allclose(found.mean.reshape(-1), [each.mean() for each in sets], atol=1e-9)
    np.testing.assert_allclose(found.variance.reshape(-1), [each.var() for each in sets], atol=1e-9)


@pytest.mark.parametrize(("way", "shape"), [("batch", (1, 5)), ("layer", (3, 1))])
def test_vectors(way, shape):
    vectors = torch.randn(3, 5, generator=torch.Generator().manual_seed(0))
    found = normalised(way, vectors)
    wanted = (
        nn.BatchNorm1d(5).double()(vectors.double()) if way == "batch" else nn.LayerNorm(5).double()(vectors.double())
    )
    np.testing.assert_allclose(found.output, wanted.detach().numpy(), atol=1e-12)
    assert found.mean.shape == shape


def test_an_example_by_hand():
    # Of 1, 3, 5, 7 the mean is 4 and the variance 5; 1 becomes -3 / sqrt(5).
    found = normalised("batch", torch.tensor([[1.0], [3.0], [5.0], [7.0]]), eps=1e-14)
    assert (found.mean.item(), found.variance.item()) == (4, 5)
    assert found.output[0, 0] == pytest.approx(-3 / 5**0.5, abs=1e-12)


@given(batches())
def test_gamma_sigma_and_beta_mu_give_the_input_back(case):
    inputs = case[0]
    gamma, beta = (torch.tensor(each) for each in undoing(inputs))
    found = normalised("batch", inputs, gamma=gamma, beta=beta)
    np.testing.assert_allclose(found.output, inputs.numpy(), atol=1e-6)


@pytest.mark.parametrize(
    ("way", "size", "groups", "said"),
    [
        ("batch", (1, 3), 1, "more than one number a channel"),
        ("batch", (1, 3, 1, 1), 1, "PyTorch refuses it"),
        ("instance", (2, 3, 1, 1), 1, "more than one position"),
        ("group", (2, 6, 2, 2), 4, "6 channels cannot be divided into 4 groups; 1, 2, 3, 6 would do."),
        ("layer", (1, 1), 1, "one number"),
    ],
)
def test_what_torch_refuses_is_one_sentence(way, size, groups, said):
    inputs = torch.zeros(size)
    layers = {
        "batch": lambda: nn.BatchNorm2d(size[1]) if len(size) == 4 else nn.BatchNorm1d(size[1]),
        "instance": lambda: nn.InstanceNorm2d(size[1]),
        "group": lambda: nn.GroupNorm(groups, size[1]),
        "layer": lambda: nn.GroupNorm(1, size[1]),
    }
    with pytest.raises(ValueError, match=r"Expected more than 1|divisible"):
        layers[way]()(inputs)
    with pytest.raises(ShapeError, match=said):
        normalised(way, inputs, groups=groups)
