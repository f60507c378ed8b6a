"""Tours over torchvision's own networks, whose layers have other names than the gallery's rows."""

from fnmatch import fnmatchcase

import pytest
import torch
from torchvision import models

from cnnviz.analysis import analyze
from cnnviz.design.totals import of_text
from cnnviz.ui.catalogue import NETWORKS
from cnnviz.ui.network_tour import tour_over
from cnnviz.ui.tours import tour_through

SIZE = (1, 3, 224, 224)


def graph_of(made, size=SIZE):
    options = {"init_weights": False} if made is models.googlenet else {}
    with torch.device("meta"):
        return analyze(made(weights=None, **options).eval(), size).graph


@pytest.mark.parametrize(
    ("name", "tour", "lit"),
    [
        ("resnet18", "resnet", {"basic": "layer1.0.[cbr]*", "projection": "layer2.0.downsample.*"}),
        ("resnet34", "resnet", {"shortcut": "layer1.0.add", "projection_34": "layer2.0.downsample.*"}),
        ("resnet50", "resnet", {"narrow": "layer1.1.conv*", "projection_deep": "layer2.0.downsample.*", "stem": "*1"}),
        ("vgg16", "vgg", {"stack": "features.1[012]", "linear": "classifier.0"}),
        ("alexnet", "alexnet", {"first": "features.0"}),
        ("googlenet", "googlenet", {"stem": "conv1.conv"}),
    ],
)
def test_a_step_lights_the_same_layers_under_torchvisions_names(name, tour, lit):
    graph = graph_of(getattr(models, name))
    found = tour_over(f"model:{name}", graph, SIZE)
    assert found["name"] == tour
    steps = {step["id"]: step for step in found["steps"]}
    for step, pattern in lit.items():
        names = [graph.nodes[place].name for place in steps[step]["light"]]
        assert names
        assert any(fnmatchcase(each, pattern) for each in names), (step, names)


def test_the_words_have_the_numbers_of_the_network_that_is_shown():
    graph = graph_of(models.resnet50, (1, 3, 160, 160))
    stem, *_ = tour_over("model:resnet50", graph, (1, 3, 160, 160))["steps"]
    assert "bring 3×160×160 to 64×40×40" in stem["words"]


@pytest.mark.parametrize("name", NETWORKS)
def test_a_network_of_the_gallery_has_its_own_tour_as_rows(name):
    network = NETWORKS[name]
    if network.text.startswith("model:"):
        pytest.skip("torchvision's, above and in test_tours.py")
    graph = of_text(network.text, network.input_size, 4).graph
    assert tour_over(network.text, graph, network.input_size)["name"] == tour_through(name).name


@pytest.mark.parametrize(
    ("net", "made"),
    [
        ("model:resnet50", models.resnext50_32x4d),
        ("model:resnet50", models.wide_resnet50_2),
        ("model:vgg16", models.vgg16_bn),
        ("model:vgg16_bn", models.vgg16_bn),
    ],
)
def test_another_network_has_no_tour_whatever_it_is_called(net, made):
    assert tour_over(net, graph_of(made), SIZE) is None


def test_rows_that_were_changed_have_no_tour():
    text = NETWORKS["alexnet"].text.replace("Conv 384", "Conv 383", 1)
    assert tour_over(text, of_text(text, (1, 3, 227, 227), 4).graph, (1, 3, 227, 227)) is None
