"""What a network that proposes a move of Go answers to positions, and what its channels are there.

Positions are boards of cnnviz.go; a network of one plane sees stones, another one planes of liberties.
"""

from collections.abc import Callable, Sequence

import numpy as np
import torch
from torch import Tensor, nn

from cnnviz.calls import Call
from cnnviz.errors import ModelError, ShapeError
from cnnviz.go import planes
from cnnviz.go.board import Board
from cnnviz.nested import first_tensor
from cnnviz.probes.arrays import Floats, to_numpy
from cnnviz.probes.partial_forward import catch

SYMMETRIES = 8
_CHUNK = 64  # positions that are run at once


def seen(board: Board, count: int) -> np.ndarray:
    """Return what a network of `count` planes gets of a position, (count, side, side) int8."""
    return planes.stones(board) if count == 1 else planes.liberties(board)


def move_scores(model: nn.Module, boards: Sequence[Board], count: int) -> Floats:
    """Return the scores (N, side * side) of a network of `count` planes for N positions, before the softmax."""
    return _each(model, [seen(board, count) for board in boards], lambda batch: _scores(model, batch))


def changed_scores(model: nn.Module, board: Board, changed: Sequence[int], stone: int, count: int) -> Floats:
    """Return the scores (1 + N, side * side) of a position as it is, and with `stone` at each of N points in turn.

    All are run as one batch: only so do scores that cannot depend on a stone differ by exactly 0, with and without it.
    """
    boards = [board, *(board.copy() for _ in changed)]
    for each, where in zip(boards[1:], changed, strict=True):
        each.stones[where] = stone
    images = [seen(each, count) for each in boards]
    return _each(model, images, lambda batch: _scores(model, batch), at_once=len(images))


def turned_scores(model: nn.Module, board: Board, count: int) -> Floats:
    """Return the scores (8, side * side) for one position under its eight symmetries, as the network gives them.

    Row s belongs to `planes.symmetry(position, s)`, and is not turned back.
    """
    image = seen(board, count)
    views = [planes.symmetry(image, number) for number in range(SYMMETRIES)]
    return _each(model, views, lambda batch: _scores(model, batch))


def channel_maps(model: nn.Module, boards: Sequence[Board], count: int, layer: str, channel: int) -> Floats:
    """Return one channel's maps (N, side, side) of a layer for N positions.

    Raises ModelError for a layer or a channel that is not there, and for maps of another size than the board's.
    """
    side = boards[0].side

    def take(call: Call) -> Tensor:
        output = first_tensor(call.output)
        if output is None or output.dim() != 4 or output.shape[2:] != (side, side):
            raise ModelError(f"{layer} has no maps of {side} x {side}, a place for each point of the board.")
        if not 0 <= channel < output.shape[1]:
            raise ModelError(f"{layer} has {output.shape[1]} channels; counted from 0, {channel} is not among them.")
        return output[:, channel].clone()

    return _each(model, [seen(board, count) for board in boards], lambda batch: catch(model, batch, layer, take))


def _each(
    model: nn.Module, images: Sequence[np.ndarray], run: Callable[[Tensor], Tensor], at_once: int = _CHUNK
) -> Floats:
    if not images:
        raise ShapeError("There is no position to answer; give the network one at least.")
    device = next(model.parameters()).device
    with torch.inference_mode():
        found = []
        for start in range(0, len(images), at_once):
            batch = torch.from_numpy(np.stack(images[start : start + at_once])).float()
            found.append(run(batch.to(device, memory_format=torch.channels_last)).cpu())
        return to_numpy(torch.cat(found))


def _scores(model: nn.Module, batch: Tensor) -> Tensor:
    scores: Tensor = model(batch)
    return scores.flatten(1)
