"""All subnetworks against one network of torch a mask, every one by itself."""

from itertools import product

import numpy as np
import pytest
import torch
from hypothesis import given, settings, strategies
from torch import nn

from cnnviz.probes.dropout import draw_network, rivals, subnetworks

ACTIVATIONS = {"linear": nn.Identity(), "relu": nn.ReLU(), "tanh": nn.Tanh(), "sigmoid": nn.Sigmoid()}
widths = strategies.tuples(strategies.integers(1, 4), strategies.integers(0, 3))
keeps = strategies.floats(0.1, 0.9)


class Masked(nn.Module):
    """What a layer of dropout does in one fixed draw."""

    def __init__(self, factors):
        super().__init__()
        self.factors = torch.tensor(factors, dtype=torch.double)

    def forward(self, values):
        return values * self.factors


def built(network, activation, factors):
    """Return torch's own network with these factors behind its units."""
    layers, first = [], 0
    for weight, bias in zip(network.weights, network.biases, strict=True):
        linear = nn.Linear(*reversed(weight.shape)).double()
        linear.load_state_dict({"weight": weight, "bias": bias})
        layers.append(linear)
        if first < network.units:
            layers += [ACTIVATIONS[activation], Masked(factors[first : first + len(weight)])]
            first += len(weight)
    return nn.Sequential(*layers)


@settings(max_examples=25)
@given(widths, strategies.sampled_from(sorted(ACTIVATIONS)), keeps, strategies.booleans(), strategies.integers(0, 99))
def test_the_mean_is_that_of_all_networks_one_by_one(widths, activation, keep, inverted, seed):
    network = draw_network(widths, seed=seed)
    found = subnetworks(network, activation, keep=keep, scaling="inverted" if inverted else "test")
    mean = spread = 0.0
    for kept in product((0, 1), repeat=network.units):
        number = sum(bit << unit for unit, bit in enumerate(kept))
        factors = [bit / keep if inverted else float(bit) for bit in kept]
        with torch.no_grad():
            output = built(network, activation, factors)(network.x).item()
        chance = float(np.prod([keep if bit else 1 - keep for bit in kept]))
        assert found.outputs[number] == pytest.approx(output, abs=1e-9)
        assert found.probabilities[number] == pytest.approx(chance)
        mean += chance * output
        spread += chance * output**2
    assert found.mean == pytest.approx(mean, abs=1e-9)
    assert found.deviation == pytest.approx(max(0, spread - mean**2) ** 0.5, abs=1e-6)
    with torch.no_grad():
        at_test = built(network, activation, [1.0 if inverted else keep] * network.units)(network.x).item()
    assert found.scaled == pytest.approx(at_test, abs=1e-9)


@settings(max_examples=30)
@given(widths, keeps, strategies.sampled_from(["test", "inverted"]), strategies.integers(0, 99))
def test_a_linear_network_passes_the_mean_itself_and_so_does_dropout_before_the_last_layer(widths, keep, scaling, seed):
    for activation, layers in (("linear", widths), ("relu", (widths[0], 0)), ("tanh", (widths[0], 0))):
        found = subnetworks(draw_network(layers, seed=seed), activation, keep=keep, scaling=scaling)
        assert found.mean == pytest.approx(found.scaled, abs=1e-10)


def test_behind_relu_the_scaled_pass_is_close_and_without_scaling_it_is_far():
    networks = rivals((5, 5))
    close = subnetworks(networks[0], "relu", keep=0.5, rivals=networks).offs
    far = subnetworks(networks[0], "relu", keep=0.5, scaling="none", rivals=networks).offs
    assert 0.01 < np.median(close) < 0.5
    assert np.median(far) > 3 * np.median(close)


def test_torch_dropout_draws_from_these_masks():
    network, drop = draw_network((6, 0), seed=3), 0.3
    found = subnetworks(network, "relu", keep=1 - drop, scaling="inverted")
    torch.manual_seed(0)
    own = built(network, "relu", [1.0] * 6)
    own[2] = nn.Dropout(drop)
    with torch.no_grad():
        drawn = own.train()(network.x.expand(20_000, -1))[:, 0]
        at_test = own.eval()(network.x).item()
    assert at_test == pytest.approx(found.scaled)
    assert drawn.mean().item() == pytest.approx(found.mean, abs=4 * found.deviation / 20_000**0.5)
    assert np.abs(drawn.numpy()[:, None] - found.outputs).min(axis=1).max() < 1e-9
