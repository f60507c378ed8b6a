"""Convolutions to start from: one for each thing that there is to see."""

from typing import Any

PRESETS: dict[str, dict[str, Any]] = {
    "An edge detector": {},
    "The lecture's 7×7": {"input": "random", "size": 7, "padding": 0},
    "Even kernel, same": {"input": "edge", "size": 6, "kernel_size": 4, "weights": "box blur", "same": True},
    "Stride": {"input": "photo", "size": 9, "stride": 2, "weights": "Gaussian blur"},
    "Dilation": {"input": "checkerboard", "size": 9, "dilation": 2, "padding": 2, "weights": "Laplacian"},
    "Channels": {"input": "photo", "size": 6, "channels": 3, "bias": True, "weights": "random"},
    "Filters": {"size": 8, "filters": 3, "weights": "sharpen"},
    "1×1": {
        "input": "photo",
        "size": 6,
        "channels": 3,
        "filters": 2,
        "kernel_size": 1,
        "padding": 0,
        "bias": True,
        "weights": "random",
    },
    "Depthwise": {"input": "photo", "size": 6, "channels": 3, "filters": 3, "groups": 3, "weights": "Sobel x"},
    "Transposed": {"kind": "ConvTranspose2d", "input": "random", "size": 3, "weights": "Gaussian blur"},
    "Painting": {
        "kind": "ConvTranspose2d",
        "input": "random",
        "size": 3,
        "padding": 0,
        "weights": "random",
        "drawn": "painting",
    },
    "1-D": {"kind": "Conv1d", "input": "edge", "size": 12},
    "3-D": {"kind": "Conv3d", "input": "digit", "size": 4, "padding": 0, "weights": "Sobel x"},
}
