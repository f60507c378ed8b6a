"""The architectures of the gallery, each with the networks of its kind, and those like it that come with weights."""

from dataclasses import dataclass

from cnnviz.design import LIBRARY, PRESETS, Preset
from cnnviz.design.small_networks import SMALL


@dataclass(frozen=True)
class Architecture:
    """`networks` are names in NETWORKS, the best known first; `shipped` are models with learned weights on this disk.

    Those of an architecture without weights here are of another with a part in common, and `kin` is True.
    """

    networks: tuple[str, ...]
    shipped: tuple[str, ...] = ()
    kin: bool = False


_HOWARD = "Howard et al. 2017, MobileNets: Efficient Convolutional Neural Networks for Mobile Vision Applications"
_SANDLER = "Sandler et al. 2018, MobileNetV2: Inverted Residuals and Linear Bottlenecks"
_HUANG = "Huang et al. 2017, Densely Connected Convolutional Networks"
_HU = "Hu, Shen and Sun 2018, Squeeze-and-Excitation Networks"
_TAN = "Tan and Le 2019, EfficientNet: Rethinking Model Scaling for Convolutional Neural Networks"
_LIU = "Liu et al. 2022, A ConvNet for the 2020s"
_IMAGENET = (1, 3, 224, 224)


def _mobilenet() -> str:
    """Return the rows of the paper's table 1: pairs of a depthwise and a 1x1 convolution."""
    after = "nobias, BatchNorm, ReLU"
    rows, channels = [f"Conv 32 3 s2 p1 {after}"], 32
    widths = (64, -128, 128, -256, 256, -512, 512, 512, 512, 512, 512, -1024, 1024)
    for width in widths:
        stride = " s2" if width < 0 else ""
        rows += [f"Conv {channels} 3{stride} p1 g{channels} {after}", f"Conv {abs(width)} 1 {after}"]
        channels = abs(width)
    return ", ".join([*rows, "AdaptiveAvgPool 1", "Flatten", "Linear 1000"])


def _of_library(title: str, year: int, paper: str, name: str) -> Preset:
    return Preset(title, year, paper, _IMAGENET, LIBRARY + name)


NETWORKS: dict[str, Preset] = {
    **PRESETS,
    **SMALL,
    "mobilenet": Preset("MobileNet", 2017, _HOWARD, _IMAGENET, _mobilenet()),
    "mobilenet_v2": _of_library("MobileNetV2", 2018, _SANDLER, "mobilenet_v2"),
    "densenet121": _of_library("DenseNet-121", 2016, _HUANG, "densenet121"),
    "seresnet50": _of_library("SE-ResNet-50", 2017, _HU, "timm/seresnet50"),
    "efficientnet_b0": _of_library("EfficientNet-B0", 2019, _TAN, "efficientnet_b0"),
    "convnext_tiny": _of_library("ConvNeXt-T", 2022, _LIU, "convnext_tiny"),
}
ARCHITECTURES = {
    "lenet": Architecture(("lenet5", "lenet-relu"), ("lenet5-mnist", "lenet-relu-mnist", "lenet5-fashion")),
    "alexnet": Architecture(("alexnet", "alexnet-torchvision", "alexnet-course"), ("alexnet-tiny",)),
    "zfnet": Architecture(("zfnet",), ("alexnet-tiny",), kin=True),
    "nin": Architecture(("nin", "nin-fashion"), ("nin-fashion",)),
    "vgg": Architecture(("vgg16", "vgg11", "vgg19", "vgg-fashion"), ("smallvgg-tiny", "vgg-fashion")),
    "googlenet": Architecture(("googlenet", "googlenet-course", "googlenet-fashion"), ("googlenet-fashion",)),
    "resnet": Architecture(
        ("resnet50", "resnet18", "resnet34", "resnet101", "resnet152", "resnet-fashion"), ("resnet-fashion",)
    ),
    "densenet": Architecture(("densenet121",), ("resnet-fashion",), kin=True),
    "mobilenet": Architecture(("mobilenet", "mobilenet_v2"), ("efficientnet-lite0",), kin=True),
    "senet": Architecture(("seresnet50",), ("resnet-fashion",), kin=True),
    "efficientnet": Architecture(("efficientnet_b0",), ("efficientnet-lite0",)),
    "convnext": Architecture(("convnext_tiny",), ("efficientnet-lite0",), kin=True),
}
