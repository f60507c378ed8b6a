"""Errors on the whole test set of MNIST, distorted more and more: python -m cnnviz.training.error_curves [NAME ...].

Every test digit is turned, scaled or moved by the same amount, and each model of a curve says what it sees. The result
is a file a curve, since the app has no test set.
"""

import argparse
import json
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import nn

from cnnviz import assets, models
from cnnviz.arithmetic.pose import Pose
from cnnviz.models.shipped import SHIPPED
from cnnviz.probes.placement import place
from cnnviz.training import data
from cnnviz.training.loop import evaluate

FOLDER = assets.CURVES


@dataclass(frozen=True)
class Curve:
    """What is asked: the errors of `models` over `amounts` of `axis`, one of cnnviz.arithmetic.pose.AXES."""

    axis: str
    amounts: tuple[float, ...]
    models: tuple[str, ...]


_PAIR = ("lenet-relu-plain-mnist", "lenet-relu-augmented-mnist")
_DEGREES = tuple(range(-90, 91, 15))

CURVES = {
    "rotation": Curve(
        "degrees", _DEGREES, ("cnn-r-mnist", "stn-r-mnist", "cnn-rts-mnist", "stn-rts-mnist", "stn-tps-rts-mnist")
    ),
    "augmentation-rotation": Curve("degrees", _DEGREES, _PAIR),
    "augmentation-scale": Curve("scale", tuple(step / 10 for step in range(4, 17)), _PAIR),
    "augmentation-shift": Curve("right", tuple(range(-10, 11, 2)), _PAIR),
}


def errors(network: nn.Module, name: str, plain: data.Splits, axis: str, amounts: tuple[float, ...]) -> list[float]:
    """Return the share of the test digits that `network`, of the kind `name`, gets wrong at each amount of `axis`.

    `plain` is MNIST; a digit stands in the middle of what the network reads, unscaled but for `axis`. The axes and
    their signs are those of Pose.
    """
    row, wrong = SHIPPED[name], []
    count = len(plain.test_images)
    side = row.preprocessing.crop[0]
    for amount in amounts:
        poses = [Pose().changed(axis, amount)] * count
        seen = place(plain.test_images.float() / 255, poses, side)
        images = (seen * 255).round().to(torch.uint8)
        wrong.append(round(1 - evaluate(network, images, plain.test_labels, row), 4))
    return wrong


def measured(curve: Curve, plain: data.Splits) -> dict[str, object]:
    """Return a curve's file: how many "images", the amounts under the name of the axis, "errors" by model, in [0, 1].

    Models that have not been trained are left out.
    """
    found = {
        name: errors(models.load(name), name, plain, curve.axis, curve.amounts)
        for name in curve.models
        if models.is_ready(name)
    }
    return {"images": len(plain.test_images), curve.axis: curve.amounts, "errors": found}


def main() -> None:
    """Write assets/curves/NAME.json of each curve that is named, of all where none is."""
    parser = argparse.ArgumentParser(prog="python -m cnnviz.training.error_curves", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(CURVES))
    parser.add_argument("--data-root", type=Path, help="a folder with MNIST; without it, it is downloaded")
    arguments = parser.parse_args()
    if unknown := set(arguments.names) - CURVES.keys():
        parser.error(f"there is no curve {min(unknown)}; there are {', '.join(CURVES)}")
    plain = data.load("mnist", arguments.data_root)
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name in arguments.names or CURVES:
        (FOLDER / f"{name}.json").write_text(json.dumps(measured(CURVES[name], plain)) + "\n")


if __name__ == "__main__":
    main()
