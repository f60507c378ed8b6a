"""The observer: names, what it leaves behind, and threads."""

import threading

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from cnnviz.calls import Call, function_name, observe


def names_of(model: nn.Module, batch: torch.Tensor) -> list[str]:
    calls: list[Call] = []
    with torch.no_grad(), observe(model, calls.append):
        model(batch)
    return [call.name for call in calls]


class Twice(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 3, 3, padding=1)
        self.relu = nn.ReLU(inplace=True)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.relu(self.conv(x))
        y = self.relu(self.conv(x))
        y += x
        return F.relu(y).flatten(1)


def test_names_follow_the_order_of_execution_and_count_repeated_calls() -> None:
    assert names_of(Twice().eval(), torch.randn(1, 3, 5, 5)) == [
        "conv",
        "relu",
        "conv_1",
        "relu_1",
        "add",
        "relu_2",
        "flatten",
    ]


def test_what_the_listener_computes_is_no_call_of_the_model() -> None:
    heard: list[str] = []

    def listen(call: Call) -> None:
        heard.append(call.name)
        _ = call.output.clone() + 1

    model, batch = Twice().eval(), torch.randn(1, 3, 5, 5)
    with torch.no_grad(), observe(model, listen):
        model(batch)
    assert heard == ["conv", "relu", "conv_1", "relu_1", "add", "relu_2", "flatten"]


@pytest.mark.parametrize(
    ("function", "name"),
    [
        (torch.Tensor.__iadd__, "add"),
        (torch.Tensor.__add__, "add"),
        (torch.Tensor.add_, "add"),
        (torch.Tensor.__invert__, "invert"),
        (torch.Tensor.__rsub__, "rsub"),
        (torch.Tensor.__imul__, "mul"),
        (torch.Tensor.shape.__get__, None),
    ],
)
def test_function_names(function: object, name: str | None) -> None:
    assert function_name(function) == name


def test_a_convolution_that_pads_by_reflection_runs_two_steps() -> None:
    calls: list[Call] = []
    model = nn.Conv2d(1, 1, 3, padding=1, padding_mode="reflect").eval()
    batch = torch.randn(1, 1, 6, 6)
    with torch.no_grad(), observe(model, calls.append):
        model(batch)
    (call,) = calls
    assert [function_name(step.function) for step in call.steps] == ["pad", "conv2d"]
    assert call.kind == "Conv2d"


def hooks(model: nn.Module) -> int:
    return sum(len(m._forward_hooks) + len(m._forward_pre_hooks) for m in model.modules())


class Failing(Twice):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        super().forward(x)
        raise RuntimeError("on purpose")


@pytest.mark.parametrize("where", ["forward", "listener", "around", "shape"])
def test_hooks_are_gone_after_any_exception(where: str) -> None:
    model = (Failing() if where == "forward" else Twice()).eval()
    kept = model.relu.register_forward_hook(lambda *_: None)

    def fail(*_: object) -> None:
        raise RuntimeError("on purpose")

    listen, around = (fail if where == "listener" else lambda _: None), (fail if where == "around" else None)
    batch = torch.randn(1, 5 if where == "shape" else 3, 5, 5)
    with pytest.raises(RuntimeError), observe(model, listen, around=around):
        model(batch)
    assert hooks(model) == 1
    kept.remove()
    if where != "forward":
        assert len(names_of(model, torch.randn(1, 3, 5, 5))) == 7


def test_another_thread_that_runs_the_model_unobserved_is_not_heard() -> None:
    model, batch, heard = Twice().eval(), torch.randn(1, 3, 5, 5), []
    with torch.no_grad(), observe(model, lambda call: heard.append(call.name)):
        other = threading.Thread(target=model, args=(batch,))
        other.start()
        other.join()
    assert heard == []
