"""Every model that can be loaded by name: its card, and the network with its weights.

    >>> network = load("efficientnet-lite0")
    >>> card("efficientnet-lite0").classes[281]
    'tabby'

A network that somebody designed is its own name, "design:1x28x28: Conv 20 5 p2, ReLU, Flatten, Linear 10"; one of timm
is "timm/NAME", and one for classes of somebody's own "photos: cat, coffee, flower".

A source of models is one module with the functions of `Source`, named in `_SOURCES`. Nothing here imports torch before
a function needs it, and the cards of the sources other than torchvision never do.
"""

import threading
import weakref
from collections.abc import Callable, Mapping
from dataclasses import replace
from difflib import get_close_matches
from functools import partial
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from cnnviz.errors import ModelError
from cnnviz.models import (
    efficientnet_lite0,
    go_networks,
    own_builds,
    own_classes,
    own_networks,
    registered,
    shipped,
    timm_models,
    torchvision_models,
)
from cnnviz.models.cards import Card
from cnnviz.models.downloads import Progress
from cnnviz.models.matching import Fit
from cnnviz.models.own_code import Factory
from cnnviz.models.registered import card_of

if TYPE_CHECKING:
    import torch
    from torch import Tensor, nn

__all__ = [
    "DEFAULT",
    "Card",
    "Fit",
    "card",
    "card_of",
    "fit_of",
    "free_name",
    "groups",
    "is_designed",
    "is_ready",
    "is_unlisted",
    "load",
    "names",
    "register",
]

DEFAULT = "efficientnet-lite0"


class Source(Protocol):
    """Where models come from.

    `file` is where the official weights are or will be, None where they cannot be; `official` gives their tensors, and
    fetches them first, or None for networks that nobody trained; `adapt` renames those of an older or other file.
    """

    ORIGIN: str

    def names(self) -> tuple[str, ...]: ...
    def card(self, name: str) -> Card: ...
    def file(self, name: str) -> Path | None: ...
    def build(self, name: str, *, random: bool) -> "nn.Module": ...
    def official(self, name: str, progress: Progress | None) -> "Mapping[str, Tensor] | None": ...
    def adapt(self, name: str, state: "Mapping[str, Tensor]", model: "nn.Module") -> "Mapping[str, Tensor]": ...


# A registered factory may well call `load` itself.
_BUILDING = threading.RLock()
_FITS: "weakref.WeakKeyDictionary[nn.Module, Fit]" = weakref.WeakKeyDictionary()
_SOURCES: tuple[Source, ...] = (registered, shipped, efficientnet_lite0, torchvision_models)


def names() -> tuple[str, ...]:
    """Return the name of every model that is known beforehand, grouped by origin."""
    return tuple(name for source in _SOURCES for name in source.names())


def groups() -> dict[str, tuple[str, ...]]:
    """Return the names by origin, in the order a menu shows them."""
    return {source.ORIGIN: found for source in _SOURCES if (found := source.names())}


def register(
    name: str,
    factory: "Factory | nn.Module",
    card: Card | None = None,
    *,
    weights: Path | None = None,
) -> None:
    """Make an own architecture a model like any other, for as long as this process lives.

    `factory` is called at every `load`, as `factory()`, and gives the network, whose weights it may have set; it may be
    the network's class, or the network itself, which is copied as it is now. `card` says what the network reads, how a
    picture is made ready for it and what its outputs are called: see `card_of`, which makes one from the network alone
    and is called where none is given; its name and origin are set here. `weights` is a file with the network's tensors
    that `load` puts in; without one those of the factory stay. Raises ModelError where the name is empty, taken, or
    reads as a design, own classes or a network of timm, and where the factory fails.

        >>> def build():
        ...     return nn.Sequential(nn.Flatten(), nn.Linear(28 * 28, 10))
        >>> register("flat", build, card_of("A linear classifier", build(), classes="0123456789"))
        >>> load("flat")(torch.zeros(1, 1, 28, 28)).shape
        torch.Size([1, 10])
    """
    if not name.strip() or is_unlisted(name):
        raise ModelError(f"{name!r} can't be a model's name; take one such as my-lenet.")
    if name in (*names(), *go_networks.names()):
        raise ModelError(f"There is a model {name!r} already; register the other one under another name.")
    from torch import nn

    from cnnviz.models.input_size import sized

    if isinstance(factory, nn.Module):
        factory = own_builds.made(factory, name)
    one, other = (_seeded(seed, partial(own_builds.made, factory, name)) for seed in (0, 1))
    card = card or card_of(name, one)
    one, other = (sized(each, card.input_size) for each in (one, other))
    settled = own_builds.settled(one, other)
    trained = weights is not None or bool(settled) or not any(True for _ in one.parameters())
    card = replace(card, trained=trained, weights=weights.name if weights else "those that its code sets")
    registered.add(name, registered.Registered(factory, card, weights, settled))


