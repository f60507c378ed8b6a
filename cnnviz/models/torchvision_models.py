"""Every classification network of torchvision, by its torchvision name, with its default official weights.

Nothing of torch is imported before a function runs: torchvision is asked for its names when somebody wants them.
"""

import re
from collections import OrderedDict
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cnnviz.errors import ModelError
from cnnviz.images import Preprocessing
from cnnviz.models.cards import Card
from cnnviz.models.downloads import Progress, fetch, file_name
from cnnviz.models.papers import paper

if TYPE_CHECKING:
    from torch import Tensor, nn

ORIGIN = "torchvision"

# What torchvision sets when it builds a network for its weights; all else is the same with and without them.
_WITH_WEIGHTS: dict[str, dict[str, Any]] = {
    "googlenet": {"transform_input": True, "aux_logits": False},
    "inception_v3": {"transform_input": True, "aux_logits": True},
}
# Heads for training that the checkpoint holds and torchvision throws away after loading.
_DROPPED = {"googlenet": ("aux1.", "aux2.")}
_OLD_DENSENET = re.compile(r"^(.*denselayer\d+\.(?:norm|relu|conv))\.([12]\..*)$")


@cache
def names() -> tuple[str, ...]:
    """Return torchvision's classification networks, without the quantised ones."""
    from torchvision import models

    return tuple(models.list_models(module=models))


@cache
def card(name: str) -> Card:
    """Return the card, whose numbers are those that torchvision publishes with the weights."""
    weights = _weights(name)
    how = weights.transforms()
    side = how.crop_size[0]
    year, title = paper(name)
    licence = "BSD-3-Clause (torchvision); weights as published by torchvision"
    if restricted := weights.meta.get("license"):
        licence = f"BSD-3-Clause (torchvision); weights under {restricted}"
    return Card(
        name=name,
        title=name,
        origin=ORIGIN,
        source="torchvision",
        weights=f"{type(weights).__name__}.{weights.name}",
        year=year,
        paper=title,
        input_size=(3, side, side),
        preprocessing=Preprocessing(
            resize=how.resize_size[0],
            crop=(side, side),
            mean=tuple(how.mean),
            std=tuple(how.std),
            interpolation=how.interpolation.value,
        ),
        classes=tuple(weights.meta["categories"]),
        accuracy=round(weights.meta["_metrics"]["ImageNet-1K"]["acc@1"] / 100, 5),
        data="ImageNet-1k, 50,000 validation images",
        licence=licence,
        parameters=weights.meta["num_params"],
        download=round(weights.meta["_file_size"] * 2**20),
    )


def file(name: str) -> Path:
    """Return where torchvision caches the weights; TORCH_HOME moves it."""
    return _folder() / file_name(_weights(name).url)


def build(name: str, *, random: bool) -> "nn.Module":
    """Return the architecture as torchvision builds it for its weights; `random` asks for weights worth looking at."""
    from torchvision import models

    settings = dict(_WITH_WEIGHTS.get(name, {}))
    if name.startswith("vgg") or settings:
        settings["init_weights"] = random
    if name == "vit_h_14":
        settings["image_size"] = card(name).input_size[1]
    network: nn.Module = models.get_model(name, weights=None, **settings)
    return network


def official(name: str, progress: Progress | None) -> "Mapping[str, Tensor]":
    """Return the official weights from torchvision's cache, downloaded on first use.

    Raises ModelError where the file can be neither had nor read. No code in the file runs, unlike in torchvision.
    """
    import torch

    from cnnviz.models.checkpoints import refusal

    path = fetch(_weights(name).url, _folder(), progress=progress)
    try:
        state: dict[str, Tensor] = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:
        why = str(refusal(error, path.name)).split(";")[0].rstrip(".")
        raise ModelError(f"{why}: delete {path}, and it is downloaded again at the next use.") from error
    if not isinstance(state, Mapping):
        raise ModelError(f"{path.name} holds no weights: delete {path}, and it is downloaded again at the next use.")
    return state


def adapt(name: str, state: "Mapping[str, Tensor]", model: "nn.Module") -> "Mapping[str, Tensor]":
    """Return `state` under the names that this version's network has: old DenseNet files, heads only for training."""
    dropped = _DROPPED.get(name, ())
    kept = OrderedDict(
        (_OLD_DENSENET.sub(r"\1\2", key) if name.startswith("densenet") else key, tensor)
        for key, tensor in state.items()
        if not key.startswith(dropped or "\0")
    )
    if metadata := getattr(state, "_metadata", None):
        kept._metadata = metadata  # type: ignore[attr-defined]
    return kept


def _folder() -> Path:
    import torch

    return Path(torch.hub.get_dir()) / "checkpoints"


def _weights(name: str) -> Any:
    from torchvision import models

    return models.get_model_weights(name).DEFAULT
