"""A board of Go under its rules: captures, suicide and ko.

A point is row * side + column, row 0 at the top; a pass is side * side. A ko is the simple one: a single stone may not
take back at once the single stone that took. Repetitions over more moves are allowed, as on most servers between games.
"""

from functools import cache

import numpy as np

from cnnviz.errors import CnnvizError

SIDE = 19
BLACK, EMPTY, WHITE = 1, 0, -1
_LETTERS = "ABCDEFGHJKLMNOPQRSTUVWXYZ"  # no I, so that nobody reads it as 1 or J


class GoError(CnnvizError):
    """A move that the rules forbid, or a record that can't be played."""


class Board:
    """A position, and who moves next.

    `stones` holds side * side values: 1 black, -1 white, 0 empty. `to_move` is 1 or -1. `ko` is the point that may not
    be played now, or None. `captured` counts the stones that (black, white) has taken.
    """

    def __init__(self, side: int = SIDE) -> None:
        self.side = side
        self.stones = [EMPTY] * (side * side)
        self.to_move = BLACK
        self.ko: int | None = None
        self.captured = [0, 0]
        self._around = neighbours(side)

    def play(self, move: int) -> None:
        """Put a stone of the player to move on `move`, or pass. Where forbidden raise GoError and change nothing."""
        if move == len(self.stones):
            self.ko, self.to_move = None, -self.to_move
            return
        if not 0 <= move < len(self.stones):
            raise GoError(f"Point {move} is not on the board; points are 0 to {len(self.stones) - 1}.")
        name = coordinate(move, self.side)
        if self.stones[move]:
            raise GoError(f"{name} is taken; a stone goes on an empty point.")
        if move == self.ko:
            raise GoError(f"{name} would take back the ko at once; play somewhere else first.")
        colour = self.to_move
        self.stones[move] = colour
        taken = self._taken(move)
        if not taken and not self._breathes(move):
            self.stones[move] = EMPTY
            raise GoError(f"{name} would be suicide: the stone would have no liberty and take nothing.")
        for point in taken:
            self.stones[point] = EMPTY
        self.captured[colour == WHITE] += len(taken)
        self.ko = taken[0] if len(taken) == 1 and self._alone_in_atari(move) else None
        self.to_move = -colour

    def legal(self) -> np.ndarray:
        """Return (side * side,) bool: the points where the player to move may put a stone."""
        allowed: np.ndarray = np.array(self.stones) == EMPTY
        for move in np.flatnonzero(allowed).tolist():
            allowed[move] = move != self.ko and self._may(move)
        return allowed

    def liberties(self) -> np.ndarray:
        """Return (side, side) int: for each stone how many empty points touch its group; 0 where there is no stone."""
        counts = [0] * len(self.stones)
        for start, colour in enumerate(self.stones):
            if colour and not counts[start]:
                group, free = self.group(start)
                for point in group:
                    counts[point] = len(free)
        return np.array(counts).reshape(self.side, self.side)

    def group(self, start: int) -> tuple[set[int], set[int]]:
        """Return the points of the group at `start`, and its liberties."""
        stones, around, colour = self.stones, self._around, self.stones[start]
        group, free, waiting = {start}, set(), [start]
        while waiting:
            for point in around[waiting.pop()]:
                if not stones[point]:
                    free.add(point)
                elif stones[point] == colour and point not in group:
                    group.add(point)
                    waiting.append(point)
        return group, free

    def copy(self) -> "Board":
        """Return a board of its own with the same position."""
        other = Board(self.side)
        other.stones, other.captured = list(self.stones), list(self.captured)
        other.to_move, other.ko = self.to_move, self.ko
        return other

    def _taken(self, move: int) -> list[int]:
        """Return the opponent's stones that the stone just put on `move` leaves without a liberty."""
        enemy = -self.stones[move]
        taken: list[int] = []
        seen: set[int] = set()
        for start in self._around[move]:
            if self.stones[start] == enemy and start not in seen and not self._breathes(start):
                group, _ = self.group(start)
                seen |= group
                taken.extend(group)
        return taken

    def _may(self, move: int) -> bool:
        """Tell whether a stone on the empty point `move` would live or take something, ko aside."""
        if any(not self.stones[point] for point in self._around[move]):
            return True
        self.stones[move] = self.to_move
        fine = bool(self._taken(move)) or self._breathes(move)
        self.stones[move] = EMPTY
        return fine

    def _breathes(self, start: int) -> bool:
        """Tell whether the group at `start` has a liberty; stops at the first."""
        stones, around, colour = self.stones, self._around, self.stones[start]
        seen, waiting = {start}, [start]
        while waiting:
            for point in around[waiting.pop()]:
                if not stones[point]:
                    return True
                if stones[point] == colour and point not in seen:
                    seen.add(point)
                    waiting.append(point)
        return False

    def _alone_in_atari(self, move: int) -> bool:
        group, free = self.group(move)
        return len(group) == 1 and len(free) == 1


@cache
def neighbours(side: int) -> tuple[tuple[int, ...], ...]:
    """Return the two to four points that touch each point of a board."""
    return tuple(
        tuple(
            r * side + c
            for r, c in ((row - 1, column), (row + 1, column), (row, column - 1), (row, column + 1))
            if 0 <= r < side and 0 <= c < side
        )
        for row in range(side)
        for column in range(side)
    )


def coordinate(move: int, side: int = SIDE) -> str:
    """Return a point as players write it, "Q16": a letter (there is no I) and a row from the bottom; or "pass"."""
    row, column = divmod(move, side)
    return "pass" if move == side * side else f"{_LETTERS[column]}{side - row}"


def point(text: str, side: int = SIDE) -> int:
    """Return the point that `text`, "Q16", names; raise GoError if none is."""
    name = text.strip().upper()
    column, number = _LETTERS[:side].find(name[:1]) if name else -1, name[1:]
    if column < 0 or not number.isdecimal() or not 1 <= int(number) <= side:
        raise GoError(f'"{text}" is not a point; points are A1 to {_LETTERS[side - 1]}{side}, without the letter I.')
    return (side - int(number)) * side + column
