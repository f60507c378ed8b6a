"""Rules of Go: against sgfmill's board on real games and on random ones, and on the positions that books show."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sgfmill import boards

from cnnviz.go.board import BLACK, SIDE, WHITE, Board, GoError, coordinate, point

GAMES = Path(__file__).parents[3] / "shared" / "data" / "go" / "tygem-9d.npz"
COLOURS = {BLACK: "b", WHITE: "w"}


class Reference:
    """sgfmill's board, asked in points."""

    def __init__(self, side):
        self.board, self.side, self.ko = boards.Board(side), side, None

    def play(self, move, colour):
        taken = self.board.play(*divmod(move, self.side), COLOURS[colour])
        self.ko = None if taken is None else taken[0] * self.side + taken[1]

    def stones(self):
        values = {None: 0, "b": 1, "w": -1}
        return [values[self.board.get(row, column)] for row in range(self.side) for column in range(self.side)]

    def may(self, move, colour):
        """By trying it on a copy: sgfmill lets a suicide happen, and takes the stones away."""
        if move == self.ko or self.board.get(*divmod(move, self.side)):
            return False
        after = self.board.copy()
        after.play(*divmod(move, self.side), COLOURS[colour])
        return after.get(*divmod(move, self.side)) is not None


def drawn(*rows, to_move=BLACK):
    """A board as books print it: X black, O white, . empty."""
    board = Board(len(rows))
    board.stones = [{"X": 1, "O": -1, ".": 0}[mark] for row in rows for mark in row.replace(" ", "")]
    board.to_move = to_move
    return board


@pytest.mark.skipif(not GAMES.exists(), reason="the games are not here")
def test_a_thousand_games_as_sgfmill_plays_them():
    with np.load(GAMES) as data:
        moves, starts = data["test_moves"].tolist(), data["test_starts"].tolist()
    assert len(starts) == 1001
    for first, last in pairwise(starts):
        board, reference = Board(), Reference(SIDE)
        for move in moves[first:last]:
            colour = board.to_move
            board.play(move)
            if move < SIDE * SIDE:
                reference.play(move, colour)
                assert board.ko == reference.ko
        assert board.stones == reference.stones()


@given(st.integers(2, 6), st.lists(st.integers(0, 35), max_size=120))
def test_every_move_of_a_random_game_is_allowed_or_forbidden_as_sgfmill_has_it(side, wishes):
    board, reference = Board(side), Reference(side)
    for wish in wishes:
        move = wish % (side * side)
        allowed = [reference.may(each, board.to_move) for each in range(side * side)]
        assert board.legal().tolist() == allowed
        before = board.copy()
        if allowed[move]:
            reference.play(move, board.to_move)
            board.play(move)
            assert board.stones == reference.stones()
            assert board.ko == reference.ko
        else:
            with pytest.raises(GoError):
                board.play(move)
            assert vars(board) == vars(before)


@given(st.integers(2, 6), st.lists(st.integers(0, 35), max_size=60))
def test_liberties_are_the_empty_points_beside_a_group(side, wishes):
    board = Board(side)
    for wish in wishes:
        if board.legal()[wish % (side * side)]:
            board.play(wish % (side * side))
    stones, counts = np.array(board.stones).reshape(side, side), board.liberties()
    assert np.array_equal(counts > 0, stones != 0)
    # Independent: grow each stone's group by whole arrays until it rests.
    for place in zip(*np.nonzero(stones), strict=True):
        group = np.zeros((side, side), bool)
        group[place] = True
        while not np.array_equal(grown := touched(group) & (stones == stones[place]) | group, group):
            group = grown
        assert counts[place] == (touched(group) & (stones == 0)).sum()


def touched(mask):
    """The points above, below and beside those of a mask."""
    wide = np.pad(mask, 1)
    return wide[:-2, 1:-1] | wide[2:, 1:-1] | wide[1:-1, :-2] | wide[1:-1, 2:]


def test_ko_is_taken_back_only_after_a_move_elsewhere():
    board = drawn(". X O . .", "X . X O .", ". X O . .", ". . . . .", ". . . . .", to_move=WHITE)
    board.play(6)
    assert board.captured == [0, 1]
    assert board.ko == 7
    with pytest.raises(GoError, match="B4 is taken"):
        board.play(6)
    with pytest.raises(GoError, match="C4 would take back the ko at once"):
        board.play(7)
    board.play(20)
    board.play(24)
    board.play(7)
    assert board.captured == [1, 1]


def test_suicide_is_forbidden_and_taking_is_not_suicide():
    board = drawn(". O .", "O . .", ". . .")
    with pytest.raises(GoError, match="A3 would be suicide"):
        board.play(0)
    board = drawn(". O X", "O X .", "X . .")
    board.play(0)
    assert board.stones[1] == board.stones[3] == 0
    assert board.captured == [2, 0]


def test_a_pass_lifts_the_ko_and_changes_the_player():
    board = drawn(". X O .", "X . X O", ". X O .", ". . . .", to_move=WHITE)
    board.play(5)
    assert board.ko == 6
    board.play(16)
    assert (board.ko, board.to_move) == (None, WHITE)


@pytest.mark.parametrize(("name", "where"), [("A19", 0), ("T1", 360), ("q16", 3 * 19 + 15), (" K10 ", 180)])
def test_points_are_called_as_players_call_them(name, where):
    assert point(name) == where
    assert coordinate(where) == name.strip().upper()


@pytest.mark.parametrize("name", ["", "I5", "A0", "A20", "U1", "16Q", "AA", "A²"])
def test_what_is_no_point_is_said_in_a_sentence(name):
    with pytest.raises(GoError, match="points are A1 to T19, without the letter I"):
        point(name)


def test_a_point_beside_the_board_is_refused():
    with pytest.raises(GoError, match="points are 0 to 360"):
        Board().play(362)
