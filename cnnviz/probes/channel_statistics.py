"""What is taken out of a picture before a network gets it: a mean image, a mean a channel, a mean and a deviation.

AlexNet subtracted the mean image of all training pictures, VGG one mean a channel, and ResNet divides by one standard
deviation a channel as well. The means and deviations are ImageNet's, as torchvision's presets have them.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from cnnviz.probes.arrays import Floats, to_numpy

WAYS = ("raw", "mean", "mean_image", "channel_mean", "channel_deviation")
MEAN = (0.485, 0.456, 0.406)
DEVIATION = (0.229, 0.224, 0.225)
_BINS = 48


@dataclass(frozen=True, eq=False)
class Channels:
    """A picture's `values` (C, H, W) and, a channel, their `mean` (C,), standard `deviation` (C,) and histogram.

    `counts` (C, B) are the shares of the values between `edges` (B + 1,).
    """

    values: Floats
    mean: Floats
    deviation: Floats
    counts: Floats
    edges: Floats


@dataclass(frozen=True, eq=False)
class SetMean:
    """The mean `image` (C, H, W) of `count` pictures of one size, and of all their pixels the `mean` and `deviation`.

    Those are (C,); the deviation divides by the number of pixels.
    """

    image: Floats
    mean: Floats
    deviation: Floats
    count: int


@dataclass(frozen=True, eq=False)
class PreparedPhoto:
    """A photo in the `ways` of WAYS, what a network `got` of it, and the means of the `gallery` that were taken out."""

    ways: dict[str, Channels]
    got: Channels
    gallery: SetMean


def set_mean(pictures: Iterable[Tensor]) -> SetMean:
    """Return the means of pictures (C, H, W); raises ValueError without any."""
    total, squares, count = None, None, 0
    for picture in pictures:
        values = picture.double()
        total = values if total is None else total + values
        squares = values**2 if squares is None else squares + values**2
        count += 1
    if total is None or squares is None:
        raise ValueError("a mean image needs pictures")
    mean = (total / count).mean(dim=(1, 2))
    deviation = ((squares / count).mean(dim=(1, 2)) - mean**2).clamp(min=0).sqrt()
    return SetMean(to_numpy((total / count).float()), to_numpy(mean.float()), to_numpy(deviation.float()), count)


def channels(values: Tensor) -> Channels:
    """Return the statistics of one picture (C, H, W)."""
    flat = values.flatten(1)
    low, high = float(flat.min()), float(flat.max())
    edges = np.linspace(low, high if high > low else low + 1, _BINS + 1)
    counts = np.stack([np.histogram(each.numpy(), edges)[0] / flat.shape[1] for each in flat])
    return Channels(
        to_numpy(values),
        to_numpy(flat.mean(dim=1)),
        to_numpy(flat.std(dim=1, correction=0)),
        counts.astype(np.float32),
        edges.astype(np.float32),
    )


def step_by_step(pixels: NDArray[np.uint8], mean: SetMean) -> dict[str, Channels]:
    """Return, by the names in WAYS, a picture uint8 (H, W, 3) with values from 0 to 1, the mean image, and the picture
    less that, less one mean a channel, and then divided by one deviation a channel. `mean` has the picture's size.
    """
    values = torch.tensor(pixels).permute(2, 0, 1).float() / 255
    by_channel, deviation = (torch.tensor(numbers)[:, None, None] for numbers in (MEAN, DEVIATION))
    image = torch.tensor(mean.image)
    made = (values, image, values - image, values - by_channel, (values - by_channel) / deviation)
    return dict(zip(WAYS, map(channels, made), strict=True))
