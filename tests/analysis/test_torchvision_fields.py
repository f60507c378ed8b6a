"""Receptive fields of torchvision's networks against the gradient's support."""

import random

import pytest
import torch
import torchvision.models as tv

from cnnviz.analysis import analyze
from tests.analysis.gradients import clipped, supports
from tests.conftest import NIGHTLY

# Image sizes are odd here and there, so that strides drop pixels.
SIDES = {"alexnet": 95, "squeezenet1_1": 67, "resnet50": 49, "googlenet": 65, "inception_v3": 79, "regnet_x_400mf": 45}
SIDES |= {"resnet18": 64, "shufflenet_v2_x0_5": 64}
# A network of each family by day; nightly every network of torchvision that is convolutional throughout.
EVERYDAY = [
    *("alexnet", "squeezenet1_1", "resnet18", "googlenet", "inception_v3", "densenet121", "shufflenet_v2_x0_5"),
    *(
        "vgg11",
        "mobilenet_v2",
        "mobilenet_v3_small",
        "mnasnet0_5",
        "regnet_y_400mf",
        "convnext_tiny",
        "efficientnet_b0",
    ),
]
MODELS = [name for name in tv.list_models(module=tv) if not name.startswith(("vit", "swin", "maxvit"))]


def build(name):
    return tv.get_model(
        name, weights=None, **({"init_weights": False} if name in ("googlenet", "inception_v3") else {})
    )


def bare(name):
    """Return the network without weights, which an analysis does not need."""
    with torch.device("cpu" if name.startswith("regnet") else "meta"):
        return build(name)


@pytest.mark.parametrize("name", MODELS if NIGHTLY else EVERYDAY)
def test_fields_are_the_supports_of_gradients(name):
    side = SIDES.get(name, {"vgg": 32, "den": 32, "con": 65}.get(name[:3], 33))
    model, size = build(name), (1, 3, side, side)
    if name == "alexnet" or name.startswith("vgg"):
        model.classifier = torch.nn.Identity()  # most of the weights and none of the fields
    report = analyze(model, size)
    layers = {
        layer.name: layer
        for layer in report.layers
        # ConvNeXt has its channels last inside of its blocks, where a unit's place is not (row, column) any more.
        if layer.receptive_field and len(layer.output_size) == 4 and (layer.kind == "Conv2d" or "convnext" not in name)
    }
    chosen = [*random.Random(name).sample(sorted(layers), 2), list(layers)[-1]]
    # Grouped convolutions are slow in float64, and in these networks float32 does not underflow.
    dtype = torch.float64 if name in ("inception_v3", "googlenet", "resnet50", "densenet121") else torch.float32
    found = supports(
        model, size, chosen, lambda shape: {(0, shape[3] - 1), (shape[2] // 2, shape[3] // 3)}, dtype=dtype
    )
    assert len(found) >= 6
    for (layer, unit), box in found.items():
        if unit is not None:
            # A border unit's box counts padded positions, which have pixels of their own only inside of what is seen.
            assert clipped(layers[layer].receptive_field.box(*unit), found[layer, None]) == box, (layer, unit)


def test_published_sizes():
    def last(name, layer):
        field = {layer.name: layer for layer in analyze(bare(name)).layers}[layer].receptive_field
        return field.size, field.stride, field.padding

    assert last("alexnet", "features.12") == ((195, 195), (32, 32), (66, 66))
    assert last("vgg16", "features.30") == ((212, 212), (32, 32), (90, 90))
    assert last("resnet50", "layer4.2.relu_2") == ((427, 427), (32, 32), (213, 213))


@pytest.mark.parametrize("name", ["resnet50", "vgg16", "googlenet", "mobilenet_v2", "densenet121"])
def test_the_classifier_sees_the_whole_image(name):
    field = analyze(bare(name)).layers[-1].receptive_field
    assert field.size is None
    assert field.box(0, 0) == (0, 0, 224, 224)


@pytest.mark.parametrize("name", ["mobilenet_v3_small", "efficientnet_b0", "regnet_y_400mf"])
def test_squeeze_and_excitation_sees_the_whole_image(name):
    layers = analyze(bare(name)).layers
    after = next(place for place, layer in enumerate(layers) if layer.kind == "AdaptiveAvgPool2d")
    assert layers[after - 1].receptive_field.size is not None
    assert all(layer.receptive_field.size is None for layer in layers[after:])


def test_shifted_windows_never_claim_the_whole_image_before_it_is_seen():
    layers = analyze(bare("swin_t")).layers
    first = next(layer for layer in layers if layer.kind == "Conv2d")
    assert first.receptive_field.size == (4, 4)
    attended = [layer for layer in layers if layer.name.startswith("features.1.0.attn")]
    assert all(layer.receptive_field is None or layer.receptive_field.size is not None for layer in attended)
    assert layers[-1].receptive_field.size is None


def test_attention_over_all_tokens_sees_the_whole_image():
    layers = {layer.name: layer for layer in analyze(bare("vit_b_16")).layers}
    assert layers["conv_proj"].receptive_field.size == (16, 16)
    assert layers["encoder.layers.encoder_layer_0.ln_1"].receptive_field is None
    assert layers["encoder.layers.encoder_layer_0.self_attention"].receptive_field.size is None


def test_permuted_channels_do_not_hide_positions():
    layers = analyze(bare("convnext_tiny")).layers
    by_name = {layer.name: layer.receptive_field for layer in layers}
    assert by_name["features.1.0.block.0"].size == (4 + 6 * 4, 4 + 6 * 4)
    assert all(layer.receptive_field.size is not None for layer in layers[: [x.name for x in layers].index("avgpool")])
    torch.testing.assert_close(layers[-1].output_size, (1, 1000))
