"""Architectures without weights: what is there, that nothing takes memory, and that each can be analysed."""

import random

import pytest
import torch
import torchvision.models as tv

from cnnviz.analysis import analyze
from cnnviz.errors import ModelError
from cnnviz.models.architectures import TIMM, architecture, architectures, native_size

# One of timm's networks of many kinds: convolutions, attention, both, codes that ask for sizes, big ones.
OF_TIMM = [
    "timm/resnet18",
    "timm/efficientnet_b0",
    "timm/vit_tiny_patch16_224",
    "timm/hrnet_w18_small",
    "timm/convnext_atto",
    "timm/mobilevit_xxs",
    "timm/test_efficientnet_gn",
]


def test_names_are_those_of_torchvision_and_timm():
    names = architectures()
    assert len(names) == len(set(names))
    assert set(tv.list_models(module=tv)) == {name for name in names if not name.startswith(TIMM)}
    assert sum(name.startswith(TIMM) for name in names) > 1000


@pytest.mark.parametrize("name", ["resnet50", "vgg16", "regnet_y_400mf", "googlenet", "vit_h_14", *OF_TIMM])
def test_an_architecture_has_its_parameters_and_no_numbers(name):
    network = architecture(name)
    assert not network.training
    held = sum(tensor.nbytes for tensor in (*network.parameters(), *network.buffers()) if not tensor.is_meta)
    assert held < 0.02 * sum(parameter.nbytes for parameter in network.parameters())
    report = analyze(network, native_size(name))
    assert report.unknown == ()
    assert report.layers[-1].output_size == (1, 1000)
    if not name.startswith(TIMM):
        assert report.parameters == tv.get_model_weights(name).DEFAULT.meta["num_params"]


@pytest.mark.parametrize("name", OF_TIMM)
def test_resized_reports_of_timm_are_fresh_ones(name):
    _, channels, height, width = native_size(name)
    network = architecture(name)
    report = analyze(network, native_size(name))
    for size in [(3, channels, height, width), (1, channels, height + 32, width + 64)]:
        try:
            fresh = analyze(network, size)
        except Exception as error:
            with pytest.raises(type(error)):
                report.resized(size)
        else:
            assert report.resized(size) == fresh
            assert report.resized(size).memory == fresh.memory


def test_sizes_are_those_that_networks_are_made_for():
    assert native_size("inception_v3") == (1, 3, 299, 299)
    assert native_size("timm/mobilevit_xxs") == (1, 3, 256, 256)


@pytest.mark.parametrize(
    ("name", "words"), [("resnet5", "resnet50"), ("timm/resnet5", "timm/resnet50"), ("", "lists them")]
)
def test_a_name_that_is_none_is_refused_with_names_that_are(name, words):
    for function in (architecture, native_size):
        with pytest.raises(ModelError, match=words):
            function(name)


def test_building_leaves_random_numbers_and_defaults_alone():
    torch.manual_seed(3)
    random.seed(3)
    architecture("resnet18")
    assert torch.empty(2).device.type == "cpu"
    assert torch.overrides._len_torch_function_stack() == 0
