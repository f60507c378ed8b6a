"""The course's networks for Fashion-MNIST, small enough to learn in minutes and to come with this project, as text.

Each is its network of the notes with a quarter of the channels and linear layers of 512 units in place of 4096. The
images are 28 and not 224 pixels wide, so the first stride is 1, and NiN, whose first kernel has no padding, has
padding in its poolings; VGG-11, which halves five times, reads 32 pixels. Only ResNet-18 has batch normalisation, as in
its paper.
"""

from dataclasses import replace

from cnnviz.design.presets import PRESETS, Preset

_INCEPTIONS = (
    "Inception 16 24/32 4/8 8, Inception 32 32/48 8/24 16",
    "Inception 48 24/52 4/12 16, Inception 40 28/56 6/16 16, Inception 32 32/64 6/16 16, "
    "Inception 28 36/72 8/16 16, Inception 64 40/80 8/32 32",
    "Inception 64 40/80 8/32 32, Inception 96 48/96 12/32 32",
)
_POOL = "MaxPool 3 s2 p1"
_STAGES = "Basic 16, Basic 16, Basic 32 s2, Basic 32, Basic 64 s2, Basic 64, Basic 128 s2, Basic 128"
_HEAD = "Flatten, Linear 512, ReLU, Dropout 0.5, Linear 512, ReLU, Dropout 0.5, Linear 10"


def _small(full: str, title: str, text: str, side: int = 28) -> Preset:
    return replace(PRESETS[full], title=f"{title}, a quarter as wide", input_size=(1, 1, side, side), text=text)


# By the names under which their weights are shipped.
SMALL = {
    "vgg-fashion": _small("vgg11", "VGG-11", f"VGG 1 16, VGG 1 32, VGG 2 64, VGG 2 128, VGG 2 128, {_HEAD}", side=32),
    "nin-fashion": _small(
        "nin",
        "NiN",
        f"NiN 24 11, {_POOL}, NiN 64 5 p2, {_POOL}, NiN 96 3 p1, {_POOL}, Dropout 0.5, "
        "NiN 10 3 p1, AdaptiveAvgPool 1, Flatten",
    ),
    "googlenet-fashion": _small(
        "googlenet-course",
        "GoogLeNet",
        f"Conv 16 7 p3, ReLU, {_POOL}, Conv 16 1, ReLU, Conv 48 3 p1, ReLU, {_POOL}, "
        f"{f', {_POOL}, '.join(_INCEPTIONS)}, AdaptiveAvgPool 1, Flatten, Linear 10",
    ),
    "resnet-fashion": _small(
        "resnet18",
        "ResNet-18",
        f"Conv 16 7 p3 nobias, BatchNorm, ReLU, {_POOL}, {_STAGES}, AdaptiveAvgPool 1, Flatten, Linear 10",
    ),
}
