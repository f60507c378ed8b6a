"""The models that this project trained, and their weights in assets/weights."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cnnviz.assets import WEIGHTS
from cnnviz.design.small_networks import SMALL
from cnnviz.errors import ModelError
from cnnviz.images import Preprocessing
from cnnviz.models.cards import Card
from cnnviz.models.downloads import Progress

if TYPE_CHECKING:
    from torch import Tensor, nn

ORIGIN = "Trained here"

_MNIST = Preprocessing(channels=1, resize=(28, 28), crop=(28, 28), mean=(0.1307,), std=(0.3081,))
_FASHION = Preprocessing(channels=1, resize=(28, 28), crop=(28, 28), mean=(0.2860,), std=(0.3530,))
# Distorted digits keep black at zero, so that what a transformer reads outside of the image is ground like any other.
_R, _RTS, _CLUTTERED = (
    Preprocessing(channels=1, resize=(28, 28), crop=(side, side), mean=(0.0,), std=(1.0,)) for side in (28, 42, 60)
)
# Five times halved, 28 pixels would leave none: black around them, as around LeNet-5's digits.
_FASHION_32 = replace(_FASHION, crop=(32, 32))
_TINY = Preprocessing(resize=64, crop=(64, 64), mean=(0.485, 0.456, 0.406), std=(0.229, 0.224, 0.225))


@dataclass(frozen=True)
class Shipped:
    """A row of the table: an architecture, the data set it was trained on and how an image is made ready for it."""

    module: str
    title: str
    dataset: str
    preprocessing: Preprocessing
    year: int
    paper: str
    settings: tuple[tuple[str, int | float | str], ...] = ()

    def build(self) -> "nn.Module":
        """Return the architecture with fresh random weights."""
        from importlib import import_module

        build: Callable[..., nn.Module] = import_module(f"cnnviz.models.{self.module}").build
        return partial(build, **dict(self.settings))()


def _clothes(
    name: str, title: str, preprocessing: Preprocessing = _FASHION, *settings: tuple[str, int | float | str]
) -> Shipped:
    """Return the row of one of the course's networks for Fashion-MNIST, a quarter as wide."""
    small, given = SMALL[name], (("name", name), *settings)
    return Shipped("course_networks", title, "fashion-mnist", preprocessing, small.year, small.paper, given)


_LECUN = "LeCun et al. 1998, Gradient-Based Learning Applied to Document Recognition"
_JADERBERG = "Jaderberg et al. 2015, Spatial Transformer Networks"

SHIPPED: dict[str, Shipped] = {
    "lenet5-mnist": Shipped("lenet5", "LeNet-5, digits", "mnist", _MNIST, 1998, _LECUN),
    "lenet5-fashion": Shipped("lenet5", "LeNet-5, clothes", "fashion-mnist", _FASHION, 1998, _LECUN),
    "lenet-relu-mnist": Shipped("lenet_relu", "LeNet with ReLU, digits", "mnist", _MNIST, 1998, _LECUN),
    "linear-mnist": Shipped(
        "linear", "Linear classifier, digits", "mnist", _MNIST, 1998, _LECUN, (("in_features", 784), ("classes", 10))
    ),
    "mlp-mnist": Shipped("mlp", "Multilayer perceptron, digits", "mnist", _MNIST, 1998, _LECUN),
    "nin-fashion": _clothes("nin-fashion", "Small NiN, clothes", _FASHION, ("first", 0.1), ("last_bias", 1.0)),
    "vgg-fashion": _clothes("vgg-fashion", "Small VGG-11, clothes", _FASHION_32),
    "googlenet-fashion": replace(
        _clothes("googlenet-fashion", "Small GoogLeNet, clothes"), module="googlenet", settings=()
    ),
    "resnet-fashion": _clothes("resnet-fashion", "Small ResNet-18, clothes", _FASHION, ("first", 0.1)),
    "linear-tiny": Shipped(
        "linear",
        "Linear classifier, 50 things",
        "tiny-imagenet-50",
        _TINY,
        2026,
        "",
        (("in_features", 3 * 64 * 64), ("classes", 50)),
    ),
    "mlp-tiny": Shipped(
        "mlp",
        "Multilayer perceptron, 50 things",
        "tiny-imagenet-50",
        _TINY,
        2026,
        "",
        (("in_features", 3 * 64 * 64), ("hidden", 128), ("classes", 50)),
    ),
    "smallvgg-tiny": Shipped(
        "smallvgg",
        "Small VGG, 50 things",
        "tiny-imagenet-50",
        _TINY,
        2014,
        "Simonyan and Zisserman 2015, Very Deep Convolutional Networks for Large-Scale Image Recognition",
    ),
    "alexnet-tiny": Shipped(
        "alexnet_tiny",
        "AlexNet, 50 things",
        "tiny-imagenet-50",
        _TINY,
        2012,
        "Krizhevsky, Sutskever and Hinton 2012, ImageNet Classification with Deep Convolutional Neural Networks",
    ),
    "cnn-r-mnist": Shipped(
        "digit_cnn",
        "CNN, turned digits",
        "r-mnist",
        _R,
        2015,
        _JADERBERG,
        (("side", 28), ("width", 16), ("hidden", 160)),
    ),
    "stn-r-mnist": Shipped(
        "spatial_transformer",
        "Spatial transformer, turned digits",
        "r-mnist",
        _R,
        2015,
        _JADERBERG,
        (("side", 28), ("width", 16)),
    ),
    "cnn-rts-mnist": Shipped(
        "digit_cnn",
        "CNN, turned, scaled and moved digits",
        "rts-mnist",
        _RTS,
        2015,
        _JADERBERG,
        (("side", 42), ("width", 16), ("hidden", 60)),
    ),
    "stn-rts-mnist": Shipped(
        "spatial_transformer",
        "Spatial transformer, turned, scaled and moved digits",
        "rts-mnist",
        _RTS,
        2015,
        _JADERBERG,
        (("side", 42), ("pool", 2), ("locating", 64), ("width", 16)),
    ),
    "stn-tps-rts-mnist": Shipped(
        "spatial_transformer",
        "Spatial transformer with a thin-plate spline, turned, scaled and moved digits",
        "rts-mnist",
        _RTS,
        2015,
        _JADERBERG,
        (("side", 42), ("points", 4), ("pool", 2), ("locating", 64), ("width", 16)),
    ),
    "stn-cluttered-mnist": Shipped(
        "spatial_transformer",
        "Spatial transformer, digits among clutter",
        "cluttered-mnist",
        _CLUTTERED,
        2015,
        _JADERBERG,
        (("side", 60), ("pool", 2), ("locating", 64), ("width", 16)),
    ),
    "lenet-relu-shuffled-mnist": Shipped(
        "lenet_shuffled", "LeNet with ReLU, shuffled digits", "mnist", _MNIST, 1998, _LECUN
    ),
    "lenet-relu-plain-mnist": Shipped(
        "lenet_relu", "LeNet with ReLU, digits without augmentation", "mnist", _MNIST, 1998, _LECUN
    ),
    "lenet-relu-augmented-mnist": Shipped(
        "lenet_relu", "LeNet with ReLU, digits turned, scaled and moved", "mnist", _MNIST, 1998, _LECUN
    ),
}

