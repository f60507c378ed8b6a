"""Dying units: the run against torch's own optimiser, and the dead against the gradients that they get."""

import pytest
import torch
from torch import nn
from torch.nn import functional

from cnnviz import images
from cnnviz.probes.dying_units import LAYERS, WIDTH, network, train

DIGITS = torch.tensor(images.sheet("digits")).flatten(1).float() / 255
LABELS = torch.tensor(images.sheet_labels())


@pytest.fixture(autouse=True)
def one_thread():
    """So little work is slower on several, and they would add up in another order."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def trained(name, *, rate, bias, steps, seed):
    """The same run by torch.optim."""
    model = network(name, 784, 10, bias=bias, seed=seed)
    optimiser = torch.optim.SGD(model.parameters(), lr=rate)
    generator = torch.Generator().manual_seed(seed)
    for _ in range(steps):
        chosen = torch.randperm(100, generator=generator)[:20]
        optimiser.zero_grad()
        functional.cross_entropy(model(DIGITS[chosen]), LABELS[chosen]).backward()
        optimiser.step()
    return model


def gradientless(model):
    """The share of each hidden layer's units whose weights get no gradient, whatever is sent back to its outputs."""
    values, shares = DIGITS, []
    hidden = [module for module in model if isinstance(module, nn.Linear)][:-1]
    for linear, function in zip(hidden, [each for each in model if not isinstance(each, nn.Linear)], strict=True):
        model.zero_grad()
        outputs = function(linear(values))
        outputs.sum().backward()
        shares.append(float((linear.bias.grad == 0).float().mean()))
        values = outputs.detach()
    return shares


@pytest.mark.parametrize(("name", "rate", "bias"), [("relu", 0.5, 0.0), ("relu", 0.3, 0.01), ("leaky_relu", 0.5, 0.0)])
def test_the_run_and_its_dead_units_are_torchs(name, rate, bias):
    found = train(DIGITS, LABELS, name, rate=rate, bias=bias, steps=40, seed=1)
    model = trained(name, rate=rate, bias=bias, steps=40, seed=1)
    assert found.dead.shape == found.negative.shape == (41, LAYERS)
    scores = model(DIGITS)
    assert found.losses[-1] == pytest.approx(float(functional.cross_entropy(scores.detach(), LABELS)), rel=1e-4)
    assert found.accuracies[-1] == pytest.approx(float((scores.argmax(dim=1) == LABELS).float().mean()))
    assert found.dead[-1].tolist() == pytest.approx(gradientless(model))


def test_high_rates_kill_relus_units_and_leaky_ones_never_die():
    slow, fast = (train(DIGITS, LABELS, "relu", rate=rate, bias=0.0, steps=150, seed=0) for rate in (0.1, 1.0))
    leaky = train(DIGITS, LABELS, "leaky_relu", rate=0.5, bias=0.0, steps=150, seed=0)
    assert slow.dead[-1].mean() < 0.1 < 0.5 < fast.dead[-1].mean()
    assert leaky.dead.max() == 0
    assert leaky.negative[-1].mean() > 0.1


def test_a_run_that_diverges_ends_at_its_last_finite_loss():
    found = train(DIGITS, LABELS, "leaky_relu", rate=2.0, bias=0.0, steps=100, seed=0)
    assert len(found.losses) < 101
    assert torch.tensor(found.losses).isfinite().all()


def test_every_bias_begins_as_it_is_told():
    model = network("relu", 784, 10, bias=0.01, seed=0)
    linears = [module for module in model if isinstance(module, nn.Linear)]
    hidden = [(WIDTH, WIDTH)] * (LAYERS - 1)
    assert [tuple(each.weight.shape) for each in linears] == [(WIDTH, 784), *hidden, (10, WIDTH)]
    assert all(each.bias.tolist() == pytest.approx([0.01] * len(each.bias)) for each in linears)
    assert float(linears[0].weight.detach().std()) == pytest.approx((2 / 784) ** 0.5, rel=0.02)
