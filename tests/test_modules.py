"""The modules of a model and their names."""

from collections import OrderedDict, deque, namedtuple
from dataclasses import dataclass
from functools import partial
from types import SimpleNamespace

import pytest
import torch
from torch import nn
from torch.nn.utils import parametrizations

from cnnviz.analysis import analyze
from cnnviz.errors import ModelError
from cnnviz.modules import kind_of, modules_of
from tests.torchscript import scripted

Pair = namedtuple("Pair", "conv scale")


@dataclass
class Held:
    conv: nn.Module
    scale: int = 1


@dataclass(slots=True, frozen=True)
class Slotted:
    conv: nn.Module


class Owner(nn.Module):
    """Holds what it is given in a plain attribute, or registers it where it is a module."""

    def __init__(self, held: object) -> None:
        super().__init__()
        self.held = held

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x


def names(model: nn.Module) -> list[str]:
    return [name for name, _ in modules_of(model)]


def test_registered_modules_are_named_as_torch_names_them() -> None:
    shared = nn.ReLU()
    model = nn.Sequential(nn.Conv2d(3, 4, 3), shared, nn.Sequential(shared, nn.ModuleDict({"a": nn.Linear(2, 2)})))
    assert modules_of(model) == list(model.named_modules())


@pytest.mark.parametrize(
    ("hold", "name"),
    [
        (lambda conv: [1, conv], "held.1"),
        (lambda conv: (conv, "x"), "held.0"),
        (lambda conv: deque([conv]), "held.0"),
        (lambda conv: {"stem": conv, "size": 3}, "held.stem"),
        (lambda conv: OrderedDict(stem=[conv]), "held.stem.0"),
        (lambda conv: {conv}, "held.0"),
        (Held, "held.conv"),
        (Slotted, "held.conv"),
        (lambda conv: Pair(conv, 2), "held.0"),
        (lambda conv: SimpleNamespace(conv=conv), "held.conv"),
        (lambda conv: partial(torch.add, conv), "held.0"),
        (lambda conv: partial(conv), "held"),
        (lambda conv: lambda x: conv(x), "held.conv"),
        (lambda conv: lambda x, layer=conv: layer(x), "held.0"),
        (lambda conv: conv.forward, "held"),
    ],
)
def test_a_module_in_an_attribute_is_named_after_the_way_to_it(hold, name) -> None:
    conv = nn.Conv2d(3, 4, 3)
    assert modules_of(Owner(hold(conv)))[1:] == [(name, conv)]
    assert names(nn.Sequential(Owner(hold(conv))))[2:] == [f"0.{name}"]


def test_children_of_a_module_in_a_list_are_named_too_and_registered_ones_keep_their_names() -> None:
    model = Owner([nn.Sequential(nn.ReLU())])
    model.conv = nn.Conv2d(3, 4, 3)
    model.alias = [model.conv, model]
    assert names(model) == ["", "conv", "held.0", "held.0.0"]


def test_what_was_compiled_has_no_name_of_its_own() -> None:
    inner = nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU())
    model = nn.Sequential(torch.compile(nn.Sequential(torch.compile(inner, backend="eager")), backend="eager"))
    assert names(torch.compile(model, backend="eager")) == ["", "0", "0.0", "0.0.0", "0.0.1"]
    assert all("Optimized" not in kind_of(module) for _, module in modules_of(model))


def test_torchscript_is_refused_by_name() -> None:
    layer = scripted(nn.Linear(2, 2))
    with pytest.raises(ModelError, match=r"^The model is TorchScript"):
        modules_of(layer)
    with pytest.raises(ModelError, match=r"^1\.0 is TorchScript"):
        modules_of(nn.Sequential(nn.ReLU(), nn.Sequential(layer)))


@pytest.mark.parametrize("parametrise", [parametrizations.weight_norm, parametrizations.spectral_norm])
def test_a_parametrised_layer_keeps_its_kind(parametrise) -> None:
    layer = parametrise(nn.Conv2d(3, 4, 3))
    assert type(layer).__name__ == "ParametrizedConv2d"
    assert kind_of(layer) == "Conv2d"


@pytest.mark.parametrize("thing", [{}, nn.ReLU, [nn.ReLU()], None])
def test_what_is_no_module_is_told_so(thing):
    with pytest.raises(ModelError, match=r"This is a \w+, not a network"):
        analyze(thing, (1, 3, 8, 8))
