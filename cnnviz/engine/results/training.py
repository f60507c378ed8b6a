"""What a slice of a run comes to, and what there is to see of the run then."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cnnviz.engine.results.values import Bytes, Floats, Sized
from cnnviz.engine.results.weight_spread import WeightSpread


@dataclass(frozen=True, eq=False)
class Panel(Sized):
    """What one layer shows, `codes` (N, h, w), of colours (N, h, w, 3), from 0 for `low` to 255 for `high`.

    See cnnviz.training.live.film.
    """

    name: str
    codes: Bytes
    low: float
    high: float


@dataclass(frozen=True, eq=False)
class Frame(Sized):
    """What the network shows after `step` steps."""

    step: int
    panels: tuple[Panel, ...]


@dataclass(frozen=True, eq=False)
class Frames(Sized):
    """Moments of a run, in order."""

    frames: tuple[Frame, ...]


@dataclass(frozen=True, eq=False)
class RunView(Sized):
    """A run after `step` steps.

    `losses` and `accuracies` (S,) are those of each step's batch; `tests` (T, 3) are step, loss and accuracy of each
    look at the test examples. Of the last of them are `confusion` (K, K), counts by right class and answer, `answers`
    and `sure` (N,), and `dead`, by ReLU the share of units that are always 0. Of every tenth step, `measured` (M,), and
    each of `layers` there are `sizes` (3, M, L): Euclidean norms of weights, gradients and updates. `filters` are the
    weights of the first layer, (C, h, w), of colours (C, h, w, 3) and for points (C, 1, 2); `plane` (P, P) is the
    probability of the second class over the plane, from top to bottom, None for images. `frame` is the film's moment of
    now. Of a run on few examples there are `learnt` (T, 3), step, loss and accuracy on those, used as at test, and the
    `spread` of its weights.
    """

    step: int
    epochs: float
    losses: Floats
    accuracies: Floats
    tests: Floats
    confusion: NDArray[np.int32]
    answers: Bytes
    sure: Floats
    dead: tuple[tuple[str, float], ...]
    layers: tuple[str, ...]
    measured: NDArray[np.int32]
    sizes: Floats
    filters: Floats
    plane: Floats | None
    frame: Frame
    learnt: Floats | None = None
    spread: WeightSpread | None = None


@dataclass(frozen=True, eq=False)
class TrainedSlice(Sized):
    """A run is at `step` after so many `seconds` of work; `view` is there where it was asked for.

    `enough` tells that its last test was as good as was wanted.
    """

    step: int
    seconds: float
    view: RunView | None
    enough: bool = False


@dataclass(frozen=True, eq=False)
class LearntWeights(Sized):
    """The bytes of a safetensors file; its metadata say which run they come from."""

    file: Bytes
