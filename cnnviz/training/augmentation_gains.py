"""What each augmentation buys: one small residual network trained on 500 clothes, without and with each of them."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional
from torchvision.ops import StochasticDepth
from torchvision.transforms import v2
from tqdm import tqdm

from cnnviz.assets import CURVES
from cnnviz.training import data
from cnnviz.training.curve_files import save
from cnnviz.training.live.examples import standardised

NAME = "augmentation-gains"
SEEDS = 3
EPOCHS = 40
COUNT, BATCH = 500, 50
# Between two points of a curve; each is measured on the first VALIDATED test images, the last accuracy on all.
EVERY, VALIDATED = 4, 1000
CLASSES = 10
_WIDTHS = (12, 24)
_PASSES = 3  # random forward passes that are averaged where the network itself is random at test


@dataclass(frozen=True)
class Variant:
    """One way to train: `image` changes one image (1, 28, 28) uint8, `batch` a batch and its labels.

    `drop` is the probability with which the last block is left out, `fractional` makes the pooling random.
    """

    image: Callable[[Tensor], Tensor] | None = None
    batch: Callable[[Tensor, Tensor], tuple[Tensor, Tensor]] | None = None
    smoothing: float = 0.0
    drop: float = 0.0
    fractional: bool = False


_CROP = partial(v2.RandomResizedCrop, 28, scale=(0.5, 1.0))
# Made anew for each run, so that none keeps anything of the run before.
VARIANTS: dict[str, Callable[[], Variant]] = {
    "none": Variant,
    "flip": lambda: Variant(v2.RandomHorizontalFlip()),
    "crop": lambda: Variant(_CROP()),
    "colour": lambda: Variant(v2.ColorJitter(brightness=0.4, contrast=0.4)),
    "randaugment": lambda: Variant(v2.RandAugment()),
    "erasing": lambda: Variant(v2.RandomErasing()),
    "mixup": lambda: Variant(batch=v2.MixUp(alpha=0.4, num_classes=CLASSES)),
    "cutmix": lambda: Variant(batch=v2.CutMix(num_classes=CLASSES)),
    "smoothing": lambda: Variant(smoothing=0.1),
    "fractional_pooling": lambda: Variant(fractional=True),
    "stochastic_depth": lambda: Variant(drop=0.5),
    "together": lambda: Variant(v2.Compose([v2.RandomHorizontalFlip(), _CROP(), v2.RandomErasing()])),
}


class Block(nn.Module):
    """Two 3x3 convolutions beside an identity; in training a sample may skip them with probability `drop`."""

    def __init__(self, channels: int, drop: float) -> None:
        super().__init__()
        self.branch = nn.Sequential(
            nn.Conv2d(channels, channels, 3, padding=1, bias=False),
            nn.BatchNorm2d(channels),
            nn.ReLU(),
            nn.Conv2d(channels, channels, 3, padding=1, bias=False),
            nn.BatchNorm2d(channels),
        )
        self.skip = StochasticDepth(drop, "row")

    def forward(self, x: Tensor) -> Tensor:
        """Return (N, C, H, W)."""
        return functional.relu(x + self.skip(self.branch(x)))


def network(variant: Variant) -> nn.Sequential:
    """Return a network for (N, 1, 28, 28) with four residual blocks; its weights depend on the seed alone.

    The l-th of L blocks is left out with probability drop * l / L (Huang et al. 2016). Fractional pooling takes
    28 to 20 and 14 (Graham 2014, by the root of 2) where max pooling takes it to 14 at once.
    """
    first, second = _WIDTHS
    pooling: list[nn.Module] = [nn.MaxPool2d(2)]
    if variant.fractional:
        pooling = [nn.FractionalMaxPool2d(2, output_size=20), nn.FractionalMaxPool2d(2, output_size=14)]
    drops = [variant.drop * (at + 1) / 4 for at in range(4)]

    return nn.Sequential(
        nn.Conv2d(1, first, 3, padding=1, bias=False),
        *pooling,
        nn.BatchNorm2d(first),
        nn.ReLU(),
        *(Block(first, drop) for drop in drops[:2]),
        nn.Conv2d(first, second, 3, padding=1, stride=2, bias=False),
        nn.BatchNorm2d(second),
        nn.ReLU(),
        *(Block(second, drop) for drop in drops[2:]),
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.Linear(second, CLASSES),
    )


def measure(*, data_root: Path | None = None, seed: int = 0, epochs: int | None = None, out: Path = CURVES) -> str:
    """Train every variant from `SEEDS` seeds, write out/NAME.json, and return one line about it.

    The file holds the "epochs" of the points, by variant "validation" and "training" accuracies as (seed, point), with
    the "test" accuracy on all test images (seed,) after the last epoch, and how it was measured. The training accuracy
    is that on the images as they are, without augmentation.
    """
    splits = data.load("fashion-mnist", data_root)
    total, seeds = epochs or EPOCHS, range(seed, seed + SEEDS)
    points = list(range(0, total + 1, EVERY))
    curves: dict[str, dict[str, list[list[float]]]] = {"validation": {}, "training": {}}
    test: dict[str, list[float]] = {}
    for name, make in tqdm(VARIANTS.items()):
        runs = [_run(make(), start, total, splits) for start in seeds]
        curves["validation"][name] = [[point[0] for point in run] for run, _ in runs]
        curves["training"][name] = [[point[1] for point in run] for run, _ in runs]
        test[name] = [accuracy for _, accuracy in runs]
    card = {
        "data": "fashion-mnist",
        "train_images": COUNT,
        "validation_images": VALIDATED,
        "test_images": len(splits.test_images),
        "epochs": total,
        "batch_size": BATCH,
        "parameters": sum(each.numel() for each in network(Variant()).parameters()),
    }
    save(NAME, card, {"epochs": points, **curves, "test": test}, seeds=seeds, epochs=epochs, out=out)
    means = {name: sum(each) / len(each) for name, each in test.items()}
    best = max(means, key=lambda name: means[name])
    return f"{NAME}: mean test accuracy {means['none']:.2%} without augmentation, {means[best]:.2%} with {best}"


def _run(variant: Variant, seed: int, epochs: int, splits: data.Splits) -> tuple[list[tuple[float, float]], float]:
    """Return the accuracies of validation and training by point, and that on all test images after the last epoch.

    Weights and the order of the images are the seed's, whatever the augmentation draws.
    """
    images, labels = splits.train_images[:COUNT], splits.train_labels[:COUNT]
    seen = splits.test_images[:VALIDATED], splits.test_labels[:VALIDATED]
    passes = _PASSES if variant.fractional else 1
    torch.manual_seed(seed)
    made = network(variant)
    order = torch.Generator().manual_seed(seed)
    optimiser = torch.optim.AdamW(made.parameters(), lr=3e-3, weight_decay=1e-2)
    steps = epochs * -(-len(images) // BATCH)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, steps)

    def point() -> tuple[float, float]:
        return accuracy(made, *seen, passes=passes), accuracy(made, images, labels, passes=passes)

    points = [point()]
    for epoch in range(1, epochs + 1):
        made.train()
        for chosen in torch.randperm(len(images), generator=order).split(BATCH):
            inputs, targets = augmented(variant, images[chosen], labels[chosen])
            loss = functional.cross_entropy(made(inputs), targets, label_smoothing=variant.smoothing)
            optimiser.zero_grad(set_to_none=True)
            loss.backward()
            optimiser.step()
            schedule.step()
        if epoch % EVERY == 0:
            points.append(point())
    return points, accuracy(made, splits.test_images, splits.test_labels, passes=passes)


def augmented(variant: Variant, images: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
    """Return a batch (N, 1, 28, 28) uint8 as the network gets it, and its targets: labels (N,) or shares (N, K)."""
    changed = images if variant.image is None else torch.stack([variant.image(each) for each in images])
    inputs = standardised(changed, "fashion-mnist")
    return (inputs, labels) if variant.batch is None else variant.batch(inputs, labels)


@torch.inference_mode()
def accuracy(made: nn.Module, images: Tensor, labels: Tensor, *, passes: int = 1) -> float:
    """Return the share of images that the mean probabilities of so many passes get right."""
    made.eval()
    right = 0
    for some, wanted in zip(images.split(500), labels.split(500), strict=True):
        inputs = standardised(some, "fashion-mnist")
        shares = torch.stack([made(inputs).softmax(dim=1) for _ in range(passes)]).mean(dim=0)
        right += int((shares.argmax(dim=1) == wanted).sum())
    return round(right / len(images), 4)
