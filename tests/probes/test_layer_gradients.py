"""Gradients by layer against torch's own backward pass and against differences of the loss."""

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional

from cnnviz.models.cifar_resnet import network
from cnnviz.probes.layer_gradients import layer_gradients


@pytest.mark.parametrize("residual", [False, True])
@pytest.mark.parametrize("normalised", [False, True])
def test_they_are_those_of_backward(residual, normalised):
    model = network(20, residual=residual, normalised=normalised, beginning="torch", seed=3)
    images = torch.randn(8, 1, 14, 14, generator=torch.Generator().manual_seed(0))
    labels = torch.arange(8)
    found = layer_gradients(model, images, labels)
    outputs = {}
    layers = {name: each for name, each in model.named_modules() if isinstance(each, nn.Conv2d | nn.Linear)}
    for name, each in layers.items():
        each.register_forward_hook(lambda module, given, output, name=name: outputs.update({name: output}))
    model.train()
    loss = functional.cross_entropy(model(images), labels)
    for each in outputs.values():
        each.retain_grad()
    loss.backward()
    assert found.names == tuple(outputs)
    assert len(found.names) == 20
    assert found.loss == pytest.approx(loss.item(), rel=1e-6)
    weights = [layers[name].weight.grad.double().norm().item() for name in found.names]
    signals = [each.grad.double().square().mean().sqrt().item() for each in outputs.values()]
    np.testing.assert_allclose(found.weights, weights, rtol=1e-5)
    np.testing.assert_allclose(found.signals, signals, rtol=1e-5)


def test_a_step_along_the_gradient_changes_the_loss_by_its_norm():
    model = network(8, residual=True, beginning="torch").double()
    images = torch.randn(16, 1, 14, 14, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    labels = torch.arange(16) % 10
    found = layer_gradients(model, images, labels)
    weight = model.stages[1][0].conv1.weight
    model.train()
    (gradient,) = torch.autograd.grad(functional.cross_entropy(model(images), labels), weight)
    step, losses = 1e-5 * gradient / gradient.norm(), []
    for sign in (1, -1):
        with torch.no_grad():
            weight += sign * step
            losses.append(functional.cross_entropy(model(images), labels).item())
            weight -= sign * step
    norm = found.weights[found.names.index("stages.1.0.conv1")]
    assert (losses[0] - losses[1]) / 2e-5 == pytest.approx(norm, rel=1e-4)


def test_the_model_is_left_as_it_was():
    model = network(8, residual=False).eval()
    layer_gradients(model, torch.randn(4, 1, 14, 14), torch.arange(4))
    assert not model.training
    assert all(each.grad is None for each in model.parameters())
    assert not any(each._forward_hooks for each in model.modules())
