"""How the weights of a run are spread."""

from dataclasses import dataclass

from cnnviz.engine.results.values import Floats, Sized


@dataclass(frozen=True, eq=False)
class WeightSpread(Sized):
    """How weights are spread: `counts` of those that are not 0 in bins from -reach to reach, the largest |w|.

    `zero` is the share that is exactly 0, `small` the share whose |w| is less than SMALL of
    cnnviz.training.live.weight_spread, zeros among them.
    """

    counts: Floats
    reach: float
    zero: float
    small: float
