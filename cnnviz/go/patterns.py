"""Local patterns: where in a game a channel of a network is strongest, and what stands there."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cnnviz.go.steps import Steps


@dataclass(frozen=True, eq=False)
class Place:
    """A point after `step` moves, the channel's `value` there, and the `patch` (k, k) of stones around it.

    In the patch 1 is a stone of the player to move, -1 one of the opponent, 0 an empty point, NaN what lies beyond the
    edge.
    """

    step: int
    point: int
    value: float
    patch: NDArray[np.float32]


def strongest_places(maps: NDArray[np.float32], steps: Steps, size: int, count: int) -> list[Place]:
    """Return the `count` places with the greatest values of `maps` (N, side, side), the greatest first.

    `size` is the side of the patches, an odd number. A patch that has been found already is passed over: it stays on
    the board for many moves. Places where the channel is not above 0 are left out.
    """
    side, reach = maps.shape[1], size // 2
    found: list[Place] = []
    seen: set[bytes] = set()
    values = maps.ravel()
    # Each pattern stays for tens of moves: so many of the strongest hold enough different ones.
    order = np.argsort(-values, kind="stable")[: count * 500]
    for index in order.tolist():
        step, where = divmod(index, side * side)
        if len(found) == count or values[index] <= 0:
            break
        patch = _patch(steps, step, where, side, reach)
        if patch.tobytes() not in seen:
            seen.add(patch.tobytes())
            found.append(Place(step, where, float(values[index]), patch))
    return found


def _patch(steps: Steps, step: int, where: int, side: int, reach: int) -> NDArray[np.float32]:
    points = steps.points[step].reshape(side, side)
    stones = np.where(np.abs(points) == 1, points * steps.turns[step], 0).astype(np.float32)
    padded = np.pad(stones, reach, constant_values=np.nan)
    row, column = divmod(where, side)
    return padded[row : row + 2 * reach + 1, column : column + 2 * reach + 1]


def halved(stones: NDArray[np.int8]) -> tuple[NDArray[np.int8], NDArray[np.int8]]:
    """Return a board (19, 19) without every second row and column, (10, 10), and that enlarged to (19, 19) again."""
    small = stones[::2, ::2]
    large = small.repeat(2, axis=0).repeat(2, axis=1)[: stones.shape[0], : stones.shape[1]]
    return small, large
