"""Questions about filters against the network's own tensors."""

import re
from types import SimpleNamespace

import numpy as np
import pytest

from cnnviz import models
from cnnviz.engine.results import LayerTable, Probed
from cnnviz.probes import FilterBank
from cnnviz.ui.filters.questions import question
from cnnviz.ui.filters.state import State

LAYERS = {"conv1": (6, 28, 28), "conv2": (16, 10, 10), "fc1": (120, 1, 1)}


@pytest.mark.parametrize("number", range(1, 24, 2))
def test_numbers_of_weights_are_those_of_the_network(number):
    network = models.load("lenet5-mnist")
    counts = {name: sum(each.numel() for each in getattr(network, name).parameters()) for name in LAYERS}
    rows = tuple(SimpleNamespace(name=name, maps=maps, parameters=counts[name]) for name, maps in LAYERS.items())
    bank = FilterBank("conv1", np.zeros((6, 3, 5, 5), np.float32), None, (1, 1))
    made = question(State(None, LayerTable(rows, (1, 1, 32, 32), 0)), Probed(bank, "", ""), number)
    assert len(made.options) == 4
    if "parameters" in made.asked:
        assert made.right == counts[re.search(r"\*\*(\w+)\*\*", made.asked).group(1)]
    else:
        height, width, channels = map(int, re.search(r"(\d+)×(\d+) reads (\d+)", made.asked).groups())
        assert made.right == np.zeros((channels, height, width)).size
