"""Runs of whole networks for their maps: every layer of the graph has its number, and too large ones are refused."""

import pytest

from cnnviz.engine.requests import AnalyzeModel, CountZeros, Maps, ModelChoice, Picture, TimeLayers
from cnnviz.errors import ModelError
from cnnviz.images import gallery_image, gallery_names

NETWORKS = {
    "resnet18": (2, 3, 64, 64),
    "timm/mobilenetv3_small_050": (1, 3, 64, 64),
    "design:3x32x32: Conv 8 3 p1, Add [Conv 8 3 p1 | ], ReLU, Flatten, Linear 10": (1, 3, 32, 32),
}


@pytest.mark.parametrize("name", NETWORKS)
def test_every_layer_of_the_graph_is_timed_and_counted(build, pictures, name):
    engine, model, size = build(), ModelChoice(name, random_seed=0), NETWORKS[name]
    graph = engine.ask(AnalyzeModel(model, size)).graph
    layers = {node.name for node in graph.nodes if node.layer}
    handed = {each.name for node in graph.nodes for each in node.identities}
    times = engine.ask(TimeLayers(model, size))
    assert times.device == "cpu"
    assert layers <= set(times.found.names) <= layers | handed
    assert 0 < times.found.seconds.sum() < 3 * times.found.whole
    zeros = engine.ask(CountZeros(model, pictures(1), input_size=(1, *size[1:]))).found
    assert layers <= set(zeros.names) <= layers | handed
    sizes = dict(zip(zeros.names, zeros.sizes.tolist(), strict=True))
    for node in graph.nodes:
        if node.layer:
            count = 1
            for side in node.size[1:]:
                count *= side
            assert sizes[node.name] == count


def test_a_photo_is_made_ready_as_the_card_says(build):
    engine, model = build(), ModelChoice("alexnet-tiny")
    picture = Picture.of(gallery_image(gallery_names()[0]))
    zeros = engine.ask(CountZeros(model, picture)).found
    maps = engine.ask(Maps(model, picture, "relu3")).values
    shares = dict(zip(zeros.names, zeros.shares.tolist(), strict=True))
    assert shares["relu3"] == pytest.approx(float((maps == 0).mean()))


@pytest.mark.parametrize(
    ("name", "size", "words"),
    [
        ("design:3x512x512: Conv 512 7 p3, Conv 512 7 p3", None, "bytes of outputs"),
        ("resnet18", (600, 3, 64, 64), "may have"),
        ("timm/no_such_network", (1, 3, 64, 64), "There is no model 'timm/no_such_network'"),
    ],
)
def test_what_cannot_be_run_here_gets_a_sentence(build, name, size, words):
    with pytest.raises(ModelError, match=words):
        build().ask(TimeLayers(ModelChoice(name, random_seed=0), size))
