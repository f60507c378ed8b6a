"""Grad-CAM against the paper's definition written with autograd and plain hooks, layer by layer, and against CAM."""

import copy

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional
from torchvision import models as torchvision_models

from cnnviz import models
from cnnviz.errors import ModelError, ShapeError
from cnnviz.probes import cam, grad_cam, grad_cams


def by_definition(model, batch, module, target):
    """Return Grad-CAM of a module before its ReLU (equations 1 and 2 of the paper) by hooks that keep what passes."""
    kept = {}

    def forward(_, given, output):
        if kept:  # a module's second call is another layer
            return
        kept["maps"] = output.detach().clone()
        output.register_hook(lambda gradient: kept.__setitem__("slopes", gradient.clone()))

    handle = module.register_forward_hook(forward)
    pixels = batch[:1].clone().requires_grad_()
    model(pixels)[0, target].backward()
    handle.remove()
    alpha = kept["slopes"][0].sum(dim=(1, 2)) / kept["slopes"][0, 0].numel()
    return (alpha[:, None, None] * kept["maps"][0]).sum(dim=0)


def network(name):
    with torch.random.fork_rng():
        torch.manual_seed(4)
        return torchvision_models.get_model(name, weights=None).eval()


@pytest.mark.parametrize("name", ["resnet18", "densenet121", "mobilenet_v2", "shufflenet_v2_x0_5", "efficientnet_b0"])
def test_every_layer_of_one_pass_is_the_definition(name):
    model, batch = network(name), torch.randn(2, 3, 64, 64, generator=torch.Generator().manual_seed(1))
    modules = dict(model.named_modules())
    found = grad_cams(model, batch, 17)
    for each in list(found)[:: max(1, len(found) // 12)]:
        if each not in modules:  # a function, or a module's second call
            continue
        wanted = by_definition(model, batch, modules[each], 17)
        signed = torch.tensor(found[each].signed)
        assert torch.allclose(signed, wanted, atol=1e-4 * float(wanted.abs().max() or 1)), each
        assert torch.equal(torch.tensor(found[each].map), signed.relu())
    assert all(np.isfinite(each.signed).all() and each.target == 17 for each in found.values())


def test_what_is_overwritten_in_place_is_not_what_a_layer_gave():
    # By hand: the convolution gives x - 1 and the ReLU overwrites it; y = sum of (x - 1) where it is positive.
    model = nn.Sequential(nn.Conv2d(1, 1, 1), nn.ReLU(inplace=True), nn.Flatten(), nn.Linear(4, 1)).eval()
    with torch.no_grad():
        model[0].weight.fill_(1)
        model[0].bias.fill_(-1)
        model[3].weight.fill_(1)
        model[3].bias.zero_()
    batch = torch.tensor([[[[3.0, 0], [0, 5]]]])
    found = grad_cams(model, batch, 0)
    # Gradient at the convolution: 1 where x > 1, so its mean is 1/2; at the ReLU's output it is 1 everywhere.
    assert found["0"].signed.tolist() == [[1, -0.5], [-0.5, 2]]
    assert found["0"].map.tolist() == [[1, 0], [0, 2]]
    assert found["1"].signed.tolist() == [[2, 0], [0, 4]]


class PreActivated(nn.Module):
    """A convolution whose maps are read twice: by a normalisation, and past it; or what makes them overwrites them."""

    def __init__(self, *, skips):
        super().__init__()
        self.skips = skips
        self.first, self.norm = nn.Conv2d(3, 4, 3, padding=1), nn.BatchNorm2d(4)
        self.second, self.last = nn.Conv2d(4, 4, 3, padding=1), nn.Linear(4, 5)
        for each in (self.norm.weight, self.norm.bias, self.norm.running_mean):
            nn.init.normal_(each)
        nn.init.uniform_(self.norm.running_var, 0.5, 2)

    def forward(self, x):
        h = self.first(x)
        y = self.second(functional.relu_(self.norm(h)))
        y = y + h if self.skips else y.tanh()
        return self.last(y.mean((2, 3)))


@pytest.mark.parametrize("skips", [True, False])
def test_what_a_normalisation_reads_may_have_other_readers(skips):
    with torch.random.fork_rng():
        torch.manual_seed(6)
        model, batch = PreActivated(skips=skips).eval(), torch.randn(1, 3, 9, 9)
    found = grad_cams(model, batch, 2)
    for name in ("first", "norm", "second"):
        wanted = by_definition(model, batch, model.get_submodule(name), 2)
        assert wanted.abs().max() > 0
        assert torch.allclose(torch.tensor(found[name].signed), wanted, atol=1e-5), name
        assert np.allclose(grad_cam(model, batch, name, 2).signed, found[name].signed, atol=1e-6)


@pytest.mark.parametrize("name", ["efficientnet-lite0", "smallvgg-tiny"])
def test_at_the_last_layer_it_is_cam_up_to_relu_and_scale(name):
    model = models.load(name).eval()
    batch = torch.randn(1, *models.card(name).input_size, generator=torch.Generator().manual_seed(2))
    exact = cam(model, batch)
    last = list(grad_cams(model, batch).values())[-1]
    assert last.signed.shape == exact.map.shape
    # Behind the mean, every place's gradient is the class's weight over the number of places.
    assert np.allclose(last.signed * exact.map.size, exact.map, atol=1e-4)
    assert np.allclose(last.map * exact.map.size, exact.map.clip(min=0), atol=1e-4)
    assert last.logit == pytest.approx(exact.logit, abs=1e-4)


def test_tokens_of_a_transformer_are_a_square():
    found = grad_cams(network("vit_b_32"), torch.randn(1, 3, 224, 224))
    normalised = [each.signed.shape for name, each in found.items() if name.endswith("ln_1")]
    assert normalised == [(7, 7)] * 12


def test_the_model_is_left_as_it_was():
    model, batch = network("resnet18"), torch.randn(1, 3, 64, 64)
    before = copy.deepcopy(model.state_dict())
    first, asked = grad_cam(model, batch, "layer3.1.bn2"), batch.clone()
    with torch.no_grad():
        second = grad_cam(model, batch, "layer3.1.bn2", first.target)
    np.testing.assert_array_equal(first.signed, second.signed)
    assert all(torch.equal(before[name], value) for name, value in model.state_dict().items())
    assert all(each.grad is None and each.requires_grad for each in model.parameters())
    assert torch.equal(batch, asked)
    assert not batch.requires_grad


def test_refusals():
    model, batch = network("resnet18"), torch.randn(1, 3, 64, 64)
    with pytest.raises(ModelError, match="is named"):
        grad_cam(model, batch, "layer4.9")
    with pytest.raises(ModelError, match="avgpool gives no maps"):
        grad_cam(model, batch, "avgpool")
    with pytest.raises(ShapeError, match="1000 classes"):
        grad_cams(model, batch, 1000)
