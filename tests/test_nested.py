"""Tensors in what models take and give."""

from dataclasses import dataclass

import pytest
import torch
from torch import Tensor, nn

import cnnviz
from cnnviz.nested import tensors_in


@dataclass
class Output:
    logits: Tensor
    loss: Tensor | None = None
    hidden: tuple[Tensor, ...] = ()


@dataclass(slots=True)
class Slotted:
    logits: Tensor
    hidden: tuple[Tensor, ...] = ()


class Head(nn.Module):
    def __init__(self, made):
        super().__init__()
        self.conv, self.fc, self.made = nn.Conv2d(3, 4, 3), nn.Linear(4, 2), made

    def forward(self, x):
        maps = self.conv(x)
        return self.made(logits=self.fc(maps.mean((2, 3))), hidden=(maps,))


def test_tensors_of_dataclasses_in_their_order():
    one, two = torch.ones(1), torch.ones(2)
    assert tensors_in(Output(one, hidden=(two,))) == [one, two]
    assert tensors_in(Slotted(one, (two,))) == [one, two]
    assert tensors_in(Output) == []
    assert tensors_in({"a": [one, (two, 3)], "b": None}) == [one, two]


@pytest.mark.parametrize("made", [Output, Slotted])
def test_a_network_that_gives_a_dataclass_is_one_that_gives_a_dict(made):
    model, image = Head(made).eval(), torch.rand(1, 3, 8, 8)
    with torch.no_grad():
        logits = model(image).logits
    graph, same = (cnnviz.analyze(each, image.shape).graph for each in (model, Head(dict)))
    assert graph.nodes[-1].size == tuple(logits.shape)
    assert (graph.edges, [node.size for node in graph.nodes]) == (same.edges, [node.size for node in same.nodes])
    found = cnnviz.probes.cam(model, image, target=1)
    assert float(found.map.mean() + found.bias) == pytest.approx(float(logits[0, 1]), abs=1e-5)
