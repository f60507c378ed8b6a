"""Pictures under random changes, and what a network answers to each."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cnnviz.engine.results.values import Bytes, Floats

Doubles = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Augmented:
    """N draws: small `pictures` (N, h, w, 3), and of each what was drawn, by name.

    `before` (h, w, 3) is what was changed, made small from `size` (H, W), and `partner` what it was mixed with.
    `plain` (K,) are the probabilities without augmentation, `probabilities` (N, K) those of the draws. `targets` (N, K)
    are there where the label changes; `labels` are those of the picture and of its partner. `colours` (4, 3) are there
    for shifts along the principal components of colours: what lies along each, above an eigenvector a column.
    """

    pictures: Bytes
    facts: tuple[tuple[tuple[str, float], ...], ...]
    before: Bytes
    size: tuple[int, int]
    partner: Bytes | None
    plain: Doubles
    probabilities: Doubles
    targets: Floats | None
    labels: tuple[int, int]
    colours: Doubles | None = None


@dataclass(frozen=True, eq=False)
class BlocksLeftOut:
    """Which of L residual blocks, by `names`, ran in N passes: `running` (N, L); `survival` (L,) is how likely each is.

    `plain` (K,) are the probabilities with all blocks, `probabilities` (N, K) those of the passes.
    """

    names: tuple[str, ...]
    survival: Doubles
    running: NDArray[np.bool_]
    plain: Doubles
    probabilities: Doubles


@dataclass(frozen=True, eq=False)
class SmoothedLabel:
    """The smoothed `target` (K,) of a `label`, a network's `probabilities` (K,) and its two `losses`: plain, smoothed.

    `by_margin` (2, N) are both losses where the label's score is so much larger than all others: `margins` (N,).
    """

    label: int
    target: Doubles
    probabilities: Doubles
    losses: tuple[float, float]
    margins: Doubles
    by_margin: Doubles


@dataclass(frozen=True, eq=False)
class OperationsFilm:
    """Operations by name, and each at M magnitudes: small pictures (O, M, h, w, 3)."""

    names: tuple[str, ...]
    pictures: Bytes
