"""The analysis leaves the model, torch and other threads as they were."""

import threading

import pytest
import torch
from torch import nn

from cnnviz.analysis import analyze
from cnnviz.errors import ModelError, ShapeError
from tests.analysis.model_state import same, state
from tests.analysis.test_report import build


@pytest.mark.parametrize("size", [(1, 3, 64, 64), (1, 5, 64, 64)])
@pytest.mark.parametrize("training", [True, False])
def test_the_model_is_left_as_it_was_after_errors_too(training, size):
    model = build("resnet18").train(training)
    model.layer1.eval()
    seen = []
    model.conv1.register_forward_hook(lambda *call: seen.append(call))
    before, functions = state(model), (torch.conv2d, torch.nn.functional.conv2d, torch.Tensor.add)
    random = torch.get_rng_state()
    if size[1] == 3:
        analyze(model, size)
    else:
        with pytest.raises(ShapeError, match="1x5x64x64"):
            analyze(model, size)
    same(before, state(model))
    assert functions == (torch.conv2d, torch.nn.functional.conv2d, torch.Tensor.add)
    assert torch.equal(random, torch.get_rng_state())
    assert torch.is_grad_enabled()
    assert not seen


class Recurring(nn.Module):
    """Fails half-way, in itself or in torch, or decides by values."""

    def __init__(self, how):
        super().__init__()
        self.how, self.rnn, self.attention = how, nn.LSTM(4, 4, 2, dropout=0.5), nn.MultiheadAttention(4, 2)
        self.norm = nn.BatchNorm1d(4)

    def forward(self, x):
        x = self.attention(x, x, x)[0] + self.rnn(x)[0]
        x = self.norm(x.flatten(0, 1))
        if self.how == "own error":
            raise KeyError("on purpose")
        if self.how == "torch's error":
            x = x @ x
        if self.how == "values" and x.sum() > 0:
            x = x + 1
        return x.view(x.shape[0] * 2, x.shape[1] // 2) if self.how == "sizes" else x


def functions_of_torch():
    places = (torch, torch.nn.functional, torch.Tensor, torch.nn.init, nn.Module, torch._C._nn)
    return [{name: id(item) for name, item in vars(place).items() if callable(item)} for place in places]


@pytest.mark.parametrize("how", ["no error", "sizes", "own error", "torch's error", "values"])
def test_nothing_of_torch_is_changed_after_errors_either(how):
    model = Recurring(how).train()
    before, functions, random = state(model), functions_of_torch(), torch.get_rng_state()
    if how in ("no error", "sizes"):
        analyze(model, (5, 2, 4)).resized((3, 2, 4))
    else:
        with pytest.raises((ModelError, ShapeError)):
            analyze(model, (5, 2, 4))
    same(before, state(model))
    assert functions == functions_of_torch()
    assert torch.equal(random, torch.get_rng_state())
    assert torch.overrides._len_torch_function_stack() == 0
    assert torch.is_grad_enabled()
    assert torch.empty(1).device.type == "cpu"


class Restless(nn.Module):
    """Writes to everything it owns while it runs."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3)
        self.register_buffer("count", torch.zeros(2))
        self.plain = torch.zeros(3)
        self.seen = []
        self.cache = {}

    def forward(self, x):
        self.count += 1
        self.count[0].add_(1)
        self.plain.mul_(2).add_(1)
        self.last = x = self.conv(x)
        self.seen.append(x)
        self.cache["x"] = x
        self.conv.weight.mul_(0)
        return x


def test_what_a_forward_writes_is_written_elsewhere():
    model = Restless()
    before, plain = state(model), model.plain.clone()
    analyze(model, (1, 3, 8, 8))
    same(before, state(model))
    assert torch.equal(model.plain, plain)
    assert model.seen == []
    assert model.cache == {}


def test_training_mode_does_not_change_the_report():
    model = build("googlenet")
    assert analyze(model.train()) == analyze(model.eval())


def test_threads_share_a_model():
    model = build("resnet18").eval()
    image = torch.rand(1, 3, 64, 64)
    with torch.no_grad():
        expected = model(image)
    reports, outputs = [], []

    def run():
        reports.append(analyze(model, (1, 3, 64, 64)))
        with torch.no_grad():
            outputs.append(model(image))

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(map(repr, reports))) == 1
    assert len(reports) == 4
    assert all(torch.equal(expected, output) for output in outputs)
