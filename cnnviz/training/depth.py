"""Why residual: plain and residual networks of 8, 20 and 44 layers, trained by one recipe."""

from functools import lru_cache
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor
from torch.nn import functional
from tqdm import tqdm

from cnnviz.assets import CURVES
from cnnviz.models.cifar_resnet import Network, network
from cnnviz.training.curve_files import save
from cnnviz.training.live.examples import load

NAME = "depth"
DATA = "fashion-mnist"
DEPTHS = (8, 20, 44)
SEEDS = 3
EPOCHS, BATCH = 8, 128
RATE, MOMENTUM = 0.05, 0.9
# What an auxiliary classifier's loss counts, as in GoogLeNet (Szegedy et al. 2015).
AUXILIARY = 0.3
VARIANTS: dict[str, dict[str, bool]] = {
    "plain": {"residual": False},
    "residual": {"residual": True},
    "plain_auxiliary": {"residual": False, "auxiliary": True},
    "plain_bare": {"residual": False, "normalised": False},
    "residual_bare": {"residual": True, "normalised": False},
}
# Those that are trained at every depth; the others are, deepest, what else one may try.
MAIN = ("plain", "residual")
# The depth of which the weights of MAIN are kept, those of the first seed.
KEPT = 20
WEIGHTS = "depth.safetensors"


def runs() -> list[tuple[str, int]]:
    """Return what is trained, (variant, depth)."""
    return [(name, depth) for name in VARIANTS for depth in (DEPTHS if name in MAIN else DEPTHS[-1:])]


def measure(*, data_root: Path | None = None, seed: int = 0, epochs: int | None = None, out: Path = CURVES) -> str:
    """Train each network from `SEEDS` seeds, write out/depth.json and WEIGHTS, and return one line about it.

    The images come with the project, so `data_root` is not read. The file holds, by variant and depth, as (seed,
    epoch): "loss" and "train", the mean loss and the share of images that are wrong over an epoch's own batches, and
    "test", the share of the test images that are wrong after it; "end" (seed,), the same of the training images after
    the last; and of those in MAIN "removed" (seed, block), the share of the test images that are wrong without that
    block, None for a block that changes the size of its maps. The weights are
    those of MAIN with KEPT layers from the first seed: see `trained`.
    """
    total, seeds = epochs or EPOCHS, range(seed, seed + SEEDS)
    images = examples()
    found: dict[str, dict[str, dict[str, list[Any]]]] = {}
    weights: dict[str, Tensor] = {}
    for start in seeds:
        for name, depth in tqdm(runs(), desc=f"seed {start}"):
            made = network(depth, seed=start, **VARIANTS[name])  # type: ignore[arg-type]
            curves: dict[str, Any] = {**train(made, images, total, start), "end": wrong(made, *images[:2])}
            if name in MAIN and depth == KEPT and start == seed:
                weights |= {f"{name}.{key}": each.contiguous() for key, each in made.state_dict().items()}
            if name in MAIN:
                curves["removed"] = without_each(made, *images[2:])
            kept = found.setdefault(name, {}).setdefault(str(depth), {})
            for key, values in curves.items():
                kept.setdefault(key, []).append(values)
    card = {
        "data": DATA,
        "train_images": len(images[0]),
        "test_images": len(images[2]),
        "side": images[0].shape[-1],
        "epochs": total,
        "batch_size": BATCH,
        "learning_rate": RATE,
        "momentum": MOMENTUM,
        "auxiliary": AUXILIARY,
    }
    save(NAME, card, {"runs": found}, seeds=seeds, epochs=epochs, out=out)
    save_file(weights, out / WEIGHTS)
    ends = {name: sum(found[name][str(DEPTHS[-1])]["end"]) / SEEDS for name in MAIN}
    return (
        f"{NAME}: with {DEPTHS[-1]} layers {ends['plain']:.1%} of the training images are wrong for the plain network, "
        f"{ends['residual']:.1%} for the residual one"
    )


def trained(name: str) -> Network:
    """Return a network of MAIN with KEPT layers as its first run ended, to be used as at test."""
    made, start = network(KEPT, residual=name == "residual"), f"{name}."
    found = load_file(CURVES / WEIGHTS)
    made.load_state_dict({key.removeprefix(start): each for key, each in found.items() if key.startswith(start)})
    return made.eval()


@lru_cache(maxsize=1)
def examples() -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Return training images (N, 1, 14, 14), their labels, and those of the test: each the mean of 2x2 pixels."""
    found = load(DATA)
    halved = (functional.avg_pool2d(each, 2) for each in (found.inputs, found.test_inputs))
    train, test = (each.contiguous(memory_format=torch.channels_last) for each in halved)
    return train, found.labels, test, found.test_labels


def train(
    made: Network, images: tuple[Tensor, Tensor, Tensor, Tensor], epochs: int, seed: int
) -> dict[str, list[float]]:
    """Train a network with momentum, its rate falling along a cosine to 0, and return its curves by epoch."""
    made.to(memory_format=torch.channels_last)
    order = torch.Generator().manual_seed(seed)
    optimiser = torch.optim.SGD(made.parameters(), lr=RATE, momentum=MOMENTUM)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, epochs * -(-len(images[0]) // BATCH))
    curves: dict[str, list[float]] = {"loss": [], "train": [], "test": []}
    for _ in range(epochs):
        made.train()
        lost, missed = 0.0, 0
        for chosen in torch.randperm(len(images[0]), generator=order).split(BATCH):
            labels = images[1][chosen]
            *early, scores = made.scores(images[0][chosen])
            loss = functional.cross_entropy(scores, labels)
            optimiser.zero_grad(set_to_none=True)
            (loss + AUXILIARY * sum(functional.cross_entropy(each, labels) for each in early)).backward()
            optimiser.step()
            schedule.step()
            lost += loss.item() * len(chosen)
            missed += int((scores.argmax(dim=1) != labels).sum())
        curves["loss"].append(round(lost / len(images[0]), 4))
        curves["train"].append(round(missed / len(images[0]), 4))
        curves["test"].append(wrong(made, *images[2:]))
    return curves


def without_each(made: Network, images: Tensor, labels: Tensor) -> list[float | None]:
    """Return the share of the images that are wrong without each block, None where a block cannot be left out."""
    found: list[float | None] = []
    for block in made.blocks:
        block.removed = block.removable
        found.append(wrong(made, images, labels) if block.removable else None)
        block.removed = False
    return found


@torch.inference_mode()
def wrong(made: Network, images: Tensor, labels: Tensor) -> float:
    """Return the share of the images that a network, as it is in test, gets wrong."""
    made.eval()
    found = torch.cat([made(some).argmax(dim=1) for some in images.split(500)])
    return round(float((found != labels).float().mean()), 4)
