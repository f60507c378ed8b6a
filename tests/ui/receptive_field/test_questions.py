"""Questions about receptive fields against the analysis of a network that has the asked layers on top."""

import re
from types import SimpleNamespace

import pytest
from torch import nn

from cnnviz import analyze
from cnnviz.engine.results import LayerTable
from cnnviz.ui.receptive_field.questions import question
from cnnviz.ui.receptive_field.state import State

BELOW = [nn.Conv2d(3, 4, 5, stride=2), nn.ReLU(), nn.Conv2d(4, 4, 3, stride=2, padding=1)]


def on_top(asked: str) -> list[nn.Module]:
    """Return the layers that a question puts on top."""
    if "pooling" in asked:
        return [nn.MaxPool2d(2), nn.Conv2d(4, 4, 3)]
    kernel = int(re.search(r"(\d)×", asked).group(1))
    dilation = re.search(r"dilation (\d)", asked)
    return [nn.Conv2d(4, 4, kernel, dilation=int(dilation.group(1)) if dilation else 1)]


@pytest.mark.parametrize("number", range(12))
def test_the_right_answer_is_the_field_of_the_network_with_these_layers(number):
    size = (1, 3, 96, 96)
    layers = analyze(nn.Sequential(*BELOW), size).layers
    rows = tuple(SimpleNamespace(name=each.name, receptive_field=each.receptive_field) for each in layers)
    state = State(None, LayerTable(rows, size, 0), rows[-1])
    made = question(state, None, number)
    depth = next(at for at, row in enumerate(rows) if f"**{row.name}**" in made.asked) + 1
    found = analyze(nn.Sequential(*BELOW[:depth], *on_top(made.asked)), size).layers[-1].receptive_field
    assert made.right == f"{found.size[0]} pixels"
    assert len(made.options) == 4
    assert made.right in made.options
