"""Train one model by its recipe, and write its weights and card."""

import json
import math
import sys
from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import Tensor, nn
from torch.nn import functional
from tqdm import tqdm

from cnnviz.assets import WEIGHTS
from cnnviz.models.shipped import SHIPPED, Shipped
from cnnviz.training import data
from cnnviz.training.augmentation import augment
from cnnviz.training.distortions import distort
from cnnviz.training.recipes import RECIPES, Recipe


def train(
    name: str, *, data_root: Path | None = None, seed: int = 0, epochs: int | None = None, out: Path = WEIGHTS
) -> dict[str, object]:
    """Train model `name` and return its card, which is also written beside the weights in `out`.

    A run that was stopped goes on after its last whole epoch, and gives what an unbroken run gives: every random draw
    depends on the seed and the epoch alone.
    """
    shipped, recipe = SHIPPED[name], RECIPES[name]
    total = epochs or recipe.epochs
    splits = data.load(shipped.dataset, data_root)
    if recipe.distortion is None:  # which makes its images larger itself
        splits = splits.padded(shipped.preprocessing.crop)
    torch.manual_seed(seed)
    model = shipped.build().to(memory_format=torch.channels_last)
    optimiser = _optimiser(model, recipe)
    saved = data.CACHE / "training" / f"{name}-seed{seed}-epochs{total}.pt"
    first = _resume(saved, recipe, model, optimiser)
    for epoch in range(first, total):
        loss = _epoch(model, optimiser, recipe, splits, shipped, epoch, total, seed)
        accuracy = evaluate(model, splits.test_images, splits.test_labels, shipped)
        tqdm.write(f"{name} epoch {epoch + 1}/{total}: loss {loss:.3f}, accuracy {accuracy:.2%}", file=sys.stderr)
        keep(saved, model, optimiser, epoch=epoch + 1, recipe=repr(recipe))
    card = _write(name, model, shipped, splits, out, epochs=total, seed=seed)
    saved.unlink(missing_ok=True)
    return card


@torch.inference_mode()
def evaluate(model: nn.Module, images: Tensor, labels: Tensor, shipped: Shipped) -> float:
    """Return the share of uint8 `images` (N, C, H, W) whose highest score is at its label, and leave eval mode on."""
    model.eval()
    right = 0
    for start in range(0, len(images), 500):
        batch = standardise(images[start : start + 500].float() / 255, shipped)
        right += int((model(batch).argmax(dim=1) == labels[start : start + 500]).sum())
    return right / len(images)


def standardise(batch: Tensor, shipped: Shipped) -> Tensor:
    """Return (batch - mean) / std, channel by channel, for values in [0, 1]."""
    mean, std = (torch.tensor(v).view(1, -1, 1, 1) for v in (shipped.preprocessing.mean, shipped.preprocessing.std))
    return ((batch - mean) / std).contiguous(memory_format=torch.channels_last)


def _epoch(
    model: nn.Module,
    optimiser: torch.optim.Optimizer,
    recipe: Recipe,
    splits: data.Splits,
    shipped: Shipped,
    epoch: int,
    total: int,
    seed: int,
) -> float:
    generator = torch.Generator().manual_seed(1000 * seed + epoch)
    torch.manual_seed(1000 * seed + epoch)  # dropout draws from the global generator
    order = torch.randperm(len(splits.train_images), generator=generator)
    batches = order.split(recipe.batch_size)
    side = _side(recipe, epoch / total)
    model.train()
    mean_loss = 0.0
    for step, chosen in enumerate(tqdm(batches, desc=f"epoch {epoch + 1}/{total}", leave=False, mininterval=1)):
        for group in optimiser.param_groups:
            progress = (epoch + step / len(batches)) / total
            group["lr"] = group["rate"] * recipe.learning_rate * warm_then_cosine(progress)
        batch = augment(splits.train_images[chosen].float() / 255, recipe, generator)
        if recipe.distortion:
            batch = distort(batch, recipe.distortion, generator, bend=recipe.bend)
        if side and side != batch.shape[-1]:
            batch = functional.interpolate(batch, size=(side, side), mode="bilinear", antialias=True)
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=recipe.bfloat16):
            answers = model(standardise(batch, shipped))
        first, *auxiliary = (
            functional.cross_entropy(
                scores.float(), splits.train_labels[chosen], label_smoothing=recipe.label_smoothing
            )
            for scores in (answers if isinstance(answers, tuple) else (answers,))
        )
        loss = first + recipe.auxiliary_weight * sum(auxiliary)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        optimiser.step()
        mean_loss += loss.item() / len(batches)
    return mean_loss


