"""Local patterns: the strongest different ones of a game, each with what stands around it."""

import numpy as np

from cnnviz.go import games
from cnnviz.go.board import SIDE
from cnnviz.go.patterns import halved, strongest_places
from cnnviz.go.steps import steps


def test_the_strongest_places_are_different_patterns_in_order():
    found = steps(games.game("1").up_to(40))
    maps = np.random.default_rng(0).normal(size=(41, SIDE, SIDE)).astype(np.float32)
    places = strongest_places(maps, found, 5, 9)
    assert len(places) == 9
    assert [each.value for each in places] == sorted((each.value for each in places), reverse=True)
    assert len({each.patch.tobytes() for each in places}) == 9
    assert places[0].value == maps.max()
    board = games.game("1").board(places[0].step)
    row, column = divmod(places[0].point, SIDE)
    for (down, across), stone in np.ndenumerate(places[0].patch):
        r, c = row + down - 2, column + across - 2
        if 0 <= r < SIDE and 0 <= c < SIDE:
            assert stone == board.stones[r * SIDE + c] * board.to_move
        else:
            assert np.isnan(stone)


def test_a_pattern_that_stays_on_the_board_is_one_pattern():
    found = steps(games.game("1"))
    # A detector of single stones of the player to move in an empty 3 x 3.
    stones = np.where(np.abs(found.points) == 1, found.points * found.turns[:, None], 0).reshape(-1, SIDE, SIDE)
    maps = np.zeros(stones.shape, np.float32)
    for step, board in enumerate(stones):
        for row in range(1, SIDE - 1):
            for column in range(1, SIDE - 1):
                window = board[row - 1 : row + 2, column - 1 : column + 2]
                maps[step, row, column] = float(board[row, column] == 1 and np.abs(window).sum() == 1)
    assert (maps > 0).sum() > 100
    (place,) = strongest_places(maps, found, 3, 12)
    assert place.patch.tolist() == [[0, 0, 0], [0, 1, 0], [0, 0, 0]]
    assert strongest_places(np.zeros_like(maps), found, 3, 12) == []


def test_a_halved_board_keeps_every_second_row_and_column():
    board = np.arange(361, dtype=np.int16).reshape(19, 19)
    small, large = halved(board)
    assert small.shape == (10, 10)
    assert (small[3, 4], small[9, 9]) == (board[6, 8], 360)
    assert large.shape == (19, 19)
    assert (large[6, 8], large[7, 9], large[18, 18]) == (small[3, 4],) * 2 + (360,)
