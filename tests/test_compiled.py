"""torch.compile: the module inside is analysed and captured, and compiles as before afterwards."""

import threading
from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn

from cnnviz.analysis import analyze
from cnnviz.calls import observe
from cnnviz.probes import activations, effective, filters_of, guided

SIZE = (1, 3, 9, 9)


def compiled(model: Callable) -> Callable:
    return torch.compile(model, backend="eager")


class Net(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3)

    def forward(self, x: Tensor) -> Tensor:
        return torch.relu(self.conv(x)) * 2


class Within(nn.Module):
    def __init__(self, net: nn.Module) -> None:
        super().__init__()
        self.net = net

    def forward(self, x: Tensor) -> Tensor:
        return self.net(x)


class Plain(Within):
    def __init__(self) -> None:
        super().__init__(nn.Identity())
        self.held = [compiled(Net())]

    def forward(self, x: Tensor) -> Tensor:
        return self.held[0](x)


class Unwrapped(Within):
    def forward(self, x: Tensor) -> Tensor:
        return self.net._orig_mod(x) + self.net.conv.bias.sum()


class OwnForward(Net):
    forward = compiled(Net.forward)


class Function(Net):
    def __init__(self) -> None:
        super().__init__()
        self.double = compiled(lambda x: x * 2)

    def forward(self, x: Tensor) -> Tensor:
        return self.double(torch.relu(self.conv(x)))


def in_place() -> nn.Module:
    model = Net()
    model.compile(backend="eager")
    return model


def child_in_place() -> nn.Module:
    model = Within(Net())
    model.net.conv.compile(backend="eager")
    return model


def own_attribute() -> nn.Module:
    model = Net()
    model.forward = compiled(model.forward)
    return model


def hooked() -> nn.Module:
    model = compiled(Net())
    model.register_forward_hook(lambda module, arguments, output: output[..., ::2])
    return model


FORMS = [
    (lambda: compiled(Net()), ["conv", "relu", "mul"]),
    (lambda: Within(compiled(Net())), ["net.conv", "net.relu", "net.mul"]),
    (lambda: compiled(Within(compiled(Net()))), ["net.conv", "net.relu", "net.mul"]),
    (lambda: Unwrapped(compiled(Net())), ["net.conv", "net.relu", "net.mul", "sum", "add"]),
    (lambda: nn.Sequential(compiled(nn.Conv2d(3, 4, 3))), ["0"]),
    (Plain, ["held.0.conv", "held.0.relu", "held.0.mul"]),
    (OwnForward, ["conv", "relu", "mul"]),
    (Function, ["conv", "relu", "mul"]),
    (in_place, ["conv", "relu", "mul"]),
    (child_in_place, ["net.conv", "net.relu", "net.mul"]),
    (own_attribute, ["conv", "relu", "mul"]),
    (hooked, ["conv", "relu", "mul", "getitem"]),
]


@pytest.mark.parametrize(("make", "names"), FORMS)
def test_every_form_is_analysed_and_captured_alike(make, names) -> None:
    model, batch = make().eval(), torch.rand(SIZE)
    report, found = analyze(model, SIZE), activations(model, batch)
    assert [layer.name for layer in report.layers] == list(found) == names
    assert [layer.output_size for layer in report.layers] == [tuple(tensor.shape) for tensor in found.values()]
    assert (report.parameters, report.macs) == (112, 4 * 7 * 7 * 27)
    assert report.layers[0].kind == "Conv2d"
    with torch.no_grad():
        torch.testing.assert_close(found[names[-1]], model(batch))


def test_the_probes_run_the_module_inside() -> None:
    torch.manual_seed(0)
    net, batch = Net().eval(), torch.rand(SIZE)
    model = compiled(net)
    assert (filters_of(model, "conv", batch).weights == net.conv.weight.detach().numpy()).all()
    assert (guided(model, batch, "relu", 1).gradient == guided(net, batch, "relu", 1).gradient).all()
    assert (effective(model, batch, "conv", 3, 3).energy == effective(net, batch, "conv", 3, 3).energy).all()


def runs_compiled() -> bool:
    """Return whether torch.compile compiles now, told by a function that only its compiler runs as a graph."""
    graphs: list[object] = []

    def backend(graph: torch.fx.GraphModule, inputs: list[Tensor]) -> Callable:
        graphs.append(graph)
        return graph.forward

    torch.compile(lambda x: x + 1, backend=backend)(torch.rand(2))
    return bool(graphs)


def test_it_compiles_again_when_the_last_thread_that_looks_is_done() -> None:
    model, batch = compiled(Net()).eval(), torch.rand(SIZE)
    assert runs_compiled()
    first, second = threading.Barrier(2), threading.Barrier(2)
    found: list[bool] = []

    def look() -> None:
        with observe(Within(nn.ReLU()), lambda call: None):
            first.wait()
            second.wait()
        found.append(runs_compiled())

    with observe(model, lambda call: None):
        thread = threading.Thread(target=look)
        thread.start()
        first.wait()
    # Looking is over here, and not there.
    with torch.no_grad():
        assert list(activations(model, batch)) == ["conv", "relu", "mul"]
    second.wait()
    thread.join()
    assert found == [True]


def test_it_compiles_again_after_an_error() -> None:
    with pytest.raises(RuntimeError), observe(model := compiled(Net()), lambda call: None):
        model(torch.rand(1, 5, 9, 9))
    assert runs_compiled()
