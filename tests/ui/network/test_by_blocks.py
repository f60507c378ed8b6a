"""A network's costs by its blocks: as few bars as are asked for, and their sums those of the analysis."""

import pytest

from cnnviz.analysis import analyze
from cnnviz.models.architectures import architecture
from cnnviz.ui.network.charts import by_blocks


@pytest.mark.parametrize("name", ["densenet121", "resnet50", "squeezenet1_1"])
def test_bars_are_few_and_add_up(name):
    report = analyze(architecture(name), (1, 3, 224, 224))
    bars = by_blocks(report.graph, 80)
    assert 15 < len(bars) <= 80
    handed = [each for node in report.graph.nodes for each in node.identities]
    assert sum(bar.parameters for bar in bars) == report.parameters
    assert sum(bar.macs for bar in bars) == report.macs
    memory = sum(layer.memory for layer in report.layers) - sum(each.memory for each in handed)
    assert sum(bar.memory for bar in bars) == memory
    assert len({bar.name for bar in bars}) == len(bars)
    assert bars[-1].name == report.graph.nodes[-2].name
