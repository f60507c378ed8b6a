"""Whole networks: every layer's account adds up to the activation in the map."""

import random

import pytest
import timm
import torch
from torch import nn
from torchvision.models import resnet18, shufflenet_v2_x0_5

from cnnviz.calls import observe
from cnnviz.errors import ModelError, ShapeError
from cnnviz.models.shipped import SHIPPED
from cnnviz.probes import activations, as_maps
from cnnviz.probes.unit import account
from tests.conftest import some

NETWORKS = {
    "resnet18": (resnet18, (1, 3, 64, 64)),
    "shufflenet": (shufflenet_v2_x0_5, (1, 3, 64, 64)),
    "tf_efficientnet_lite0": (lambda: timm.create_model("tf_efficientnet_lite0"), (1, 3, 64, 64)),
    **{
        name: (row.build, (1, row.preprocessing.channels, *row.preprocessing.crop))
        for name, row in SHIPPED.items()
        if name not in ("lenet5-fashion",)
    },
}


@pytest.mark.parametrize("name", some(NETWORKS))
def test_every_layer_of_a_network_adds_up(name: str) -> None:
    build, size = NETWORKS[name]
    torch.manual_seed(0)
    model, batch, draw = build().eval(), torch.randn(size), random.Random(0)
    kinds: dict[str, str] = {}
    with torch.no_grad(), observe(model, lambda call: kinds.update({call.name: call.kind})):
        model(batch)
    before = {key: value.clone() for key, value in model.state_dict().items()}
    kept = activations(model, batch)
    assert list(kept) == list(kinds)
    for layer, output in kept.items():
        maps = as_maps(output, kinds[layer])
        if maps is None:
            assert output.dim() > 4, "the channel shuffle's five axes are planes, and nothing else here has none"
            continue
        place = tuple(draw.randrange(size) for size in maps.shape)
        one = account(model, batch, layer, *place)
        if one.kind == "other":
            # A warp has a screen of its own, which takes it apart.
            assert one.operation in ("affine_grid", "grid_sample", "matmul"), layer
            continue
        assert one.value == float(maps[place]), layer
        assert abs(one.total - one.value) <= 1e-4 * max(1.0, abs(one.value)), layer
    assert all(torch.equal(before[key], value) for key, value in model.state_dict().items())
    assert all(not m._forward_hooks and not m._forward_pre_hooks and not m.training for m in model.modules())
    assert all(p.grad is None and p.requires_grad for p in model.parameters())


def test_what_is_not_there_is_said_with_numbers() -> None:
    model, batch = nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU()).eval(), torch.randn(1, 3, 5, 6)
    with pytest.raises(ShapeError, match="4 maps of 3 by 4; counted from 0, channel 4, row 0, column 0 is not"):
        account(model, batch, "0", 4, 0, 0)
    with pytest.raises(ShapeError, match="row -1"):
        account(model, batch, "0", 0, -1, 0)
    with pytest.raises(ModelError, match="No call of this model is named conv"):
        account(model, batch, "conv", 0, 0, 0)


def test_no_layer_runs_after_the_one_that_is_asked_about() -> None:
    ran: list[str] = []
    model = nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU(), nn.Conv2d(4, 4, 3)).eval()
    model[2].register_forward_pre_hook(lambda *_: ran.append("2"))
    account(model, torch.randn(1, 3, 6, 6), "1", 0, 0, 0)
    assert ran == []


def test_an_attention_is_not_mistaken_for_its_last_step() -> None:
    class Attend(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.attention = nn.MultiheadAttention(8, 2, batch_first=True)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return self.attention(x, x, x)[0]

    one = account(Attend().eval(), torch.randn(1, 9, 8), "attention", 3, 1, 2)
    assert (one.kind, one.operation, one.total) == ("other", "MultiheadAttention", None)
