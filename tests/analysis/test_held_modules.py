"""Modules and state in plain attributes: counted when used, and never written to."""

import weakref
from collections import OrderedDict, defaultdict, deque, namedtuple
from dataclasses import dataclass, field
from functools import partial
from types import SimpleNamespace

import pytest
import torch
from torch import Tensor, nn

from cnnviz.analysis import analyze
from cnnviz.probes import activations

SIZE = (2, 3, 8, 8)
PARAMETERS = 4 * 27 + 4 + 8
MACS = 2 * 4 * 6 * 6 * 27


def block() -> list[nn.Module]:
    return [nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4)]


class Listed(nn.Module):
    def __init__(self, hold) -> None:
        super().__init__()
        self.layers = block()
        self.held = hold(self.layers)

    def forward(self, x: Tensor) -> Tensor:
        for layer in self.held.values() if isinstance(self.held, dict) else self.held:
            x = layer(x)
        return x


@pytest.mark.parametrize(
    "hold",
    [
        list,
        tuple,
        deque,
        lambda layers: [nn.Sequential(*layers)],
        lambda layers: dict(enumerate(layers)),
        lambda layers: OrderedDict(zip("ab", layers, strict=True)),
        lambda layers: [partial(layer) for layer in layers],
        lambda layers: [layer.forward for layer in layers],
        lambda layers: [lambda x, layer=layer: layer(x) for layer in layers],
    ],
)
def test_modules_that_are_not_registered_are_counted_and_left_alone(hold) -> None:
    model = Listed(hold).train()
    report = analyze(model, SIZE)
    norm = model.layers[1]
    assert (report.parameters, report.macs) == (PARAMETERS, MACS)
    assert sum(layer.parameters for layer in report.layers) == PARAMETERS
    assert int(norm.num_batches_tracked) == 0
    assert torch.equal(norm.running_mean, torch.zeros(4))
    assert norm.training
    for layer in model.layers:
        layer.eval()
    assert [layer.name for layer in report.layers] == list(activations(model.eval(), torch.rand(SIZE)))
    assert report.resized((2, 3, 9, 9)) == analyze(model, (2, 3, 9, 9))


def test_layers_in_a_list_are_named_as_in_a_module_list() -> None:
    report = analyze(Listed(list), SIZE)
    assert [(layer.name, layer.kind, layer.parameters) for layer in report.layers] == [
        ("layers.0", "Conv2d", 112),
        ("layers.1", "BatchNorm2d", 8),
    ]


def test_a_module_that_is_held_and_does_not_run_is_not_counted() -> None:
    model = nn.Sequential(nn.Conv2d(3, 4, 3))
    model.teacher = [nn.Conv2d(3, 64, 3)]
    assert analyze(model, SIZE).parameters == 112


class Listing(nn.Module):
    """Parameters in a plain list, and a counter in another."""

    def __init__(self) -> None:
        super().__init__()
        self.weights, self.counts = [nn.Parameter(torch.rand(4, 3, 3, 3))], [torch.zeros(3)]

    def forward(self, x: Tensor) -> Tensor:
        self.counts[0].add_(1)
        self.weights[0].mul_(2)
        return torch.conv2d(x, self.weights[0])


def test_tensors_in_a_list_are_left_alone() -> None:
    model = Listing()
    before = model.weights[0].clone()
    assert analyze(model, SIZE).parameters == 108
    assert torch.equal(model.counts[0], torch.zeros(3))
    assert torch.equal(model.weights[0], before)


@dataclass
class Memory:
    steps: int = 0
    seen: list[Tensor] = field(default_factory=list)


@dataclass(slots=True)
class Slots:
    steps: int = 0
    seen: list[Tensor] = field(default_factory=list)


Fixed = namedtuple("Fixed", "seen")


class Busy(nn.Module):
    """Writes to whatever holds its state."""

    def __init__(self, memory) -> None:
        super().__init__()
        self.conv, self.memory = nn.Conv2d(3, 4, 3), memory
        self.runs, self.by_module = 0, {self.conv: 0}
        self.table = defaultdict(list)
        self.counted = partial(self.run, True)
        total = 0

        def count(x: Tensor) -> Tensor:
            nonlocal total
            total += 1
            return self.counted(x)

        self.count, self.total = count, lambda: total

    def run(self, flag: bool, x: Tensor) -> Tensor:
        self.runs += 1
        self.by_module[self.conv] += 1
        self.table["seen"].append(x)
        self.memory.seen.append(x)
        if not isinstance(self.memory, Fixed):
            self.memory.steps += 1
        self.last = self.conv(x)
        return self.last

    def forward(self, x: Tensor) -> Tensor:
        return self.count(x)

    def __len__(self) -> int:
        return self.runs

    def __bool__(self) -> bool:
        raise TypeError("neither true nor false")


@pytest.mark.parametrize("make", [Memory, Slots, lambda: SimpleNamespace(steps=0, seen=[]), lambda: Fixed([])])
def test_state_is_written_to_copies(make) -> None:
    model = Busy(make())
    report = analyze(nn.Sequential(model), SIZE)
    assert report.resized((2, 3, 9, 9)) == analyze(nn.Sequential(model), (2, 3, 9, 9))
    assert [layer.name for layer in report.layers] == ["0.conv"]
    assert (model.runs, model.by_module, dict(model.table), model.total()) == (0, {model.conv: 0}, {}, 0)
    assert model.memory == make()
    assert not hasattr(model, "last")
    model(torch.rand(SIZE))
    assert (model.runs, model.by_module[model.conv], len(model.memory.seen), model.total()) == (1, 1, 1, 1)


class Child(nn.Module):
    """Runs modules of its parent, which it knows by weak references."""

    def __init__(self, parent: nn.Module) -> None:
        super().__init__()
        self.parent, self.proxies = weakref.ref(parent), [weakref.proxy(parent)]

    def forward(self, x: Tensor) -> Tensor:
        return self.proxies[0].second(self.parent().first(x))


class Parent(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.first, self.second = nn.BatchNorm2d(3), nn.BatchNorm2d(3)
        self.child = Child(self)

    def forward(self, x: Tensor) -> Tensor:
        return self.child(x)


def test_weak_references_lead_to_copies() -> None:
    model = Parent().train()
    assert [layer.name for layer in analyze(model, SIZE).layers] == ["first", "second"]
    assert (int(model.first.num_batches_tracked), int(model.second.num_batches_tracked)) == (0, 0)


class Circular(nn.Module):
    """Holds itself, a list in itself, and functions that know each other."""

    def __init__(self) -> None:
        super().__init__()
        self.conv, self.held = nn.Conv2d(3, 4, 3), []
        self.held.append({"model": self, "held": self.held})

        def down(x: Tensor, steps: int) -> Tensor:
            return down(x, steps - 1) if steps else self.held[0]["held"][0]["model"].conv(x)

        self.down = down

    def forward(self, x: Tensor) -> Tensor:
        return self.down(x, 3)


def test_circles_are_followed_once() -> None:
    assert [layer.name for layer in analyze(Circular(), SIZE).layers] == ["conv"]


class Closed:
    """Would tell when a copy of it is deleted."""

    deleted = 0

    def __init__(self) -> None:
        self.file = [1]

    def __del__(self) -> None:
        Closed.deleted += 1


def test_what_is_closed_when_it_is_deleted_is_not_copied() -> None:
    model = nn.Sequential(nn.Conv2d(3, 4, 3))
    model.log = Closed()
    analyze(model, SIZE)
    assert Closed.deleted == 0
