"""Which tensors of a run to keep, so that each of its parts can be had again soon from few bytes.

Chen et al., Training Deep Nets with Sublinear Memory Cost (2016), keep them at even distances; here a place in the run
is worth what it saves of the way to each layer, and costs the tensors that are still to be read there.
"""

from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

# A place that saves less than this share of all the work is not worth its bytes.
LEAST_GAIN = 0.002

ReadsAndMakes = tuple[Sequence[int], Sequence[int]]


def chosen(
    operations: Sequence[ReadsAndMakes],
    work: Sequence[float],
    asked: Sequence[int],
    whole: Mapping[int, Tensor],
    given: set[int],
    most_bytes: int,
) -> dict[int, Tensor]:
    """Return the tensors to keep, by their numbers, of storages of at most `most_bytes` together.

    `operations` are the numbers that each reads and makes, `work` what each costs, `asked` the operations whose
    results are asked for, each as likely as another. Of the tensors only those in `whole` can be kept; those that are
    `given` are there in any case.
    """
    living = _living(operations, given)
    costs = np.array([_bytes(numbers, whole) for numbers in living])
    clock = np.cumsum([0.0, *work])[1:]
    wanted = np.zeros(len(operations), np.int64)
    for place in asked:
        if place >= 0:
            wanted[place] += 1
    places: list[int] = []
    kept: dict[int, Tensor] = {}
    spent, least = 0.0, LEAST_GAIN * float((wanted * clock).sum())
    while True:
        gains = _gains(clock, wanted, places)
        worth = np.where((costs <= most_bytes - spent) & (gains > least), gains / np.maximum(costs, 1), 0)
        best = int(worth.argmax()) if len(worth) else 0
        if not len(worth) or worth[best] <= 0:
            return kept
        places = sorted([*places, best])
        kept |= {number: whole[number] for number in living[best]}
        spent = _bytes(kept, whole)


def _living(operations: Sequence[ReadsAndMakes], given: set[int]) -> list[set[int]]:
    """Return after each operation what was made and is still to be read."""
    last = {number: place for place, (reads, _) in enumerate(operations) for number in reads}
    alive: set[int] = set()
    found = []
    for place, (_, makes) in enumerate(operations):
        alive = alive | (set(makes) - given)
        alive = {number for number in alive if last.get(number, -1) > place}
        found.append(alive)
    return found


def _bytes(numbers: Sequence[int] | set[int] | Mapping[int, Tensor], whole: Mapping[int, Tensor]) -> float:
    """Return the bytes behind tensors, infinite where one is not whole."""
    if any(number not in whole for number in numbers):
        return np.inf
    storages = {whole[number].untyped_storage().data_ptr(): whole[number].untyped_storage() for number in numbers}
    return float(sum(storage.nbytes() for storage in storages.values()))


def _gains(clock: NDArray[np.float64], wanted: NDArray[np.int64], places: list[int]) -> NDArray[np.float64]:
    """Return for every place the work that all who ask are spared when the run can begin behind it."""
    gains = np.zeros(len(clock))
    edges = [-1, *places, len(clock) - 1]
    for start, stop in pairwise(edges):
        behind = np.arange(start + 1, stop + 1)
        if not len(behind):
            continue
        asked = wanted[behind][::-1].cumsum()[::-1]
        before = clock[start] if start >= 0 else 0.0
        gains[behind] = asked * (clock[behind] - before)
        gains[places] = 0
    return gains
