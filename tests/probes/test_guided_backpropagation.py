"""Guided backpropagation against an independent implementation: backward hooks on modules."""

import copy

import numpy as np
import pytest
import timm
import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torchvision.models import resnet18

from cnnviz.errors import ModelError, ShapeError
from cnnviz.probes import activations
from cnnviz.probes.guided_backpropagation import guided


def by_hooks(model: nn.Module, batch: Tensor, layer: str, unit: tuple[int, ...]) -> np.ndarray:
    """As the paper's followers write it: out-of-place ReLU modules whose backward hook drops negative gradients."""
    model = copy.deepcopy(model)
    for module in model.modules():
        if isinstance(module, nn.ReLU):
            module.inplace = False
            module.register_full_backward_hook(lambda _, into, out: (into[0].clamp(min=0),))
    kept: list[Tensor] = []
    model.get_submodule(layer).register_forward_hook(lambda _, __, output: kept.append(output))
    pixels = batch.clone().requires_grad_()
    model(pixels)
    kept[0][unit].backward()
    return pixels.grad[0].numpy()


def plain(bias: bool = True) -> nn.Module:
    torch.manual_seed(5)
    return nn.Sequential(
        nn.Conv2d(3, 6, 3, bias=bias), nn.ReLU(inplace=True), nn.Conv2d(6, 6, 3), nn.BatchNorm2d(6),
        nn.ReLU(inplace=True), nn.MaxPool2d(2), nn.Conv2d(6, 4, 2), nn.ReLU(inplace=True), nn.Flatten(),
        nn.Linear(36, 5),
    ).eval()  # fmt: skip


@pytest.mark.parametrize(("layer", "unit"), [("2", (0, 3, 4, 5)), ("6", (0, 1, 2, 0)), ("9", (0, 3))])
def test_a_small_network_against_module_hooks(layer: str, unit: tuple[int, ...]) -> None:
    model, batch = plain(), torch.randn(1, 3, 12, 12)
    place = (unit[1], 0, 0) if len(unit) == 2 else unit[1:]
    one = guided(model, batch, layer, *place)
    expected = by_hooks(model, batch, layer, unit)
    assert np.abs(expected).max() > 0
    np.testing.assert_allclose(one.gradient, expected, atol=1e-6)
    assert one.rectifiers == {"2": 1, "6": 2, "9": 3}[layer]
    assert one.value == pytest.approx(float(activations(model, batch)[layer][unit]), abs=1e-6)


def test_resnet_against_module_hooks() -> None:
    # Torchvision's blocks call one in-place ReLU module twice, where a module's hook sees both.
    torch.manual_seed(0)
    model, batch = resnet18().eval(), torch.randn(1, 3, 64, 64)
    one = guided(model, batch, "layer3.1.bn2", 7)
    expected = by_hooks(model, batch, "layer3.1.bn2", (0, 7, one.row, one.column))
    np.testing.assert_allclose(one.gradient, expected, atol=1e-5 * np.abs(expected).max())
    maps = activations(model, batch, ["layer3.1.bn2"])["layer3.1.bn2"][0, 7]
    assert float(maps[one.row, one.column]) == float(maps.max())
    assert one.value == pytest.approx(float(maps.max()), abs=1e-5)
    assert one.rectifiers == 12


def test_nothing_of_the_model_is_changed() -> None:
    model, batch = plain(), torch.randn(1, 3, 12, 12)
    model[0].weight.requires_grad_(False)
    before = copy.deepcopy(model.state_dict())
    first, asked = guided(model, batch, "9", 2), batch.clone()
    second = guided(model, batch, "9", 2)
    np.testing.assert_array_equal(first.gradient, second.gradient)
    assert all(torch.equal(before[name], value) for name, value in model.state_dict().items())
    assert all(p.grad is None for p in model.parameters())
    assert [p.requires_grad for p in model.parameters()] == [False] + [True] * 9
    assert not any(m.training or m._forward_hooks or m._backward_hooks for m in model.modules())
    assert torch.equal(batch, asked)
    assert not batch.requires_grad


def test_a_hand_worked_layer() -> None:
    # h = relu(W x), y = v h with x = (1, 2), W = [[1, 1], [2, -1], [-1, -1]], v = (3, -2, 5):
    # h = relu(3, 0, -3): only the first unit is on, so dy/dx = 3 (1, 1). With x = (2, 1), h = (3, 3, 0): the plain
    # gradient is 3 (1, 1) - 2 (2, -1) = (-1, 5), the guided one leaves out the negative -2: (3, 3).
    model = nn.Sequential(nn.Linear(2, 3, bias=False), nn.ReLU(), nn.Linear(3, 1, bias=False)).eval()
    with torch.no_grad():
        model[0].weight.copy_(torch.tensor([[1.0, 1], [2, -1], [-1, -1]]))
        model[2].weight.copy_(torch.tensor([[3.0, -2, 5]]))
    assert guided(model, torch.tensor([[1.0, 2]]), "2", 0).gradient.tolist() == [3, 3]
    one = guided(model, torch.tensor([[2.0, 1]]), "2", 0)
    assert one.gradient.tolist() == [3, 3]
    assert (one.value, one.rectifiers) == (3.0, 1)


