"""Errors over the angle, on the whole test set of MNIST: python -m cnnviz.training.curves [--data-root DIR].

Every test digit is turned by the same angle, and each model trained on distorted digits says what it sees. The result
is a file, since the app has no test set.
"""

import argparse
import json
from pathlib import Path

import torch
from torch import nn

from cnnviz import models
from cnnviz.models.shipped import SHIPPED
from cnnviz.training import data
from cnnviz.training.distortions import place
from cnnviz.training.loop import evaluate

FILE = Path(__file__).parents[2] / "assets" / "curves" / "rotation.json"
DEGREES = tuple(range(-90, 91, 15))
NAMES = ("cnn-r-mnist", "stn-r-mnist", "cnn-rts-mnist", "stn-rts-mnist", "stn-tps-rts-mnist")


def errors(network: nn.Module, name: str, plain: data.Splits, degrees: tuple[int, ...]) -> list[float]:
    """Return the share of the test digits that `network`, of the kind `name`, gets wrong at each angle.

    `plain` is MNIST; a digit stands unscaled in the middle of what the network reads. Positive angles are
    counter-clockwise.
    """
    row, wrong = SHIPPED[name], []
    count = len(plain.test_images)
    still = {"scale": torch.ones(count), "across": torch.zeros(count), "down": torch.zeros(count)}
    side = row.preprocessing.crop[0]
    for angle in degrees:
        turned = place(plain.test_images.float() / 255, side=side, degrees=torch.full((count,), float(angle)), **still)
        images = (turned * 255).round().to(torch.uint8)
        wrong.append(round(1 - evaluate(network, images, plain.test_labels, row), 4))
    return wrong


def main() -> None:
    """Write assets/curves/rotation.json: "degrees", and "errors" by model, in [0, 1]."""
    parser = argparse.ArgumentParser(prog="python -m cnnviz.training.curves", description=__doc__)
    parser.add_argument("--data-root", type=Path, help="a folder with MNIST; without it, it is downloaded")
    plain = data.load("mnist", parser.parse_args().data_root)
    found = {name: errors(models.load(name), name, plain, DEGREES) for name in NAMES if models.is_ready(name)}
    FILE.parent.mkdir(parents=True, exist_ok=True)
    FILE.write_text(json.dumps({"images": len(plain.test_images), "degrees": DEGREES, "errors": found}) + "\n")


if __name__ == "__main__":
    main()
