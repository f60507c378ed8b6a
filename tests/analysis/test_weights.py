"""Parameters and MACs against what torchvision publishes with its weights, and against torch's own counter.

By day the default weights of a network of each family, nightly every entry of every network.
"""

import pytest
import torch
import torchvision.models as tv
from torch.utils.flop_counter import FlopCounterMode

from cnnviz.analysis import analyze
from cnnviz.models.architectures import _no_numbers
from cnnviz.models.torchvision_models import _WITH_WEIGHTS
from tests.conftest import NIGHTLY

EVERY = {
    f"{name}-{entry.name}": (name, entry) for name in tv.list_models(module=tv) for entry in tv.get_model_weights(name)
}
FAMILIES = (
    "alexnet",
    "convnext_tiny",
    "densenet121",
    "efficientnet_b0",
    "efficientnet_v2_s",
    "googlenet",
    "inception_v3",
    "maxvit_t",
    "mnasnet0_5",
    "mobilenet_v2",
    "mobilenet_v3_small",
    "regnet_x_400mf",
    "regnet_y_400mf",
    "resnet18",
    "resnet50",
    "resnext50_32x4d",
    "shufflenet_v2_x0_5",
    "squeezenet1_1",
    "swin_t",
    "swin_v2_t",
    "vgg11_bn",
    "vit_b_32",
    "wide_resnet50_2",
)
DEFAULTS = [f"{name}-{tv.get_model_weights(name).DEFAULT.name}" for name in FAMILIES]


def test_there_are_as_many_entries_as_torchvision_lists():
    assert len(EVERY) == 115
    assert set(DEFAULTS) <= set(EVERY)


@pytest.mark.parametrize("entry", list(EVERY) if NIGHTLY else DEFAULTS)
def test_parameters_and_macs_are_those_that_are_published(entry):
    name, weights = EVERY[entry]
    side = weights.transforms().crop_size[0]
    settings = dict(_WITH_WEIGHTS.get(name, {}))
    if settings:
        settings["init_weights"] = False
    if name.startswith("vit"):
        settings["image_size"] = side
    with _no_numbers():
        model = tv.get_model(name, weights=None, **settings).eval()
    size = (1, 3, side, side)
    report = analyze(model, size)
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        model.to("meta")(torch.empty(size, device="meta"))
    assert report.parameters == weights.meta["num_params"]
    if not settings.get("aux_logits"):  # heads that run in training alone
        assert sum(layer.parameters for layer in report.layers) == report.parameters
    assert 2 * report.macs == report.flops == counter.get_total_flops()
    assert abs(report.macs / 1e9 - weights.meta["_ops"]) <= 0.0005 + 1e-9
    assert report.unknown == ()
