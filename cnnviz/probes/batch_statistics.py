"""What batch normalisation takes from the batch: another image's part in mine, running averages, and noise."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from cnnviz.probes.arrays import Floats, to_numpy

# Training, evaluation with running statistics, and ways that see one image at a time.
MODES = ("training", "evaluation", "layer", "instance")


@dataclass(frozen=True, eq=False)
class Swapped:
    """My image after each of MODES, `before` and `after` (4, C, H, W) another image was exchanged for a third.

    `change` (4,) is the largest difference of its numbers.
    """

    before: Floats
    after: Floats
    change: Floats


@dataclass(frozen=True, eq=False)
class Followed:
    """Statistics of one channel over K batches, each (K,).

    `mean` and `variance` are the batches' own, the variance biased, as training uses them; the running averages follow
    the mean and the unbiased variance.
    """

    mean: Floats
    variance: Floats
    running_mean: Floats
    running_variance: Floats


def swapped(batch: Tensor, other: Tensor, place: int) -> Swapped:
    """Return what becomes of image 0 of (N, C, H, W) when image `place` is exchanged for `other` (C, H, W).

    Evaluation uses the statistics of the batch as it was.
    """
    changed = batch.clone()
    changed[place] = other
    channels = batch.shape[1]
    variance, mean = torch.var_mean(batch, (0, 2, 3))
    layers = (
        nn.BatchNorm2d(channels, track_running_stats=False),
        _evaluating(mean, variance),
        nn.GroupNorm(1, channels),
        nn.InstanceNorm2d(channels),
    )
    with torch.no_grad():
        before, after = (torch.stack([layer(each)[0] for layer in layers]) for each in (batch, changed))
    change = (after - before).abs().flatten(1).max(1).values
    return Swapped(to_numpy(before), to_numpy(after), to_numpy(change))


def _evaluating(mean: Tensor, variance: Tensor) -> nn.BatchNorm2d:
    layer = nn.BatchNorm2d(len(mean))
    layer.running_mean, layer.running_var = mean, variance
    return layer.eval()


def followed(batches: Sequence[Tensor], momentum: float, channel: int = 0) -> Followed:
    """Return how the running averages of nn.BatchNorm2d follow batches (N, C, H, W); they begin at 0 and 1."""
    layer = nn.BatchNorm2d(batches[0].shape[1], momentum=momentum)
    assert layer.running_mean is not None
    assert layer.running_var is not None
    rows = []
    with torch.no_grad():
        for batch in batches:
            layer(batch)
            variance, mean = torch.var_mean(batch[:, channel], correction=0)
            rows.append(torch.stack([mean, variance, layer.running_mean[channel], layer.running_var[channel]]))
    return Followed(*(to_numpy(each) for each in torch.stack(rows, dim=1)))


def noise(pool: Tensor, sizes: Sequence[int], draws: int, seed: int = 0) -> Floats:
    """Return by how much image 0 of (P, C, H, W) varies after batch normalisation in training, for each batch size.

    It stands in `draws` batches whose other images are drawn without repetition; given is the standard deviation of a
    number of its output over them, the root of the mean square over its numbers.
    """
    generator = torch.Generator().manual_seed(seed)
    found = []
    for size in sizes:
        outputs = []
        for _ in range(draws):
            others = 1 + torch.randperm(len(pool) - 1, generator=generator)[: size - 1]
            batch = pool[torch.cat([torch.zeros(1, dtype=torch.int64), others])]
            outputs.append(functional.batch_norm(batch, None, None, training=True)[0])
        found.append(float(torch.stack(outputs).var(0, correction=0).mean().sqrt()))
    return np.array(found, np.float32)
