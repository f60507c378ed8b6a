"""The shipped table of torchvision's accuracies against torchvision, its networks, and the analysis of them."""

import math

import pytest
import torch
from torchvision import models as torchvision_models

from cnnviz import analyze
from cnnviz.models.torchvision_accuracy import entries


def test_every_entry_is_torchvisions_own():
    shipped = {each.name: each for each in entries()}
    weights = [
        each
        for name in torchvision_models.list_models(module=torchvision_models)
        for each in torchvision_models.get_model_weights(name)
    ]
    assert list(shipped) == [str(each) for each in weights]
    assert len(weights) == 115
    for each in weights:
        entry, meta = shipped[str(each)], each.meta
        assert (entry.parameters, entry.gmacs) == (meta["num_params"], meta["_ops"])
        for told, key in ((entry.top1, "acc@1"), (entry.top5, "acc@5")):
            published = meta["_metrics"]["ImageNet-1K"][key]
            assert told == published or (told is None and math.isnan(published))
        assert each.transforms()(torch.zeros(3, 600, 600)).shape == (3, entry.side, entry.side)


@pytest.mark.parametrize(
    "name",
    [
        "AlexNet_Weights.IMAGENET1K_V1",
        "EfficientNet_B2_Weights.IMAGENET1K_V1",
        "MobileNet_V2_Weights.IMAGENET1K_V2",
        "ResNet50_Weights.IMAGENET1K_V2",
        "VGG16_Weights.IMAGENET1K_FEATURES",
    ],
)
def test_what_is_published_is_what_the_networks_are(name):
    entry = next(each for each in entries() if each.name == name)
    with torch.device("meta"):
        model = torchvision_models.get_model(entry.architecture).eval()
    assert entry.parameters == sum(each.numel() for each in model.parameters())
    report = analyze(model, (1, 3, entry.side, entry.side))
    assert report.macs / 1e9 == pytest.approx(entry.gmacs, rel=0.01)
