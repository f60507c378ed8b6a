"""CAM: shares and bias add up to the logit, on every network that qualifies; the others are refused in a sentence."""

import pytest
import torch
from hypothesis import given, settings, strategies
from torch import nn
from torch.nn import functional
from torchvision import models as torchvision_models

from cnnviz import models
from cnnviz.errors import ModelError, ShapeError
from cnnviz.probes import activations, cam
from cnnviz.probes.cam import pooled_head

SHIPPED = ("efficientnet-lite0", "smallvgg-tiny")
TORCHVISION = (
    ("resnet18", "fc"),
    ("resnext50_32x4d", "fc"),
    ("densenet121", "classifier"),
    ("googlenet", "fc"),
    ("inception_v3", "fc"),
    ("shufflenet_v2_x0_5", "fc"),
    ("mobilenet_v2", "classifier.1"),
    ("efficientnet_b0", "classifier.1"),
    ("mnasnet0_5", "classifier.1"),
    ("regnet_y_400mf", "fc"),
    ("swin_t", "head"),
)


def random_network(name):
    with torch.random.fork_rng():
        torch.manual_seed(5)
        more = {"init_weights": False} if name in ("googlenet", "inception_v3") else {}
        return torchvision_models.get_model(name, weights=None, **more).eval()


def photo_like(size, seed=3):
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(size, generator=generator)


@pytest.mark.parametrize("name", SHIPPED)
def test_shares_and_bias_add_up_on_every_shipped_network_that_qualifies(name):
    model = models.load(name).eval()
    batch = photo_like((1, *models.card(name).input_size))
    with torch.no_grad():
        logits = model(batch)[0]
    for target in (None, 0, 7, len(logits) - 1):
        found = cam(model, batch, target)
        wanted = int(logits.argmax()) if target is None else target
        assert found.target == wanted
        assert found.map.mean() + found.bias == pytest.approx(float(logits[wanted]), abs=1e-4)


@pytest.mark.parametrize(("name", "last"), TORCHVISION)
def test_shares_and_bias_add_up_on_networks_of_torchvision(name, last):
    model, batch = random_network(name), photo_like((2, 3, 128, 160))
    with torch.no_grad():
        # Fresh networks may answer with some 1e-9, of which anything would be right to 1e-4.
        layer = model.get_submodule(last)
        means = []
        handle = layer.register_forward_pre_hook(lambda _, given: means.append(given[0][0]))
        model(batch[:1])
        layer.weight.mul_(1 / (layer.weight @ means[0]).abs().max())
        layer.bias.uniform_(-1, 1)
        handle.remove()
        logits = model(batch[:1])[0]
    found = cam(model, batch, 321)
    assert float(logits[321]) == pytest.approx(found.logit, abs=1e-4)
    assert found.map.shape[0] > 1
    assert found.map.mean() + found.bias == pytest.approx(float(logits[321]), abs=1e-4)
    assert found.bias == pytest.approx(layer.bias[321].item())


def test_squeezenet_averages_the_logits_themselves():
    model, batch = random_network("squeezenet1_1"), photo_like((1, 3, 96, 96))
    found = cam(model, batch, 5)
    maps = activations(model, batch, ["classifier.2"])["classifier.2"]
    assert torch.equal(torch.tensor(found.map), maps[0, 5])
    assert found.bias == 0
    assert found.map.mean() == pytest.approx(model(batch)[0, 5].item(), abs=1e-5)


class Written(nn.Module):
    """Ends as CAM needs it, in functions and with its last maps written by an activation in place."""

    def __init__(self, channels, classes, kept):
        super().__init__()
        self.body = nn.Conv2d(2, channels, 3)
        self.weight, self.offset = nn.Parameter(torch.randn(classes, channels)), nn.Parameter(torch.randn(classes))
        self.kept = kept

    def forward(self, pixels):
        maps = functional.relu(self.body(pixels), inplace=True)
        means = maps.mean([-2, -1], keepdim=self.kept) if self.kept else functional.adaptive_avg_pool2d(maps, 1)
        return functional.linear(functional.dropout(torch.flatten(means, 1), training=False), self.weight, self.offset)


@settings(max_examples=25, deadline=None)
@given(strategies.integers(1, 6), strategies.integers(2, 5), strategies.booleans(), strategies.integers(0, 999))
def test_a_map_is_the_linear_layer_at_every_place(channels, classes, kept, seed):
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        model, batch = Written(channels, classes, kept).eval(), torch.randn(3, 2, 7, 6)
    found = [cam(model, batch, target) for target in range(classes)]
    with torch.no_grad():
        maps = functional.relu(model.body(batch[:1]))
        wanted = functional.conv2d(maps, model.weight[:, :, None, None])[0]
    for target, one in enumerate(found):
        assert torch.allclose(torch.tensor(one.map), wanted[target], atol=1e-4)
        assert one.bias == pytest.approx(model.offset[target].item())
        assert one.map.mean() + one.bias == pytest.approx(model(batch)[0, target].item(), abs=1e-4)


@pytest.mark.parametrize(
    ("model", "named"),
    [
        (nn.Sequential(nn.Conv2d(3, 4, 3), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.ReLU(), nn.Linear(4, 5)), "ReLU"),
        (
            nn.Sequential(nn.Conv2d(3, 4, 3), nn.AdaptiveMaxPool2d(1), nn.Flatten(), nn.Linear(4, 5)),
            "AdaptiveMaxPool2d",
        ),
        (nn.Sequential(nn.Conv2d(3, 4, 3), nn.AdaptiveAvgPool2d(2), nn.Flatten(), nn.Linear(16, 5)), "AdaptiveAvgPool"),
        (nn.Sequential(nn.Flatten(), nn.Linear(192, 5)), "nothing is averaged"),
        (
            nn.Sequential(nn.Conv2d(3, 4, 3), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(4, 5), nn.Linear(5, 5)),
            "3",
        ),
    ],
)
def test_another_end_is_refused_by_the_name_of_what_stands_there(model, named):
    with pytest.raises(ModelError, match=named) as refused:
        cam(model.eval(), torch.rand(1, 3, 8, 8))
    assert "global average pooling" in str(refused.value)
    assert str(refused.value).count("\n") == 0


def test_a_vision_transformer_is_refused():
    with pytest.raises(ModelError, match="as a transformer reads its class token alone"):
        cam(torchvision_models.vit_b_32(weights=None).eval(), torch.rand(1, 3, 224, 224))


def test_a_class_that_is_not_there():
    model = Written(3, 4, True).eval()
    with pytest.raises(ShapeError, match="4 classes"):
        cam(model, torch.rand(1, 2, 6, 6), 4)
    assert pooled_head(model, torch.rand(1, 2, 6, 6)).layer == "relu"
