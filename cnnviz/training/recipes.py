"""How each shipped model is trained, and what measures each curve that takes training: one row each."""

from dataclasses import dataclass
from functools import partial


@dataclass(frozen=True)
class Recipe:
    """Settings of one training run.

    `rotation` is in degrees, `shift` and `zoom` are fractions of the image, all three the largest that augmentation
    draws. `sides` gives (share of the epochs, image side) in order: small images first make the same result cheaper.
    `first_layer_decay` replaces `weight_decay` for the first layer. `distortion` names one of `distortions`, drawn anew
    for every image of every epoch, and `bend` is by how many pixels its strokes are bent besides. A localisation
    network learns at `localisation_rate` times the learning rate: a warp that moves faster than the classifier can
    follow is lost. `bfloat16` runs convolutions in half the bits. The losses of auxiliary classifiers are added
    `auxiliary_weight` times. `bar` is the accuracy that the course asks for.
    """

    epochs: int
    learning_rate: float
    optimiser: str = "adamw"
    batch_size: int = 128
    weight_decay: float = 1e-4
    first_layer_decay: float | None = None
    label_smoothing: float = 0.0
    rotation: float = 0.0
    shift: float = 0.0
    zoom: float = 0.0
    flip: bool = False
    colour: float = 0.0
    sides: tuple[tuple[float, int], ...] = ()
    distortion: str | None = None
    bend: float = 0.0
    localisation_rate: float = 1.0
    bfloat16: bool = False
    auxiliary_weight: float = 0.0
    bar: float | None = None


_digits = partial(Recipe, rotation=12.0, shift=0.08, zoom=0.12)
_things = partial(Recipe, rotation=8.0, shift=0.12, zoom=0.25, flip=True, colour=0.3, bfloat16=True)
_distorted = partial(
    Recipe,
    learning_rate=3e-3,
    weight_decay=5e-2,
    label_smoothing=0.05,
    bend=0.8,
    localisation_rate=0.25,
    bfloat16=True,
)
# Minutes on one core: small batches, for more steps an epoch, and no augmentation, which pays only after more epochs.
_clothes = partial(Recipe, learning_rate=1e-3, batch_size=64, weight_decay=1e-2, bar=0.9)

RECIPES: dict[str, Recipe] = {
    "linear-mnist": Recipe(15, 3e-3, weight_decay=1e-1),
    "mlp-mnist": _digits(20, 2e-3, weight_decay=1e-1),
    "lenet5-mnist": _digits(40, 6e-3, bar=0.989),
    "lenet5-fashion": Recipe(40, 6e-3, shift=0.04, flip=True, bar=0.88),
    "lenet-relu-mnist": _digits(15, 2e-3, weight_decay=2e-2, bar=0.992),
    "googlenet-fashion": _clothes(8, auxiliary_weight=0.3, bfloat16=True),
    "vgg-fashion": _clothes(5),
    "nin-fashion": _clothes(12, bfloat16=True),
    "resnet-fashion": _clothes(5, learning_rate=3e-3),
    "linear-tiny": Recipe(15, 3e-4, weight_decay=3.0, flip=True),
    "mlp-tiny": Recipe(20, 5e-4, weight_decay=2.0, shift=0.06, zoom=0.1, flip=True),
    "smallvgg-tiny": _things(
        30,
        0.1,
        optimiser="sgd",
        weight_decay=5e-4,
        label_smoothing=0.1,
        sides=((0.4, 40), (0.3, 52), (0.3, 64)),
        bar=0.55,
    ),
    "alexnet-tiny": _things(
        36,
        0.05,
        optimiser="sgd",
        weight_decay=5e-4,
        first_layer_decay=4e-3,
        label_smoothing=0.1,
        bar=0.42,
    ),
    "cnn-r-mnist": _distorted(40, distortion="r", bar=0.988),
    "stn-r-mnist": _distorted(40, distortion="r", bar=0.993),
    "cnn-rts-mnist": _distorted(40, distortion="rts", bar=0.992),
    "stn-rts-mnist": _distorted(40, distortion="rts", bar=0.995),
    "stn-tps-rts-mnist": _distorted(20, distortion="rts"),
    "stn-cluttered-mnist": _distorted(20, distortion="cluttered"),
    # As lenet-relu-mnist, so that the two can be compared; the network itself shuffles, after augmentation.
    "lenet-relu-shuffled-mnist": _digits(15, 2e-3, weight_decay=2e-2),
    # The same network and the same run, without and with augmentation.
    "lenet-relu-plain-mnist": Recipe(12, 2e-3, weight_decay=2e-2, bfloat16=True),
    "lenet-relu-augmented-mnist": Recipe(
        12, 2e-3, weight_decay=2e-2, bfloat16=True, rotation=45.0, shift=0.15, zoom=0.25
    ),
}

# By the name of a curve in assets/curves: the module whose `measure` trains what it needs and writes it.
CURVES: dict[str, str] = {
    "normalization-rates": "cnnviz.training.normalization_rates",
    "depth": "cnnviz.training.depth",
    "augmentation-gains": "cnnviz.training.augmentation_gains",
}

# Networks for the game of Go, which learn from games and not from labelled images: cnnviz.training.go_policy.
GO = ("go-policy", "go-policy-pooled", "go-policy-liberties")
