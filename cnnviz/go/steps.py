"""A game step by step as arrays: what a board that is stepped through shows."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from cnnviz.go.board import EMPTY, Board
from cnnviz.go.records import Record

KO, SUICIDE = 2, 3  # what an empty point is where the rules forbid the player to move a stone on it


@dataclass(frozen=True, eq=False)
class Steps:
    """Positions one after the other.

    `points` (N, side * side) int8 holds 1 for a black stone, -1 for a white one, 0 for an empty point, and KO or
    SUICIDE for one that may not be played; `moves` (N,) int16 the point played last, -1 for none; `turns` (N,) int8
    who moves next, 1 or -1; `captured` (N, 2) int16 how many stones black and white have taken.
    """

    points: NDArray[np.int8]
    moves: NDArray[np.int16]
    turns: NDArray[np.int8]
    captured: NDArray[np.int16]

    def __len__(self) -> int:
        return len(self.moves)


@lru_cache(maxsize=64)
def steps(record: Record, since: int = 0) -> Steps:
    """Return the positions of a record after `since` moves, after one more, and so on; raise GoError as it does."""
    boards = record.positions(since)
    played = [-1, *(where for _, where in record.moves)][since:]
    return Steps(
        np.array([points(board) for board in boards], np.int8),
        np.array(played, np.int16),
        np.array([board.to_move for board in boards], np.int8),
        np.array([board.captured for board in boards], np.int16),
    )


def points(board: Board) -> NDArray[np.int8]:
    """Return one position (side * side,) as `Steps` holds it."""
    found = np.array(board.stones, np.int8)
    found[(found == EMPTY) & ~board.legal()] = SUICIDE
    if board.ko is not None:
        found[board.ko] = KO
    return found
