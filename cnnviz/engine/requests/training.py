"""A network that learns while somebody watches: a slice of its run, and the weights that it has come to."""

import math
from dataclasses import dataclass
from typing import ClassVar

from cnnviz.engine.requests.photos import LabelledFeatures, RunSettings
from cnnviz.engine.requests.values import Request
from cnnviz.engine.results import Frames, LearntWeights, TrainedSlice


@dataclass(frozen=True)
class TrainSlice(Request[TrainedSlice]):
    """Go on with a run for some seconds, or until `until` steps are made in all, whichever is first.

    `run` names whose it is; `rates` are learning rates by the step from which they hold. A run that is not kept any
    more begins anew and comes to the same, since equal settings and rates make equal runs. With `look` the answer holds
    what there is to see, once the test before the first step is done, with `tested` also what the network as it is now
    makes of the test examples; `shown` is the number of the one whose maps are seen. It ends earlier with a test, after
    step `since`, of which so large a share is right as `enough`. `photos` are the examples of a run on photos of one's
    own.
    """

    run: str
    settings: RunSettings
    rates: tuple[tuple[int, float], ...] = ()
    until: int = 0
    seconds: float = 0.0
    look: bool = False
    tested: bool = False
    shown: int = 0
    enough: float = math.inf
    since: int = 0
    photos: LabelledFeatures | None = None
    can_wait: ClassVar[bool] = True


@dataclass(frozen=True)
class TakeWeights(Request[LearntWeights]):
    """Return the weights of a run after `until` steps, as TrainSlice names it."""

    run: str
    settings: RunSettings
    rates: tuple[tuple[int, float], ...] = ()
    until: int = 0
    photos: LabelledFeatures | None = None


@dataclass(frozen=True)
class TakeFrames(Request[Frames]):
    """Return the first `most` frames after step `since` of the film of a run of `until` steps: see TrainSlice."""

    run: str
    settings: RunSettings
    rates: tuple[tuple[int, float], ...] = ()
    until: int = 0
    photos: LabelledFeatures | None = None
    shown: int = 0
    since: int = -1
    most: int = 16
