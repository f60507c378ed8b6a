"""A position as the image that a network gets."""

import numpy as np

from cnnviz.go.board import Board

LIBERTIES = 3  # of these, one plane each; the last is for so many or more


def stones(board: Board) -> np.ndarray:
    """Return (1, side, side) int8: 1 the stones of the player to move, -1 the opponent's, 0 empty.

    With black to move that is black 1, white -1; with white to move the colours are exchanged, so that one network
    plays both: a position with exchanged colours asks the same question.
    """
    return (np.array(board.stones, np.int8) * board.to_move).reshape(1, board.side, board.side)


def liberties(board: Board) -> np.ndarray:
    """Return (7, side, side) int8 of 0 and 1: own stones whose group has 1, 2, 3 or more liberties, the opponent's
    likewise, and the empty points."""
    own, counts = stones(board)[0], np.minimum(board.liberties(), LIBERTIES)
    planes = [(own == colour) & (counts == count) for colour in (1, -1) for count in range(1, LIBERTIES + 1)]
    return np.array([*planes, own == 0], np.int8)


def symmetry(image: np.ndarray, number: int) -> np.ndarray:
    """Return an image (..., side, side) under a symmetry: 0 to 3 quarter turns, 4 to 7 the same, mirrored before."""
    if not 0 <= number < 8:
        raise ValueError(f"a square has symmetries 0 to 7, not {number}")
    mirrored = np.flip(image, -1) if number >= 4 else image
    return np.rot90(mirrored, number % 4, axes=(-2, -1))


def undone(image: np.ndarray, number: int) -> np.ndarray:
    """Return the image as it was before `symmetry(image, number)`."""
    turned = np.rot90(image, -(number % 4), axes=(-2, -1))
    return np.flip(turned, -1) if number >= 4 else turned
