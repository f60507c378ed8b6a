"""Layers to start from: those of the lecture and of networks that everybody knows."""

from typing import Any

PRESETS: dict[str, tuple[str, dict[str, Any]]] = {
    "The lecture's question": ("Conv2d", {}),
    "AlexNet's first": (
        "Conv2d",
        {"side": 224, "out_channels": 96, "kernel_size": 11, "stride": 4, "padding": 0},
    ),
    "VGG's 3×3": ("Conv2d", {"channels": 64, "side": 224, "out_channels": 64, "kernel_size": 3, "padding": 1}),
    "ResNet's first": (
        "Conv2d",
        {"side": 224, "out_channels": 64, "kernel_size": 7, "stride": 2, "padding": 3},
    ),
    "ResNet's shortcut": (
        "Conv2d",
        {"channels": 256, "side": 56, "out_channels": 512, "kernel_size": 1, "stride": 2, "padding": 0},
    ),
    "1×1": ("Conv2d", {"channels": 192, "side": 28, "out_channels": 64, "kernel_size": 1, "padding": 0}),
    "Depthwise": (
        "Conv2d",
        {"channels": 32, "side": 112, "out_channels": 32, "kernel_size": 3, "padding": 1, "groups": 32},
    ),
    "LeNet's pooling": ("MaxPool2d", {"channels": 20, "side": 28}),
    "LeNet's linear": ("Linear", {}),
    "Upsampling": ("ConvTranspose2d", {"channels": 512, "side": 4, "out_channels": 256}),
}
