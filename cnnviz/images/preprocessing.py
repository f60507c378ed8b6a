"""What a network wants done to a picture."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Preprocessing:
    """How an RGB image becomes the tensor a network was trained on.

    `resize` is the length of the shorter side in pixels, or (height, width); then a centred crop of (height, width),
    padded with zeros where the image is smaller; then values in [0, 1] are standardised channel by channel:
    (value - mean) / std. `interpolation` is "bilinear", "bicubic" or "nearest". With `channels` 1 the image is grey
    (ITU-R 601 luma). `invert` makes dark ink on white paper into MNIST's white on black.
    """

    resize: int | tuple[int, int]
    crop: tuple[int, int]
    mean: tuple[float, ...]
    std: tuple[float, ...]
    interpolation: str = "bilinear"
    channels: int = 3
    invert: bool = False
