"""Memory against what torch itself keeps and needs while the same network really runs."""

from itertools import product

import pytest
import torch
import torch.nn.functional as F
import torchvision
import torchvision.models as tv
from torch import Tensor, nn

from cnnviz.analysis import analyze
from cnnviz.errors import ModelError
from tests.analysis.measuring import inference_peak, saved_for_backward
from tests.conftest import some


@pytest.fixture(autouse=True)
def in_the_open():
    """Transformer layers, in evaluation, have one function that hides all of its memory."""
    before = torch.backends.mha.get_fastpath_enabled()
    torch.backends.mha.set_fastpath_enabled(False)
    yield
    torch.backends.mha.set_fastpath_enabled(before)


def within(share: float, found: int, measured: int) -> bool:
    return abs(found - measured) <= share * measured


SIZES, NETWORKS = [(3, 3, 96, 130), (1, 3, 224, 224)], ["resnet50", "vgg16", "densenet121", "mobilenet_v3_small"]


@pytest.mark.parametrize(("size", "name"), some(product(SIZES, NETWORKS)))
def test_memory_is_what_torch_measures(size, name):
    model, batch = tv.get_model(name), torch.rand(size)
    memory = analyze(model, size).memory
    assert within(0.001, memory.saved_for_backward, saved_for_backward(model, batch))
    assert within(0.001, memory.inference_peak, inference_peak(model, batch))


@pytest.mark.parametrize(
    "name",
    [
        "alexnet",
        "squeezenet1_1",
        "mobilenet_v2",
        "mnasnet0_5",
        "shufflenet_v2_x0_5",
        "efficientnet_b0",
        "regnet_y_400mf",
        "convnext_tiny",
        "swin_t",
    ],
)
def test_memory_of_other_networks(name):
    model, size = tv.get_model(name), (2, 3, 64, 96)
    memory = analyze(model, size).memory
    assert within(0.01, memory.saved_for_backward, saved_for_backward(model, torch.rand(size)))
    assert within(0.01, memory.inference_peak, inference_peak(model, torch.rand(size)))


def test_the_outputs_are_those_of_all_modules_in_place_or_not():
    model, total = tv.resnet50().eval(), 0

    def add(module: nn.Module, given: object, made: Tensor) -> None:
        nonlocal total
        total += made.nbytes

    for module in model.modules():
        if not list(module.children()):
            module.register_forward_hook(add)
    with torch.no_grad():
        model(torch.rand(1, 3, 224, 224))
    report = analyze(model)
    assert report.memory.outputs == total == sum(layer.memory for layer in report.layers)


