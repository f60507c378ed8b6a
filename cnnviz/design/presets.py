"""The networks of the course and of the papers, as text."""

from collections.abc import Sequence
from dataclasses import dataclass

LIBRARY = "model:"


@dataclass(frozen=True)
class Preset:
    """A network: what it is called, when and where it was published, what it reads, (N, C, H, W), and its text.

    That is rows, or LIBRARY and the name that torchvision or timm has for it.
    """

    title: str
    year: int
    paper: str
    input_size: tuple[int, ...]
    text: str


_LECUN = "LeCun et al. 1998, Gradient-Based Learning Applied to Document Recognition"
_KRIZHEVSKY = "Krizhevsky, Sutskever and Hinton 2012, ImageNet Classification with Deep Convolutional Neural Networks"
_WEIRD = "Krizhevsky 2014, One Weird Trick for Parallelizing Convolutional Neural Networks"
_ZEILER = "Zeiler and Fergus 2014, Visualizing and Understanding Convolutional Networks"
_SIMONYAN = "Simonyan and Zisserman 2015, Very Deep Convolutional Networks for Large-Scale Image Recognition"
_LIN = "Lin, Chen and Yan 2014, Network In Network"
_SZEGEDY = "Szegedy et al. 2015, Going Deeper with Convolutions"
_HE = "He et al. 2016, Deep Residual Learning for Image Recognition"

_IMAGENET = (1, 3, 224, 224)


def _vgg(*convolutions: int) -> str:
    blocks = (f"VGG {count} {channels}" for count, channels in zip(convolutions, (64, 128, 256, 512, 512), strict=True))
    head = "Flatten, Linear 4096, ReLU, Dropout 0.5, Linear 4096, ReLU, Dropout 0.5, Linear 1000"
    return f"{', '.join(blocks)}, AdaptiveAvgPool 7, {head}"


def _resnet(block: str, stages: Sequence[int]) -> str:
    rows = ["Conv 64 7 s2 p3 nobias", "BatchNorm", "ReLU inplace", "MaxPool 3 s2 p1"]
    for stage, count in enumerate(stages):
        first = f"{block} {64 << stage}" + (" s2" if stage else "")
        rows += [first, *[f"{block} {64 << stage}"] * (count - 1)]
    return ", ".join([*rows, "AdaptiveAvgPool 1", "Flatten", "Linear 1000"])


_INCEPTIONS = (
    ("64 96/128 16/32 32", "128 128/192 32/96 64"),
    (
        "192 96/208 16/48 64",
        "160 112/224 24/64 64",
        "128 128/256 24/64 64",
        "112 144/288 32/64 64",
        "256 160/320 32/128 128",
    ),
    ("256 160/320 32/128 128", "384 192/384 48/128 128"),
)


def _course_googlenet() -> str:
    stem = "Conv 64 7 s2 p3, ReLU, MaxPool 3 s2 p1, Conv 64 1, ReLU, Conv 192 3 p1, ReLU"
    stages = (", ".join(f"Inception {channels}" for channels in stage) for stage in _INCEPTIONS)
    pool = ", MaxPool 3 s2 p1, "
    return f"{stem}{pool}{pool.join(stages)}, AdaptiveAvgPool 1, Flatten, Linear 10"


def _torchvision_googlenet() -> str:
    norm = "BatchNorm eps=0.001, ReLU inplace"
    stem = (
        f"Conv 64 7 s2 p3 nobias, {norm}, MaxPool 3 s2 ceil, "
        f"Conv 64 1 nobias, {norm}, Conv 192 3 p1 nobias, {norm}, MaxPool 3 s2 ceil"
    )
    first, second, third = (", ".join(f"Inception {channels} k3 bn" for channels in stage) for stage in _INCEPTIONS)
    head = "AdaptiveAvgPool 1, Flatten, Dropout 0.2, Linear 1000"
    return f"{stem}, {first}, MaxPool 3 s2 ceil, {second}, MaxPool 2 s2 ceil, {third}, {head}"


