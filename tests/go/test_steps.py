"""A game as arrays: every position is the board's, and every forbidden point is one that the board refuses."""

import numpy as np
import pytest

from cnnviz.go import games
from cnnviz.go.board import SIDE, GoError
from cnnviz.go.records import MOST_MOVES, Record
from cnnviz.go.steps import KO, SUICIDE, steps


@pytest.mark.parametrize("name", ["2", "6"])
def test_every_step_is_the_position_and_says_what_may_be_played(name):
    game = games.game(name)
    found = steps(game)
    assert len(found) == len(game.moves) + 1
    assert found.moves.tolist() == [-1, *(where for _, where in game.moves)]
    kinds = set()
    for step in range(0, len(found), 7):
        board = game.board(step)
        assert np.where(np.abs(found.points[step]) == 1, found.points[step], 0).tolist() == board.stones
        assert (found.turns[step], found.captured[step].tolist()) == (board.to_move, board.captured)
        for where in np.flatnonzero(np.abs(found.points[step]) != 1).tolist():
            kind = int(found.points[step, where])
            kinds.add(kind)
            copy = board.copy()
            if kind == 0:
                copy.play(where)
            else:
                with pytest.raises(GoError, match="ko at once" if kind == KO else "suicide"):
                    copy.play(where)
    assert kinds == {0, KO, SUICIDE}


def test_steps_since_a_move_are_the_last_of_all():
    game = games.game("1")
    whole, late = steps(game), steps(game, 190)
    assert np.array_equal(whole.points[190:], late.points)
    assert np.array_equal(whole.moves[190:], late.moves)


def test_a_record_that_nobody_would_look_through_is_refused():
    with pytest.raises(GoError, match="1,001 moves; at most 1,000"):
        Record(SIDE, (), (), ((1, SIDE * SIDE),) * (MOST_MOVES + 1))