_DATASETS = {
    "mnist": ("MNIST", 10),
    "fashion-mnist": ("Fashion-MNIST", 10),
    "tiny-imagenet-50": ("50 classes of Tiny-ImageNet", 50),
    "r-mnist": ("MNIST turned by up to 90°", 10),
    "rts-mnist": ("MNIST turned by up to 45°, scaled by 0.7 to 1.2 and moved in 42×42", 10),
    "cluttered-mnist": ("MNIST moved in 60×60 among 6 pieces of other digits", 10),
}


def names() -> tuple[str, ...]:
    """Return the table's names, whether or not their weights are on this disk."""
    return tuple(SHIPPED)


def card(name: str) -> Card:
    """Return the card; before the model is trained it has no accuracy, and its classes have numbers for names."""
    row = SHIPPED[name]
    title, classes = _DATASETS[row.dataset]
    facts = facts_of(name)
    return Card(
        name=name,
        title=row.title,
        origin=ORIGIN,
        source="trained with this project",
        weights=facts.get("command", _command(name)),
        year=row.year,
        paper=row.paper,
        input_size=(row.preprocessing.channels, *row.preprocessing.crop),
        preprocessing=row.preprocessing,
        classes=tuple(c.replace("_", " ") for c in facts.get("classes", [f"class {i}" for i in range(classes)])),
        accuracy=facts.get("accuracy"),
        data=f"{title}, {facts['split']}" if "split" in facts else title,
        licence="MIT",
        parameters=facts.get("parameters"),
    )


def file(name: str) -> Path:
    """Return where the recipe writes the weights."""
    return WEIGHTS / f"{name}.safetensors"


def build(name: str, *, random: bool) -> "nn.Module":
    """Return the architecture with fresh random weights."""
    return SHIPPED[name].build()


def official(name: str, progress: Progress | None) -> "Mapping[str, Tensor]":
    """Return the trained weights in half precision; raises ModelError where they have not been made or are damaged."""
    import safetensors
    import safetensors.torch

    path = file(name)
    if not path.exists():
        raise ModelError(f"The weights of {name} are not at {path}; make them with {_command(name)}.")
    try:
        return safetensors.torch.load_file(path)
    except safetensors.SafetensorError as error:
        raise ModelError(f"{path} is damaged; make it again with {_command(name)}.") from error


def adapt(name: str, state: "Mapping[str, Tensor]", model: "nn.Module") -> "Mapping[str, Tensor]":
    """Return `state` as it is: these networks have had one set of names only."""
    return state


def facts_of(name: str) -> dict[str, Any]:
    """Return what the recipe wrote down, nothing where it has not run."""
    try:
        facts: dict[str, Any] = json.loads((WEIGHTS / f"{name}.json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    return facts


def _command(name: str) -> str:
    return f"python -m cnnviz.training {name}"