def statement(x: Tensor) -> Tensor:
    x.relu_()
    return x


def through_a_slice(x: Tensor) -> Tensor:
    F.relu_(x[:, :2])
    F.relu_(x[:, 2:])
    return x


RECTIFIERS = {
    "module": (nn.ReLU(), 1),
    "module in place": (nn.ReLU(inplace=True), 1),
    "function": (F.relu, 1),
    "positional": (lambda x: F.relu(x, True), 1),
    "keyword": (lambda x: F.relu(input=x, inplace=True), 1),
    "torch": (torch.relu, 1),
    "method": (lambda x: x.relu(), 1),
    "statement": (statement, 1),
    "slices": (through_a_slice, 2),
    "relu6": (nn.ReLU6(), 1),
    "relu6 in place": (nn.ReLU6(inplace=True), 1),
    "hardtanh": (lambda x: F.hardtanh(x, 0.0, 50.0), 1),
    "clamp": (lambda x: x.clamp(min=0), 1),
    "clamp positional": (lambda x: torch.clamp(x, 0, 50), 1),
    "clamp_min": (lambda x: x.clamp_min_(0), 1),
    "threshold": (nn.Threshold(0, 0, inplace=True), 1),
}


class Between(nn.Module):
    def __init__(self, then) -> None:
        super().__init__()
        torch.manual_seed(2)
        self.one, self.then, self.two = nn.Conv2d(3, 5, 3), then, nn.Conv2d(5, 4, 3)

    def forward(self, x: Tensor) -> Tensor:
        return self.two(self.then(self.one(x)))


@pytest.mark.parametrize("name", RECTIFIERS)
def test_every_way_to_call_a_relu_is_guided(name: str) -> None:
    then, rectifiers = RECTIFIERS[name]
    torch.manual_seed(1)
    batch = torch.randn(1, 3, 8, 8)
    one = guided(Between(then).eval(), batch, "two", 2, 1, 3)
    # No value reaches 6 here, so all of these are one function.
    expected = by_hooks(Between(nn.ReLU()).eval(), batch, "two", (0, 2, 1, 3))
    np.testing.assert_allclose(one.gradient, expected, atol=1e-6)
    assert one.rectifiers == rectifiers


@pytest.mark.parametrize("then", [nn.SiLU(), nn.GELU(), nn.Sigmoid(), nn.Hardtanh(-1, 1), nn.Threshold(0.1, 0)])
def test_other_functions_keep_their_gradient(then: nn.Module) -> None:
    model, pixels = Between(then).eval(), torch.randn(1, 3, 8, 8).requires_grad_()
    one = guided(model, pixels, "two", 2, 1, 3)
    (expected,) = torch.autograd.grad(model(pixels)[0, 2, 1, 3], pixels)
    np.testing.assert_allclose(one.gradient, expected[0], atol=1e-6)
    assert one.rectifiers == 0


def test_beyond_six_a_relu6_passes_nothing() -> None:
    model, batch = nn.Sequential(nn.ReLU6(), nn.Flatten()).eval(), torch.tensor([[[[-1.0, 3.0, 7.0]]]])
    assert [guided(model, batch, "1", c).gradient.sum() for c in range(3)] == [0, 1, 0]


def test_under_no_grad_and_under_inference_mode() -> None:
    model, batch = plain(), torch.randn(1, 3, 12, 12)
    expected = guided(model, batch, "9", 1).gradient
    with torch.no_grad():
        np.testing.assert_array_equal(guided(model, batch, "9", 1).gradient, expected)
    with torch.inference_mode():
        np.testing.assert_array_equal(guided(model, batch.clone(), "9", 1).gradient, expected)


def test_efficientnet_lite_is_guided_through_its_relu6() -> None:
    torch.manual_seed(0)
    model = timm.create_model("tf_efficientnet_lite0").eval()
    one = guided(model, torch.randn(1, 3, 64, 64), "blocks.2.1.conv_pw", 3)
    # the stem's, one of the first block's, two of each of the three blocks between
    assert one.rectifiers == 8
    assert np.abs(one.gradient).max() > 0


def test_what_is_not_there_is_said() -> None:
    model, batch = plain(), torch.randn(1, 3, 12, 12)
    with pytest.raises(ShapeError, match="2 has 6 channels; counted from 0, channel 6"):
        guided(model, batch, "2", 6)
    with pytest.raises(ShapeError, match="row 8, column 0"):
        guided(model, batch, "2", 0, 8, 0)
    with pytest.raises(ModelError, match="No call of this model is named 77"):
        guided(model, batch, "77", 0)