def free_name(title: str) -> str:
    """Return a name for another model: the title, or with the first number after it where that is taken."""
    taken = names()
    return title if title not in taken else next(n for k in count(2) if (n := f"{title} {k}") not in taken)


def card(name: str) -> Card:
    """Return what is known of a model; raises ModelError for one that `load` does not take."""
    return _source(name).card(name)


def is_designed(name: str) -> bool:
    """Return whether a name is that of a network that somebody designed: nobody published weights for it."""
    return name.startswith(own_networks.PREFIX)


def is_unlisted(name: str) -> bool:
    """Return whether a name is of the kinds that `names` leaves out: a design, own classes, or a network of timm."""
    return is_designed(name) or own_classes.is_one(name) or name.startswith(timm_models.PREFIX)


def is_ready(name: str) -> bool:
    """Return whether `load` downloads nothing: the weights are on this disk, or there are none."""
    source = _source(name)
    file = source.file(name)
    return source in (own_classes, own_networks, registered, timm_models) if file is None else file.exists()


def load(
    name: str,
    device: "torch.device | str | None" = None,
    *,
    checkpoint: bytes | None = None,
    checkpoint_name: str = "checkpoint.pth",
    random_seed: int | None = None,
    progress: Progress | None = None,
) -> "nn.Module":
    """Return a network in eval mode, in 32-bit floating point, on `device` (the CPU where none is named).

    Its weights are the official ones, or those of a person's own file (`checkpoint`, its bytes), or random ones drawn
    with `random_seed`, or with seed 0 where nobody trained the network; torch's global random numbers go on as if
    nothing had been drawn. `progress` is told (bytes done, bytes in all) of a download. A designed or registered
    network takes a file whose names are others by order and shape; `fit_of` says how. Of a file with the weights of the
    last step and their average (`model` and `model_ema`), the average is taken, as in timm; pruned weights and those of
    weight_norm and spectral_norm are computed. Raises ModelError where the name is unknown, the weights can't be had,
    or the file doesn't fit (then `state_dict.CheckpointError`, which carries the whole account).
    """
    if checkpoint is not None and random_seed is not None:
        raise ModelError("A network has either a checkpoint's weights or random ones; leave one of the two out.")
    source = _source(name)
    from cnnviz.models import checkpoints, fitting

    state: Mapping[str, Tensor] | None = None
    if checkpoint is not None:
        state = checkpoints.read(checkpoint, checkpoint_name)
    elif random_seed is None:
        state = source.official(name, progress)
    model = _seeded(random_seed or 0, partial(source.build, name, random=random_seed is not None))
    if state is not None:
        own = source in (own_classes, own_networks, registered)
        fit = fitting.fit(
            own_classes.layers(model) if source is own_classes else model,
            state,
            checkpoint_name if checkpoint is not None else str(source.file(name)),
            architecture="the network" if is_designed(name) or source is own_classes else name,
            adapt=lambda part: source.adapt(name, part, model),
            any_names=own,
            ordered=checkpoints.keeps_order(_beginning(source.file(name)) if checkpoint is None else checkpoint),
        )
        if checkpoint is not None or own:
            _FITS[model] = fit
    return model.to(device or "cpu").eval()


def fit_of(model: "nn.Module") -> Fit | None:
    """Return how a network that `load` gave was matched with a person's own file, None where it has other weights.

    The file of a registered network is such a one.

    >>> import safetensors.torch
    >>> trained = safetensors.torch.save({"out.weight": torch.zeros(10, 784), "out.bias": torch.zeros(10)})
    >>> str(fit_of(load("design:1x28x28: Flatten, Linear 10", checkpoint=trained)))
    '2 tensors by order and shape: out.weight -> fc1.weight, out.bias -> fc1.bias'
    """
    return _FITS.get(model)


def _beginning(file: Path | None) -> bytes:
    """Return the first few bytes of a file that has just been read."""
    if file is None:
        return b""
    with file.open("rb") as opened:
        return opened.read(16)


def _seeded(seed: int, build: "Callable[[], nn.Module]") -> "nn.Module":
    import torch

    # Torch's generator is one for the whole process: two builds at once would draw from each other's seed.
    with _BUILDING, torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(seed)
        return build()


def _source(name: str) -> Source:
    if is_designed(name):
        return own_networks
    if own_classes.is_one(name):
        return own_classes
    if name.startswith(timm_models.PREFIX):
        return timm_models
    for source in (*_SOURCES, go_networks):
        if name in source.names():
            return source
    near = [n for n in names() if name and name in n][:3] or get_close_matches(name, names(), n=3, cutoff=0.5)
    hint = f"did you mean {' or '.join(near)}?" if near else "cnnviz.models.names() lists them all."
    raise ModelError(f"There is no model {name!r}; {hint}")
