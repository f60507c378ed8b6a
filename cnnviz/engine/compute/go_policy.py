"""What networks that propose a move of Go answer to the positions of a game."""

from cnnviz import models
from cnnviz.engine.registry import Run, computes
from cnnviz.engine.requests import AnswerChanged, AnswerGame, AnswerTurned, FollowChannel, ModelChoice
from cnnviz.engine.results import Floats, Probed
from cnnviz.errors import ModelError
from cnnviz.go.board import SIDE
from cnnviz.probes.go_policy import changed_scores, channel_maps, move_scores, turned_scores


@computes(AnswerGame)
def answer_game(request: AnswerGame, run: Run) -> Probed[Floats]:
    """Return the scores for every position."""
    boards = request.record.positions(request.since)
    return Probed(move_scores(run.network, boards, _planes(request.model)), str(run.device), run.note)


@computes(AnswerTurned)
def answer_turned(request: AnswerTurned, run: Run) -> Probed[Floats]:
    """Return the scores for the eight views."""
    board = request.record.board(len(request.record.moves))
    return Probed(turned_scores(run.network, board, _planes(request.model)), str(run.device), run.note)


@computes(AnswerChanged)
def answer_changed(request: AnswerChanged, run: Run) -> Probed[Floats]:
    """Return the scores for the position and for each changed one."""
    board = request.record.board(len(request.record.moves))
    planes = _planes(request.model)
    found = changed_scores(run.network, board, request.changed, request.stone, planes)
    return Probed(found, str(run.device), run.note)


@computes(FollowChannel)
def follow_channel(request: FollowChannel, run: Run) -> Probed[Floats]:
    """Return the maps at every position."""
    boards = request.record.positions()
    found = channel_maps(run.network, boards, _planes(request.model), request.layer, request.channel)
    return Probed(found, str(run.device), run.note)


def _planes(model: ModelChoice) -> int:
    """Return how many planes a network of Go reads; raise ModelError for another network."""
    size = models.card(model.name).input_size
    if size[1:] != (SIDE, SIDE):
        raise ModelError(f"{model.name} reads {'x'.join(map(str, size))} and no board of {SIDE} x {SIDE}.")
    return size[0]
