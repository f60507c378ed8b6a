"""Planes: what a network sees of a position, and the eight symmetries."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnviz.go import planes
from cnnviz.go.board import BLACK, SIDE, WHITE, Board


@given(st.lists(st.integers(0, SIDE * SIDE - 1), max_size=80))
def test_the_player_to_move_is_1_and_the_opponent_minus_1(moves):
    board = Board()
    for move in moves:
        if board.stones[move] == 0 and board.legal()[move]:
            board.play(move)
    image = planes.stones(board)[0].ravel()
    expected = {colour: [i for i, stone in enumerate(board.stones) if stone == colour] for colour in (BLACK, WHITE)}
    assert np.flatnonzero(image == 1).tolist() == expected[board.to_move]
    assert np.flatnonzero(image == -1).tolist() == expected[-board.to_move]
    by_liberties = planes.liberties(board)
    assert (by_liberties.sum(0) == 1).all()
    assert np.array_equal(by_liberties[:3].sum(0) - by_liberties[3:6].sum(0), image.reshape(SIDE, SIDE))
    counts = board.liberties()
    for plane, count in enumerate((1, 2)):
        assert np.array_equal(by_liberties[plane] + by_liberties[plane + 3], counts == count)


def test_the_eight_symmetries_are_eight_and_each_is_undone():
    image = np.arange(25).reshape(5, 5)
    seen = [planes.symmetry(image, number) for number in range(8)]
    assert len({each.tobytes() for each in seen}) == 8
    for number, each in enumerate(seen):
        assert np.array_equal(planes.undone(each, number), image)
    # a mirror twice and four quarter turns are nothing
    assert np.array_equal(planes.symmetry(planes.symmetry(image, 4), 4), image)
    assert np.array_equal(planes.symmetry(planes.symmetry(image, 1), 3), image)
    with pytest.raises(ValueError, match="0 to 7, not 8"):
        planes.symmetry(image, 8)
