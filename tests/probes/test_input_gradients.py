"""The gradient and what builds on it: finite differences, closed forms, and each paper's own sentence."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings, strategies
from torch import nn
from torchvision import models as torchvision_models

from cnnviz.errors import ShapeError
from cnnviz.probes import gradient, gradient_times_input, guided, guided_class, integrated_gradients, smooth_gradient


def smooth_network(seed, classes=4):
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        return nn.Sequential(
            nn.Conv2d(2, 5, 3), nn.Tanh(), nn.Conv2d(5, 3, 3), nn.Sigmoid(), nn.Flatten(), nn.Linear(12, classes)
        ).eval()


def drawn(seed, size=(1, 2, 6, 6)):
    return torch.randn(size, generator=torch.Generator().manual_seed(seed))


@settings(max_examples=10, deadline=None)
@given(strategies.integers(0, 999), strategies.integers(0, 3))
def test_the_gradient_is_what_finite_differences_say(seed, target):
    model, batch = smooth_network(seed).double(), drawn(seed).double()
    found = gradient(model, batch, target)
    step = 1e-5
    for place in np.ndindex(2, 2, 2):
        up, down = batch.clone(), batch.clone()
        up[(0, *place)] += step
        down[(0, *place)] -= step
        with torch.no_grad():
            slope = (model(up)[0, target] - model(down)[0, target]) / (2 * step)
        assert found.values[place] == pytest.approx(float(slope), abs=1e-5)


def test_of_a_linear_network_all_are_its_weights():
    model = nn.Sequential(nn.Flatten(), nn.Linear(72, 3)).eval()
    batch, weight = drawn(1), model[1].weight.detach()[2].reshape(2, 6, 6)
    assert torch.allclose(torch.tensor(gradient(model, batch, 2).values), weight)
    assert torch.allclose(torch.tensor(smooth_gradient(model, batch, 2).values), weight, atol=1e-6)
    product = weight * batch[0]
    assert torch.allclose(torch.tensor(gradient_times_input(model, batch, 2).values), product)
    assert torch.allclose(torch.tensor(integrated_gradients(model, batch, 2, steps=1).values), product, atol=1e-6)


@settings(max_examples=15, deadline=None)
@given(strategies.integers(0, 999), strategies.booleans())
def test_integrated_gradients_add_up_to_the_difference_of_the_logits(seed, is_black):
    model, batch = smooth_network(seed), drawn(seed)
    baseline = torch.full((2, 1, 1), -1.5) if is_black else None
    found = integrated_gradients(model, batch, 1, baseline=baseline, steps=24)
    with torch.no_grad():
        start = torch.full_like(batch, -1.5) if is_black else torch.zeros_like(batch)
        wanted = model(batch)[0, 1] - model(start)[0, 1]
    assert found.total == pytest.approx(float(wanted), abs=1e-4)
    assert found.logit - found.baseline_logit == pytest.approx(float(wanted), abs=1e-5)


def test_integrated_gradients_are_the_mean_gradient_along_the_way():
    model, batch = smooth_network(3), drawn(4)
    found = integrated_gradients(model, batch, 0, steps=32)
    # The definition's integral as a sum of very many small steps, each gradient by itself.
    total = torch.zeros_like(batch)
    for number in range(2000):
        pixels = (batch * (number + 0.5) / 2000).requires_grad_()
        total += torch.autograd.grad(model(pixels)[0, 0], pixels)[0]
    assert torch.allclose(torch.tensor(found.values), (batch * total / 2000)[0], atol=1e-4)


def test_smoothgrad_is_the_mean_of_gradients_of_noisy_inputs():
    model, batch = smooth_network(5), drawn(6)
    # Drawn with no noise it is the gradient; with some it nears the expectation, of which more samples are closer.
    assert np.allclose(smooth_gradient(model, batch, 1, noise=0).values, gradient(model, batch, 1).values, atol=1e-6)
    spread = 0.3 * float(batch.max() - batch.min())
    noisy = batch + spread * torch.randn((20_000, 2, 6, 6), generator=torch.Generator().manual_seed(9))
    noisy.requires_grad_()
    expected = torch.autograd.grad(model(noisy)[:, 1].sum(), noisy)[0].mean(dim=0).numpy()
    few, many = (smooth_gradient(model, batch, 1, noise=0.3, samples=count).values for count in (8, 800))
    assert np.abs(many - expected).max() < np.abs(few - expected).max()
    assert np.allclose(many, expected, atol=0.1 * np.abs(expected).max())
    repeated = smooth_gradient(model, batch, 1, noise=0.3, samples=8).values
    np.testing.assert_array_equal(few, repeated)


@pytest.mark.parametrize(("probe", "count"), [(integrated_gradients, "steps"), (smooth_gradient, "samples")])
def test_parts_add_up_to_the_whole(probe, count):
    model, batch = smooth_network(7), drawn(8)
    whole = probe(model, batch, 2, **{count: 13})
    parts = [probe(model, batch, 2, **{count: 13}, part=part) for part in (range(5), range(5, 9), range(9, 13))]
    assert np.allclose(sum(each.values for each in parts), whole.values, atol=1e-6)
    assert {each.logit for each in parts} == {whole.logit}


def test_guided_of_a_class_is_guided_of_its_unit_in_the_last_layer():
    with torch.random.fork_rng():
        torch.manual_seed(2)
        model = torchvision_models.resnet18(weights=None).eval()
    batch = drawn(7, (1, 3, 64, 64))
    found, unit = guided_class(model, batch, 9), guided(model, batch, "fc", 9)
    assert np.allclose(found.values, unit.gradient, atol=1e-5 * np.abs(unit.gradient).max())
    assert found.logit == pytest.approx(unit.value, abs=1e-4)
    assert not np.allclose(found.values, gradient(model, batch, 9).values, atol=1e-3 * np.abs(unit.gradient).max())


def test_refusals():
    model, batch = smooth_network(0), drawn(0)
    for probe in (gradient, gradient_times_input, smooth_gradient, integrated_gradients, guided_class):
        with pytest.raises(ShapeError, match="4 classes"):
            probe(model, batch, 4)
    with pytest.raises(ShapeError, match="at least 1"):
        smooth_gradient(model, batch, samples=0)
    with pytest.raises(ShapeError, match="at least 1"):
        integrated_gradients(model, batch, steps=0)
