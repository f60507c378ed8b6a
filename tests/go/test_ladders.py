"""Ladders: against a search that tries every move on sgfmill's board, and on the ladder across the whole board."""

from dataclasses import replace

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from sgfmill import boards

from cnnviz.go import games
from cnnviz.go.board import BLACK, WHITE, Board, GoError, point
from cnnviz.go.ladders import read_ladder

SIDE = 6
NAMES = {BLACK: "b", WHITE: "w"}


def liberties(board, start):
    colour, seen, free, waiting = board.get(*start), {start}, set(), [start]
    while waiting:
        row, column = waiting.pop()
        for place in ((row + 1, column), (row - 1, column), (row, column + 1), (row, column - 1)):
            if not (0 <= place[0] < board.side and 0 <= place[1] < board.side) or place in seen:
                continue
            if board.get(*place) is None:
                free.add(place)
            elif board.get(*place) == colour:
                seen.add(place)
                waiting.append(place)
    return free


def played(board, ko, place, colour):
    """Return (board, ko) after a move, None where it is a ko or suicide."""
    if place == ko or board.get(*place) is not None:
        return None
    after = board.copy()
    taken = after.play(*place, colour)
    return None if after.get(*place) is None else (after, taken)


def escapes(board, ko, stone, colour):
    """Whether the group gets away: its side moves anywhere, the other one must keep it in atari."""
    other = "w" if colour == "b" else "b"
    places = [(row, column) for row in range(board.side) for column in range(board.side)]
    for place in places:
        after = played(board, ko, place, colour)
        if after is None or len(liberties(after[0], stone)) == 1:
            continue  # the next move would capture
        chased = []
        for reply in liberties(after[0], stone):
            answer = played(*after, reply, other)
            if answer is not None and len(liberties(answer[0], stone)) == 1:
                chased.append(answer)
        if all(escapes(*answer, stone, colour) for answer in chased):
            return True
    return False


@given(st.lists(st.integers(0, SIDE * SIDE - 1), min_size=8, max_size=26, unique=True))
def test_who_wins_a_ladder_is_what_trying_every_move_finds(wishes):
    board = Board(SIDE)
    for move in wishes:
        if board.legal()[move]:
            board.play(move)
    stones = [where for where, stone in enumerate(board.stones) if stone == board.to_move]
    stone = next((where for where in stones if len(board.group(where)[1]) == 1), None)
    assume(stone is not None)
    reference = boards.Board(SIDE)
    black, white = (
        [divmod(where, SIDE) for where, each in enumerate(board.stones) if each == colour] for colour in (BLACK, WHITE)
    )
    assert reference.apply_setup(black, white, [])
    found = read_ladder(board, stone)
    ko = None if board.ko is None else divmod(board.ko, SIDE)
    assert found.captured != escapes(reference, ko, divmod(stone, SIDE), NAMES[board.to_move])
    for colour, move in found.moves:
        assert board.to_move == colour
        board.play(move)
    if found.captured:
        assert board.stones[stone] == 0


def test_a_ladder_across_the_board_and_the_stones_that_break_it():
    position = games.ladder()
    found = read_ladder(position.board(1), point("D4"))
    assert found.captured
    assert len(found.moves) == 58
    for name, captured in (("Q16", False), ("H8", False), ("Q10", True), ("D10", True), ("T19", True)):
        board = replace(position, white=(*position.white, point(name))).board(1)
        assert read_ladder(board, point("D4")).captured == captured, name
    with pytest.raises(GoError, match="no group in atari"):
        read_ladder(position.board(1), point("Q4"))
