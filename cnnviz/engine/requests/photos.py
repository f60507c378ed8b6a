"""Photos of classes of one's own: a trained network's features of each, and a layer that learnt from them."""

import hashlib
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from cnnviz.engine.requests.values import ModelChoice, Picture, Request
from cnnviz.engine.results import PhotoFeatures, Recognised

# Of cnnviz.training.live.settings.Settings, by name; that module imports torch.
RunSettings = tuple[tuple[str, str | int | float], ...]


@dataclass(frozen=True)
class LabelledFeatures:
    """Features (N, C) float32 of photos and the class of each, known by their SHA-256; the classes' names are not."""

    sha256: str
    features: NDArray[np.float32] = field(compare=False, repr=False)
    labels: tuple[int, ...] = field(compare=False, repr=False)
    classes: tuple[str, ...] = field(compare=False)

    @classmethod
    def of(cls, features: NDArray[np.float32], labels: tuple[int, ...], classes: tuple[str, ...]) -> "LabelledFeatures":
        """Return them, with their SHA-256."""
        features = np.ascontiguousarray(features, np.float32)
        digest = hashlib.sha256(repr((features.shape, labels, len(classes))).encode())
        digest.update(features)
        return cls(digest.hexdigest(), features, labels, classes)


@dataclass(frozen=True)
class DescribePhoto(Request[PhotoFeatures]):
    """What the model's last layer reads of a picture, without what it is made of."""

    model: ModelChoice
    picture: Picture


@dataclass(frozen=True)
class Recognise(Request[Recognised]):
    """Return what a run's layer, after `until` steps, makes of the features that `model` has for a picture."""

    model: ModelChoice
    picture: Picture
    run: str
    settings: RunSettings
    rates: tuple[tuple[int, float], ...] = ()
    until: int = 0
    photos: LabelledFeatures | None = None
