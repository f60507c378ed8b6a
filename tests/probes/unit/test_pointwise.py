"""Activation functions, normalisation and arithmetic, in whichever way they are called."""

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from cnnviz.probes.unit import Combination, Elementwise, Normalisation, account


class Between(nn.Module):
    """Something after a convolution, whose output is the account's input."""

    def __init__(self, then) -> None:
        super().__init__()
        self.conv, self.then = nn.Conv2d(3, 6, 1), then

    def forward(self, x: Tensor) -> Tensor:
        return self.then(self.conv(x))


torch.manual_seed(3)
SLOPES = torch.rand(6)

FUNCTIONS = {
    "relu module": (nn.ReLU(), torch.relu),
    "relu in place": (nn.ReLU(inplace=True), torch.relu),
    "relu_": (F.relu_, torch.relu),
    "method": (lambda x: x.relu(), torch.relu),
    "positional": (lambda x: F.relu(x, True), torch.relu),
    "relu6": (nn.ReLU6(True), lambda x: x.clamp(0, 6)),
    "sigmoid": (nn.Sigmoid(), lambda x: 1 / (1 + (-x).exp())),
    "hardswish": (nn.Hardswish(True), lambda x: x * (x + 3).clamp(0, 6) / 6),
    "silu": (nn.SiLU(True), lambda x: x / (1 + (-x).exp())),
    "gelu": (nn.GELU(), lambda x: x * torch.special.ndtr(x)),
    "tanh": (torch.tanh_, torch.tanh),
    "leaky": (nn.LeakyReLU(0.1, True), lambda x: torch.where(x > 0, x, 0.1 * x)),
    "hardtanh": (nn.Hardtanh(-0.3, 0.4), lambda x: x.clamp(-0.3, 0.4)),
    "clamp": (lambda x: x.clamp(min=0), torch.relu),
    "prelu": (lambda x: torch.prelu(x, SLOPES), lambda x: torch.where(x > 0, x, SLOPES[:, None, None] * x)),
    "elu": (nn.ELU(), lambda x: torch.where(x > 0, x, x.exp() - 1)),
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_before_and_after(name: str) -> None:
    then, by_hand = FUNCTIONS[name]
    model, batch = Between(then).eval(), torch.randn(2, 3, 4, 4)
    with torch.no_grad():
        before = model.conv(batch).clone()
        after = by_hand(before)
        (layer,) = [layer for layer in names(model, batch) if layer != "conv"]
    for channel in range(6):
        one = account(model, batch, layer, channel, 2, 1)
        assert isinstance(one, Elementwise)
        assert one.before == float(before[0, channel, 2, 1])
        assert one.value == pytest.approx(float(after[0, channel, 2, 1]), abs=1e-6)
        assert one.total == pytest.approx(one.value, abs=1e-6)
        assert one.reads == ("conv",)


def names(model: nn.Module, batch: Tensor) -> list[str]:
    from cnnviz.probes import activations

    return list(activations(model, batch))


def statistics(layer: nn.Module) -> nn.Module:
    for name, tensor in [*layer.named_parameters(), *layer.named_buffers()]:
        if tensor.is_floating_point():
            nn.init.uniform_(tensor, 0.5, 2.0) if "num" not in name else None
    return layer


NORMS = {
    "training": lambda: nn.BatchNorm2d(6),
    "batch": lambda: nn.BatchNorm2d(6, track_running_stats=False),
    "group": lambda: nn.GroupNorm(3, 6),
    "channel": lambda: nn.InstanceNorm2d(6, affine=True),
    "features": lambda: nn.LayerNorm((6, 4, 4)),
}


@pytest.mark.parametrize("over", NORMS)
@pytest.mark.parametrize("affine", [True, False])
def test_normalisation(over: str, affine: bool) -> None:
    layer = statistics(NORMS[over]()) if affine else NORMS[over]()
    model, batch = Between(layer).eval(), 3 * torch.randn(2, 3, 4, 4) + 1
    with torch.no_grad():
        before = model.conv(batch)
        after = layer(before)
    # The very place in a layer normalisation's maps depends on its axes; one place serves all.
    for channel, row, column in [(0, 1, 3), (3, 2, 2)]:
        one = account(model, batch, "then", channel, row, column)
        assert isinstance(one, Normalisation)
        assert one.over == over
        assert one.value == float(after[one.index])
        assert one.before == float(before[one.index])
        assert one.total == pytest.approx(one.value, abs=1e-5)
        assert (one.before - one.mean) / (one.variance + one.eps) ** 0.5 * one.gamma + one.beta == one.total


def test_running_statistics_are_the_layers_own() -> None:
    layer = statistics(nn.BatchNorm2d(6))
    one = account(Between(layer).eval(), torch.randn(1, 3, 2, 2), "then", 4, 0, 1)
    assert (one.mean, one.variance) == (float(layer.running_mean[4]), float(layer.running_var[4]))


def test_a_layer_normalisation_of_channels_last() -> None:
    layer = statistics(nn.LayerNorm(6))
    batch = torch.randn(1, 3, 5, 6)
    one = account(layer.eval(), batch, "layernorm", 5, 2, 4)
    assert one.index == (0, 2, 4, 5)
    assert one.mean == pytest.approx(float(batch[0, 2, 4].mean()), abs=1e-6)
    assert one.total == pytest.approx(one.value, abs=1e-5)


def plus_equal(x: Tensor) -> Tensor:
    y = x.relu()
    y += x
    return y


def twice(x: Tensor) -> Tensor:
    x += x
    return x


OPERATIONS = {
    "plus": (lambda x: x + x.relu(), "add", "+"),
    "plus equal": (plus_equal, "add", "+"),
    "itself": (twice, "add", "+"),
    "alpha": (lambda x: torch.add(x, x.relu(), alpha=3), "add", "+"),
    "minus": (lambda x: x - x.relu() * 2, "sub", "-"),
    "from one": (lambda x: 1 - x, "rsub", "-"),
    "rsub alpha": (lambda x: torch.rsub(x, x.relu(), alpha=2), "rsub", "-"),
    "gate": (lambda x: x.mean((2, 3), keepdim=True).sigmoid() * x, "mul", "×"),
    "scale": (lambda x: x.mul_(0.5), "mul", "×"),
    "half": (lambda x: x / 2, "div", "÷"),
    "broadcast": (lambda x: x + torch.arange(4.0), "add", "+"),
}


@pytest.mark.parametrize("name", OPERATIONS)
def test_operands(name: str) -> None:
    then, operation, sign = OPERATIONS[name]
    model, batch = Between(then).eval(), torch.randn(1, 3, 4, 4)
    with torch.no_grad():
        after = model(batch)
    one = account(model, batch, operation, 5, 1, 2)
    assert isinstance(one, Combination)
    assert one.sign == sign
    assert one.value == pytest.approx(float(after[0, 5, 1, 2]), abs=1e-6)
    assert one.total == pytest.approx(one.value, abs=1e-5)
    left, right = (value * scale for value, scale in zip(one.operands, one.scales, strict=True))
    joined = {"+": left + right, "-": left - right, "×": left * right, "÷": left / right if right else 0}[sign]
    assert joined == one.total


def test_the_operands_of_a_residual_addition_are_named() -> None:
    one = account(Between(plus_equal).eval(), torch.randn(1, 3, 4, 4), "add", 0, 0, 0)
    assert one.reads == ("relu", "conv")
