"""Questions about activations against torch: who is strongest, what a ReLU leaves, how many numbers there are."""

import re
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from torch import nn

from cnnviz import analyze
from cnnviz.engine.results import LayerMaps, LayerTable
from cnnviz.ui.activations.questions import question
from cnnviz.ui.activations.state import State

NETWORK = nn.Sequential(nn.Conv2d(3, 8, 5, stride=2), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(8, 6, 3))


def rows() -> tuple[...]:
    found = analyze(NETWORK, (1, 3, 32, 32)).layers
    return tuple(
        SimpleNamespace(
            name=each.name,
            kind=each.kind,
            maps=each.output_size[1:],
            receptive_field=each.receptive_field,
        )
        for each in found
    )


@pytest.mark.parametrize("layer", [0, 1, 3])
@pytest.mark.parametrize("number", range(12))
def test_the_right_answer_is_what_torch_finds(layer, number):
    torch.manual_seed(number)
    values = NETWORK[: layer + 1](torch.randn(1, 3, 32, 32))[0].detach()
    table = rows()
    made = question(
        State(None, LayerTable(table, (1, 3, 32, 32), 0), table[layer]), LayerMaps("", values.numpy(), "", ""), number
    )
    assert len(made.options) == 4
    asked, numbers = made.asked, [int(each) for each in re.findall(r"\d+", made.asked)]
    named = next((row for row in table if f"**{row.name}**" in asked), None)
    if "highest value" in asked:
        peaks = values.amax(dim=(1, 2))
        channels = [each for each in numbers if f"channel {each}" in made.options]
        assert made.right == f"channel {max(channels, key=lambda each: float(peaks[each]))}"
    elif "height × width" in asked:
        assert made.right == named.receptive_field.size
    elif "zero" in asked:
        share = float((torch.relu(values) == 0).float().mean())
        assert made.right == f"{np.round(100 * share):.0f}%"
    else:
        assert made.right == int(np.prod(named.maps))


def test_the_answer_is_not_always_the_same():
    values = NETWORK(torch.randn(1, 3, 32, 32))[0].detach().numpy()
    table = rows()
    state, answer = State(None, LayerTable(table, (1, 3, 32, 32), 0), table[-1]), LayerMaps("", values, "", "")
    assert len({str(question(state, answer, number).right) for number in range(24)}) > 6