class Attention(nn.Module):
    """Attention written out, by einsum and by torch's function."""

    def __init__(self) -> None:
        super().__init__()
        self.project = nn.Linear(16, 48)

    def forward(self, x: Tensor) -> Tensor:
        batch, tokens, features = x.shape
        query, key, value = self.project(x).reshape(batch, tokens, 3, 4, features // 4).permute(2, 0, 3, 1, 4)
        scores = (query @ key.transpose(-2, -1)).softmax(-1)
        mixed = F.scaled_dot_product_attention(query, key, value) + torch.einsum("bhts,bhsd->bhtd", scores, value)
        return mixed.transpose(1, 2).reshape(batch, tokens, features)


class Recurrent(nn.Module):
    def __init__(self, layer: nn.Module) -> None:
        super().__init__()
        self.layer = layer

    def forward(self, x: Tensor) -> Tensor:
        return self.layer(x)[0]


class Deformable(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.offset = nn.Conv2d(16, 18, 3, padding=1)
        self.conv = torchvision.ops.DeformConv2d(16, 8, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        x = x[None]
        return self.conv(x, self.offset(x)).relu()


class Everything(nn.Module):
    """Functions whose gradients need different things, in place where that makes a difference."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Linear(16, 16)
        self.gate = nn.Linear(16, 16)

    def forward(self, x: Tensor) -> Tensor:
        x = self.first(x)
        x = (
            F.hardswish(x * 2, inplace=True)
            + F.silu(x)
            + torch.sigmoid(x)
            + F.gelu(x)
            + F.leaky_relu(x - 1, inplace=True)
        )
        y = F.layer_norm(x, (16,)) * torch.sigmoid(self.gate(x))
        y = F.dropout(y, 0.3, self.training) + x.exp() + x.abs().sqrt() + (x**2).mean(-1, keepdim=True)
        return torch.cat([y.softmax(-1), F.elu(y), y.tanh(), y.max(-1, keepdim=True).values], -1)


NETWORKS = {
    "attention": (Attention(), 0.01),
    "everything": (Everything(), 0.01),
    "deformable": (Deformable(), 0.01),
    "transformer": (nn.TransformerEncoderLayer(16, 4, 32, dropout=0.1, batch_first=True), 0.05),
    "gru": (Recurrent(nn.GRU(16, 64)), 0.05),
    "rnn": (Recurrent(nn.RNN(16, 64)), 0.05),
    "lstm": (Recurrent(nn.LSTM(16, 64, 2, bidirectional=True)), 0.25),
}


@pytest.mark.parametrize("name", NETWORKS)
def test_memory_of_what_is_not_a_convolution(name):
    model, share = NETWORKS[name]
    batch = torch.rand(16, 40, 16)
    if name == "deformable":
        batch = torch.rand(16, 40, 30)
    memory = analyze(model, tuple(batch.shape)).memory
    assert within(share, memory.saved_for_backward, saved_for_backward(model, batch))
    assert within(max(share, 0.05), memory.inference_peak, inference_peak(model, batch))


def test_frozen_layers_keep_less():
    model, size = tv.resnet18(), (1, 3, 64, 64)
    for name, parameter in model.named_parameters():
        parameter.requires_grad_(name.startswith(("layer4", "fc")))
    report = analyze(model, size)
    assert report.memory.saved_for_backward == saved_for_backward(model, torch.rand(size))
    assert report.memory.inference_peak == inference_peak(model, torch.rand(size))
    needed = report.training("momentum", 1)
    trained = sum(parameter.nbytes for parameter in model.parameters() if parameter.requires_grad)
    assert needed.gradients == needed.optimiser == trained < needed.parameters


@pytest.mark.parametrize(
    ("name", "make"),
    [
        ("sgd", lambda p: torch.optim.SGD(p, 0.1)),
        ("momentum", lambda p: torch.optim.SGD(p, 0.1, momentum=0.9)),
        ("adam", torch.optim.Adam),
    ],
)
def test_training_is_what_parameters_gradients_and_the_optimiser_hold(name, make):
    model = nn.Sequential(nn.Conv2d(3, 8, 3), nn.BatchNorm2d(8), nn.ReLU(), nn.Flatten(), nn.Linear(8 * 36, 5))
    optimiser = make(model.parameters())
    model(torch.rand(4, 3, 8, 8)).sum().backward()
    optimiser.step()
    state = sum(
        value.nbytes for each in optimiser.state.values() for value in each.values() if isinstance(value, Tensor)
    )
    needed = analyze(model, (2, 3, 8, 8)).training(name, 10)
    assert needed.parameters == sum(parameter.nbytes for parameter in model.parameters())
    assert needed.gradients == sum(parameter.grad.nbytes for parameter in model.parameters())
    assert needed.optimiser == state
    assert within(0.01, needed.saved, saved_for_backward(model, torch.rand(10, 3, 8, 8)))
    assert needed.total == needed.parameters + needed.gradients + needed.optimiser + needed.saved


def test_an_optimiser_that_is_not_known_is_named():
    with pytest.raises(ModelError, match=r"lion.*momentum"):
        analyze(nn.Linear(2, 3), (1, 2)).training("lion", 1)


def test_half_precision_takes_half():
    model = nn.Sequential(nn.Conv2d(3, 8, 3), nn.ReLU(), nn.Conv2d(8, 8, 3))
    whole, half = analyze(model, (1, 3, 32, 32)).memory, analyze(model.half(), (1, 3, 32, 32)).memory
    assert (whole.outputs, whole.saved_for_backward, whole.inference_peak) == tuple(
        2 * number for number in (half.outputs, half.saved_for_backward, half.inference_peak)
    )


@pytest.mark.parametrize("groups", [1, 2, 4])
def test_a_shuffle_is_a_copy_also_where_it_moves_nothing(groups):
    module, size = nn.ChannelShuffle(groups), (1, 4, 4, 8)
    assert analyze(module, size).memory.inference_peak == inference_peak(module, torch.randn(size))
