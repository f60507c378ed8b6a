"""Ladders: a group in atari that runs, and is put into atari again at every step, until the edge or a stone ends it."""

from dataclasses import dataclass

from cnnviz.go.board import Board, GoError, coordinate, neighbours

_FREE = 3  # with so many liberties a group has escaped: the next move can't put it into atari


@dataclass(frozen=True)
class Ladder:
    """How it goes: the `moves`, (1 or -1, point) in order, and whether the group is `captured` by the last of them."""

    moves: tuple[tuple[int, int], ...]
    captured: bool


def read_ladder(board: Board, stone: int) -> Ladder:
    """Return what comes of it when the player to move runs with the group at `stone`, which has one liberty.

    The group runs by its liberty, or by capturing what stands in atari beside it; the other side tries both liberties.
    Raises GoError where no group of the player to move is in atari there.
    """
    if board.stones[stone] != board.to_move or len(board.group(stone)[1]) != 1:
        raise GoError(f"At {coordinate(stone, board.side)} there is no group in atari whose turn it is.")
    return _run(board, stone)


def _run(board: Board, stone: int) -> Ladder:
    """The group's side moves: it escapes if any of its moves does, and else resists as long as it can."""
    (liberty,) = board.group(stone)[1]
    longest: Ladder | None = None
    for move in (liberty, *_captures(board, stone)):
        found = _tried(board, stone, move)
        if found is not None and not found.captured:
            return found
        if found is not None and (longest is None or len(found.moves) > len(longest.moves)):
            longest = found
    # Where none of them is allowed it passes.
    return longest or Ladder(((board.to_move, board.side**2), (-board.to_move, liberty)), captured=True)


def _chase(board: Board, stone: int) -> Ladder:
    """The other side moves: it captures, or tries both liberties; where neither works the group has escaped."""
    liberties = sorted(board.group(stone)[1])
    if len(liberties) >= _FREE:
        return Ladder((), captured=False)
    if len(liberties) == 1:
        return Ladder(((board.to_move, liberties[0]),), captured=True)
    longest = Ladder((), captured=False)
    for move in liberties:
        found = _tried(board, stone, move)
        if found is not None and found.captured:
            return found
        if found is not None and len(found.moves) > len(longest.moves):
            longest = found
    return longest


def _tried(board: Board, stone: int, move: int) -> Ladder | None:
    """Return how it goes on after a move, None where the rules forbid it."""
    after = board.copy()
    try:
        after.play(move)
    except GoError:
        return None
    rest = _chase(after, stone) if board.to_move == board.stones[stone] else _run(after, stone)
    return Ladder(((board.to_move, move), *rest.moves), rest.captured)


def _captures(board: Board, stone: int) -> list[int]:
    """Return where the group can capture a group in atari that touches it."""
    found: set[int] = set()
    for each in board.group(stone)[0]:
        for beside in neighbours(board.side)[each]:
            if board.stones[beside] == -board.stones[stone]:
                liberties = board.group(beside)[1]
                if len(liberties) == 1:
                    found |= liberties
    return sorted(found)
