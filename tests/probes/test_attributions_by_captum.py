"""Grad-CAM, occlusion and the gradients of pixels against Captum's, on random small networks."""

import copy
import warnings
from itertools import pairwise

import pytest
import torch
from captum import attr
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from cnnviz.probes import grad_cams, occlusion
from cnnviz.probes.guided_backpropagation import guided_class
from cnnviz.probes.input_gradients import gradient, gradient_times_input, integrated_gradients, smooth_gradient

ACTIVATIONS = (nn.ReLU, nn.SiLU, nn.Tanh, nn.ELU)
CLASSES = 5


@pytest.fixture(autouse=True)
def quiet():
    """Captum warns of every hook that it sets."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def network(seed, activation=nn.ReLU):
    """Return a random network of 3 colours and 5 classes: convolutions, normalisation, a pooling, a linear layer."""
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        widths = [3, *torch.randint(2, 7, (int(torch.randint(1, 4, ())),)).tolist()]
        layers = []
        for number, (before, after) in enumerate(pairwise(widths)):
            layers.append(nn.Conv2d(before, after, 3, stride=1 + (number + seed) % 2, padding=1))
            normalised = nn.BatchNorm2d(after)
            normalised.running_mean.normal_()
            normalised.running_var.uniform_(0.5, 2)
            # Captum's guided backpropagation takes modules alone, and no module twice.
            layers += [normalised, activation()]
            normalised.weight.data.normal_()
            normalised.bias.data.normal_()
        pooled = nn.AdaptiveMaxPool2d(2) if seed % 3 == 0 else nn.AdaptiveAvgPool2d(2)
        return nn.Sequential(*layers, pooled, nn.Flatten(), nn.Linear(4 * widths[-1], CLASSES)).eval()


def picture(seed, height=11, width=9):
    return torch.randn(1, 3, height, width, generator=torch.Generator().manual_seed(seed))


def same(found, wanted):
    torch.testing.assert_close(torch.as_tensor(found), wanted.detach(), atol=1e-4, rtol=1e-4)


cases = given(seed=st.integers(0, 10_000), target=st.integers(0, CLASSES - 1), activation=st.sampled_from(ACTIVATIONS))


@settings(max_examples=20)
@cases
def test_grad_cam_of_every_layer(seed, target, activation):
    # Square: of 6 maps of 6 by 5 after an activation, nothing tells whether the maps come first.
    model, image = network(seed, activation), picture(seed, 11, 11)
    layers = [name for name, module in model.named_children() if not isinstance(module, nn.Flatten | nn.Linear)]
    # What overwrites the normalisation's output in place gives the same; Captum would read what is overwritten.
    overwriting = copy.deepcopy(model)
    for module in overwriting:
        if hasattr(module, "inplace"):
            module.inplace = True
    for found in (grad_cams(model, image, target), grad_cams(overwriting, image, target)):
        assert list(found) == layers
        for name in layers:
            theirs = attr.LayerGradCam(model, model.get_submodule(name))
            same(found[name].signed, theirs.attribute(image, target=target)[0, 0])
            same(found[name].map, theirs.attribute(image, target=target, relu_attributions=True)[0, 0])


@settings(max_examples=20)
@cases
def test_the_gradient_and_times_the_input(seed, target, activation):
    model, image = network(seed, activation), picture(seed)
    same(gradient(model, image, target).values, attr.Saliency(model).attribute(image, target=target, abs=False)[0])
    same(
        gradient_times_input(model, image, target).values, attr.InputXGradient(model).attribute(image, target=target)[0]
    )


@settings(max_examples=20)
@given(
    seed=st.integers(0, 10_000),
    target=st.integers(0, CLASSES - 1),
    activation=st.sampled_from(ACTIVATIONS),
    steps=st.integers(1, 40),
    from_zero=st.booleans(),
)
def test_integrated_gradients_by_the_same_quadrature(seed, target, activation, steps, from_zero):
    model, image = network(seed, activation), picture(seed)
    baseline = None if from_zero else picture(seed + 1)
    found = integrated_gradients(model, image, target, baseline=baseline, steps=steps)
    wanted, gap = attr.IntegratedGradients(model).attribute(
        image, baseline, target, n_steps=steps, method="gausslegendre", return_convergence_delta=True
    )
    same(found.values, wanted[0])
    assert found.total - (found.logit - found.baseline_logit) == pytest.approx(float(gap), abs=1e-4)


@settings(max_examples=20)
@given(seed=st.integers(0, 10_000), target=st.integers(0, CLASSES - 1))
def test_guided_backpropagation(seed, target):
    model, image = network(seed), picture(seed)
    found = guided_class(model, image, target)
    same(found.values, attr.GuidedBackprop(model).attribute(image, target=target)[0])


@settings(max_examples=20)
@given(
    seed=st.integers(0, 10_000),
    target=st.integers(0, CLASSES - 1),
    size=st.integers(1, 9),
    stride=st.integers(1, 9),
    colour=st.tuples(*[st.floats(-2, 2, width=32)] * 3),
)
def test_occlusion_with_the_same_window_stride_and_baseline(seed, target, size, stride, colour):
    # Captum refuses strides that would leave pixels uncovered; ours leaves them at 0.
    model, image, stride = network(seed), picture(seed), min(size, stride)
    filling = torch.tensor(colour)[:, None, None]
    found = occlusion(model, image, filling, target, size=size, stride=stride)
    wanted = attr.Occlusion(model).attribute(
        image,
        sliding_window_shapes=(3, size, size),
        strides=(3, stride, stride),
        baselines=filling.expand(image.shape[1:])[None],
        target=target,
        perturbations_per_eval=8,
    )[0]
    # Captum gives every colour the same number: the patch hides them together.
    for each in wanted:
        same(found.map, each)


def test_smoothgrad_is_the_mean_over_noisy_copies():
    # Each library draws its own noise, so they are equal without it, and near each other with many copies.
    model, image = network(3, nn.SiLU), picture(3)
    theirs = attr.NoiseTunnel(attr.Saliency(model))
    spread = 0.15 * float(image.max() - image.min())
    torch.manual_seed(0)
    wanted = theirs.attribute(image, nt_type="smoothgrad", nt_samples=3000, stdevs=spread, target=2, abs=False)[0]
    found = torch.tensor(smooth_gradient(model, image, 2, samples=3000).values)
    plain = torch.tensor(gradient(model, image, 2).values)
    same(smooth_gradient(model, image, 2, noise=0.0).values, plain)
    assert (found - wanted).norm() < 0.1 * wanted.norm()
    assert (found - wanted).norm() < 0.5 * (plain - wanted).norm()
