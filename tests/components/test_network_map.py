"""What the map of a network sends to the browser."""

import numpy as np
import torchvision.models as tv

from cnnviz.analysis import analyze
from cnnviz.components.network_map import MEASURES, message
from cnnviz.components.pack import unpack


def test_layers_edges_and_numbers_arrive():
    report = analyze(tv.resnet18(), (1, 3, 64, 64))
    data, rest = message(report.graph, key="map", selected="layer2.0.add")
    meta, (edges, numbers, scales) = unpack(rest)
    names = [node[0] for node in meta["nodes"]]
    assert names == ["input", *(layer.name for layer in report.layers), "output"]
    assert unpack(data)[0]["parcel"] == meta["parcel"]
    assert names[unpack(data)[0]["selected"]] == "layer2.0.add"
    assert [names[place] for place, target in edges.tolist() if names[target] == "layer2.0.add"] == [
        "layer2.0.bn2", "layer2.0.downsample.1",
    ]  # fmt: skip
    assert meta["measures"] == list(MEASURES)
    parameters, macs, memory = np.nansum(numbers[:3], axis=1).tolist()
    field, outputs = numbers[3:]
    assert outputs[1] == 64 * 32 * 32
    assert (parameters, macs) == (report.parameters, report.macs)
    assert memory == sum(layer.memory for layer in report.layers)
    assert field[1] == 7
    assert field[names.index("avgpool")] == np.inf
    assert scales[names.index("layer2.0.add")].tolist() == [128, 8]
    assert {node[2] for node in meta["nodes"]} == {
        "input", "conv", "norm", "activation", "pooling", "join", "linear", "other",
    }  # fmt: skip


def test_like_blocks_are_one_that_counts_them():
    meta, _ = unpack(message(analyze(tv.resnet18(), (1, 3, 64, 64)).graph, key="map")[1])
    blocks = [item for item in meta["items"] if isinstance(item, list)]
    assert [(name, kind, count) for name, kind, count, _ in blocks] == [
        ("layer1", "BasicBlock", 2), ("layer2", "Sequential", 1), ("layer3", "Sequential", 1),
        ("layer4", "Sequential", 1),
    ]  # fmt: skip