PRESETS: dict[str, Preset] = {
    "lenet5": Preset(
        "LeNet-5",
        1998,
        _LECUN,
        (1, 1, 28, 28),
        "Conv 6 5 p2, Sigmoid, AvgPool 2, Conv 16 5, Sigmoid, AvgPool 2, Flatten, "
        "Linear 120, Sigmoid, Linear 84, Sigmoid, Linear 10",
    ),
    "lenet-relu": Preset(
        "LeNet with ReLU and max pooling",
        1998,
        _LECUN,
        (1, 1, 28, 28),
        "Conv 20 5 p2, ReLU, MaxPool 2, Conv 50 5 p2, ReLU, MaxPool 2, Flatten, Linear 500, ReLU, Linear 10",
    ),
    "alexnet": Preset(
        "AlexNet",
        2012,
        _KRIZHEVSKY,
        (1, 3, 227, 227),
        "Conv 96 11 s4, ReLU, LocalResponseNorm 5 k=2, MaxPool 3 s2, "
        "Conv 256 5 p2 g2, ReLU, LocalResponseNorm 5 k=2, MaxPool 3 s2, "
        "Conv 384 3 p1, ReLU, Conv 384 3 p1 g2, ReLU, Conv 256 3 p1 g2, ReLU, MaxPool 3 s2, Flatten, "
        "Linear 4096, ReLU, Dropout 0.5, Linear 4096, ReLU, Dropout 0.5, Linear 1000",
    ),
    "alexnet-torchvision": Preset(
        "AlexNet of torchvision",
        2014,
        _WEIRD,
        _IMAGENET,
        "Conv 64 11 s4 p2, ReLU inplace, MaxPool 3 s2, Conv 192 5 p2, ReLU inplace, MaxPool 3 s2, "
        "Conv 384 3 p1, ReLU inplace, Conv 256 3 p1, ReLU inplace, Conv 256 3 p1, ReLU inplace, MaxPool 3 s2, "
        "AdaptiveAvgPool 6, Flatten, "
        "Dropout 0.5, Linear 4096, ReLU inplace, Dropout 0.5, Linear 4096, ReLU inplace, Linear 1000",
    ),
    "alexnet-course": Preset(
        "AlexNet of the course, for Fashion-MNIST",
        2012,
        _KRIZHEVSKY,
        (1, 1, 224, 224),
        "Conv 96 11 s4 p1, ReLU, MaxPool 3 s2, Conv 256 5 p2, ReLU, MaxPool 3 s2, "
        "Conv 384 3 p1, ReLU, Conv 384 3 p1, ReLU, Conv 256 3 p1, ReLU, MaxPool 3 s2, Flatten, "
        "Linear 4096, ReLU, Dropout 0.5, Linear 4096, ReLU, Dropout 0.5, Linear 10",
    ),
    "zfnet": Preset(
        "ZFNet",
        2013,
        _ZEILER,
        _IMAGENET,
        "Conv 96 7 s2 p1, ReLU, MaxPool 3 s2 p1, LocalResponseNorm 5, "
        "Conv 256 5 s2, ReLU, MaxPool 3 s2 p1, LocalResponseNorm 5, "
        "Conv 384 3 p1, ReLU, Conv 384 3 p1, ReLU, Conv 256 3 p1, ReLU, MaxPool 3 s2, Flatten, "
        "Linear 4096, ReLU, Dropout 0.5, Linear 4096, ReLU, Dropout 0.5, Linear 1000",
    ),
    "vgg11": Preset("VGG-11", 2014, _SIMONYAN, _IMAGENET, _vgg(1, 1, 2, 2, 2)),
    "vgg16": Preset("VGG-16", 2014, _SIMONYAN, _IMAGENET, _vgg(2, 2, 3, 3, 3)),
    "vgg19": Preset("VGG-19", 2014, _SIMONYAN, _IMAGENET, _vgg(2, 2, 4, 4, 4)),
    "nin": Preset(
        "NiN of the course, for Fashion-MNIST",
        2013,
        _LIN,
        (1, 1, 224, 224),
        "NiN 96 11 s4, MaxPool 3 s2, NiN 256 5 p2, MaxPool 3 s2, NiN 384 3 p1, MaxPool 3 s2, Dropout 0.5, "
        "NiN 10 3 p1, AdaptiveAvgPool 1, Flatten",
    ),
    "googlenet": Preset("GoogLeNet of torchvision", 2014, _SZEGEDY, _IMAGENET, _torchvision_googlenet()),
    "googlenet-course": Preset(
        "GoogLeNet of the course, for Fashion-MNIST", 2014, _SZEGEDY, (1, 1, 224, 224), _course_googlenet()
    ),
    "resnet18": Preset("ResNet-18", 2015, _HE, _IMAGENET, _resnet("Basic", (2, 2, 2, 2))),
    "resnet34": Preset("ResNet-34", 2015, _HE, _IMAGENET, _resnet("Basic", (3, 4, 6, 3))),
    "resnet50": Preset("ResNet-50", 2015, _HE, _IMAGENET, _resnet("Bottleneck", (3, 4, 6, 3))),
    "resnet101": Preset("ResNet-101", 2015, _HE, _IMAGENET, _resnet("Bottleneck", (3, 4, 23, 3))),
    "resnet152": Preset("ResNet-152", 2015, _HE, _IMAGENET, _resnet("Bottleneck", (3, 8, 36, 3))),
}
