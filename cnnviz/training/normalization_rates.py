"""What batch normalisation buys: one small network with and without it, trained at learning rates from 0.01 to 3."""

import math
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional
from tqdm import tqdm

from cnnviz.assets import CURVES
from cnnviz.training import data
from cnnviz.training.curve_files import save
from cnnviz.training.live.examples import standardised

NAME = "normalization-rates"
RATES = (0.01, 0.03, 0.1, 0.3, 1.0, 3.0)
SEEDS = 3
EPOCHS = 2
BATCH = 100
# A point of a curve is the mean of the losses of so many steps.
EVERY = 20
VARIANTS = ("plain", "normalised")
_CHANNELS = ((1, 8, 2), (8, 16, 1), (16, 16, 2), (16, 32, 1), (32, 32, 1))


def network(normalised: bool) -> nn.Sequential:
    """Return five 3x3 convolutions and a linear layer for (N, 1, 28, 28), each convolution normalised or not.

    Weights are He's in both (kaiming_normal_, fan-in) and biases 0, so that nothing but normalisation differs.
    """
    layers: list[nn.Module] = []
    for before, after, pool in _CHANNELS:
        layers.append(nn.Conv2d(before, after, 3, padding=1, bias=not normalised))
        if normalised:
            layers.append(nn.BatchNorm2d(after))
        layers.append(nn.ReLU())
        if pool > 1:
            layers.append(nn.MaxPool2d(pool))
    made = nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(_CHANNELS[-1][1], 10))
    for each in made:
        if isinstance(each, nn.Conv2d | nn.Linear):
            nn.init.kaiming_normal_(each.weight, nonlinearity="relu" if isinstance(each, nn.Conv2d) else "linear")
            if each.bias is not None:
                nn.init.zeros_(each.bias)
    return made


def measure(*, data_root: Path | None = None, seed: int = 0, epochs: int | None = None, out: Path = CURVES) -> str:
    """Train both networks at every rate from `SEEDS` seeds, write out/NAME.json, and return one line about it.

    The file holds "losses" by variant as (rate, seed, point), each the mean of `EVERY` steps of plain gradient descent
    and None once it is no number any more, "accuracy" by variant as (rate, seed) on the test images after the last
    step, and how it was measured.
    """
    splits = data.load("fashion-mnist", data_root)
    images, tests = (standardised(each, "fashion-mnist") for each in (splits.train_images, splits.test_images))
    total, seeds = epochs or EPOCHS, range(seed, seed + SEEDS)
    losses: dict[str, list[list[list[float | None]]]] = {}
    accuracy: dict[str, list[list[float]]] = {}
    for variant in VARIANTS:
        losses[variant], accuracy[variant] = [], []
        for rate in tqdm(RATES, desc=variant):
            runs = [_run(variant == "normalised", rate, start, total, images, splits.train_labels) for start in seeds]
            losses[variant].append([loss for _, loss in runs])
            accuracy[variant].append([_accuracy(made, tests, splits.test_labels) for made, _ in runs])
    card = {
        "data": "fashion-mnist",
        "train_images": len(images),
        "test_images": len(tests),
        "epochs": total,
        "batch_size": BATCH,
        "parameters": {name: sum(p.numel() for p in network(name != "plain").parameters()) for name in VARIANTS},
    }
    found = {"rates": RATES, "every": EVERY, "losses": losses, "accuracy": accuracy}
    save(NAME, card, found, seeds=seeds, epochs=epochs, out=out)
    best = {name: max(sum(runs) / len(runs) for runs in each) for name, each in accuracy.items()}
    return f"{NAME}: best mean accuracy {best['normalised']:.2%} with normalisation, {best['plain']:.2%} without"


def _run(
    normalised: bool, rate: float, seed: int, epochs: int, images: Tensor, labels: Tensor
) -> tuple[nn.Sequential, list[float | None]]:
    """Return a network trained at one rate from one seed, and its losses; the order of the images is the seed's."""
    torch.manual_seed(seed)
    made = network(normalised)
    steps = [each for _ in range(epochs) for each in torch.randperm(len(images)).split(BATCH)]
    optimiser = torch.optim.SGD(made.parameters(), lr=rate)
    points: list[float | None] = []
    seen: list[float] = []
    for chosen in steps:
        loss = functional.cross_entropy(made(images[chosen]), labels[chosen])
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        optimiser.step()
        seen.append(loss.item())
        if not math.isfinite(seen[-1]):
            break
        if len(seen) == EVERY:
            points.append(round(sum(seen) / EVERY, 4))
            seen = []
    return made, points + [None] * (len(steps) // EVERY - len(points))


@torch.inference_mode()
def _accuracy(made: nn.Sequential, images: Tensor, labels: Tensor) -> float:
    made.eval()
    right = sum(
        int((made(some).argmax(dim=1) == wanted).sum())
        for some, wanted in zip(images.split(1000), labels.split(1000), strict=True)
    )
    return round(right / len(images), 4)