def _side(recipe: Recipe, progress: float) -> int | None:
    for share, side in recipe.sides:
        if progress < share - 1e-9:
            return side
        progress -= share
    return None


def warm_then_cosine(progress: float, warm: float = 0.1) -> float:
    """Return the factor of the learning rate: a straight rise, then half a cosine to 0 at progress 1."""
    if progress < warm:
        return (progress + 1e-3) / (warm + 1e-3)
    return 0.5 * (1 + math.cos(math.pi * (progress - warm) / (1 - warm)))


def _optimiser(model: nn.Module, recipe: Recipe) -> torch.optim.Optimizer:
    named = list(model.named_parameters())
    weights = [(name, p) for name, p in named if p.ndim > 1]
    first_decay = recipe.weight_decay if recipe.first_layer_decay is None else recipe.first_layer_decay
    groups = []
    for some, decay in (
        (weights[:1], first_decay),
        (weights[1:], recipe.weight_decay),
        ([(name, p) for name, p in named if p.ndim <= 1], 0.0),
    ):
        locating = [p for name, p in some if name.startswith("localisation.")]
        others = [p for name, p in some if not name.startswith("localisation.")]
        groups.append({"params": others, "weight_decay": decay, "rate": 1.0})
        groups.append({"params": locating, "weight_decay": decay, "rate": recipe.localisation_rate})
    groups = [group for group in groups if group["params"]]
    if recipe.optimiser == "sgd":
        return torch.optim.SGD(groups, lr=recipe.learning_rate, momentum=0.9, nesterov=True)
    return torch.optim.AdamW(groups, lr=recipe.learning_rate)


def _resume(saved: Path, recipe: Recipe, model: nn.Module, optimiser: torch.optim.Optimizer) -> int:
    """Return how many epochs of this very recipe are done, with the model and the optimiser as they were then."""
    if not saved.exists():
        return 0
    state = torch.load(saved, weights_only=True)
    if state.get("recipe", repr(recipe)) != repr(recipe):
        return 0
    model.load_state_dict(state["model"])
    optimiser.load_state_dict(state["optimiser"])
    return int(state["epoch"])


def _write(
    name: str, model: nn.Module, shipped: Shipped, splits: data.Splits, out: Path, *, epochs: int, seed: int
) -> dict[str, object]:
    """Write the weights in half precision, measure what was written, and write the card."""
    halves = halved(model)
    accuracy = evaluate(model, splits.test_images, splits.test_labels, shipped)
    recipe = RECIPES[name]
    command = f"python -m cnnviz.training {name} --seed {seed}"
    if epochs != recipe.epochs:
        command += f" --epochs {epochs}"
    card = {
        "name": name,
        "data": shipped.dataset,
        "split": f"{len(splits.test_images):,} test images",
        "classes": list(splits.classes),
        "epochs": epochs,
        "seed": seed,
        "accuracy": round(accuracy, 4),
        "bar": recipe.bar,
        "parameters": sum(p.numel() for p in model.parameters()),
        "precision": "float16",
        "torch": torch.__version__.split("+")[0],
        "command": command,
    }
    write(name, halves, card, out)
    return card


def halved(model: nn.Module) -> dict[str, Tensor]:
    """Round a model's weights to half precision, in place, and return them so: what is measured is what is written."""
    halves = {
        key: (value.half() if value.is_floating_point() else value).contiguous()
        for key, value in model.state_dict().items()
    }
    model.load_state_dict(halves)
    return halves


def write(name: str, weights: dict[str, Tensor], card: dict[str, object], out: Path) -> None:
    """Write a model's weights and its card into the folder `out`, which is made."""
    out.mkdir(parents=True, exist_ok=True)
    save_file(weights, out / f"{name}.safetensors")
    (out / f"{name}.json").write_text(json.dumps(card, indent=2) + "\n")


def keep(saved: Path, model: nn.Module, optimiser: torch.optim.Optimizer, **more: object) -> None:
    """Write down how far a run has come, whole or not at all."""
    saved.parent.mkdir(parents=True, exist_ok=True)
    part = saved.with_suffix(".part")
    torch.save({"model": model.state_dict(), "optimiser": optimiser.state_dict(), **more}, part)
    part.replace(saved)
