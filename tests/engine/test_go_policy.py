"""Requests about Go: what is far away changes no score, and every answer is kept."""

import numpy as np
import pytest

from cnnviz.engine.requests import AnswerChanged, AnswerGame, AnswerTurned, FollowChannel, Layers, ModelChoice
from cnnviz.errors import ModelError, ShapeError
from cnnviz.go import games
from cnnviz.go.board import SIDE, WHITE, point

MODEL = ModelChoice("go-policy", random_seed=1)
GAME = games.game("1").up_to(80)


def assert_close(found, wanted):
    """Random weights give scores of some 1e-4: what counts is the largest of them."""
    np.testing.assert_allclose(found, wanted, rtol=0, atol=1e-4 * np.abs(wanted).max())


def test_a_games_positions_are_answered_once_and_its_end_alone_is_the_same(build):
    engine = build()
    whole = engine.ask(AnswerGame(MODEL, GAME))
    assert whole.found.shape == (81, 361)
    assert engine.ask(AnswerGame(MODEL, games.game("1").up_to(80))) is whole
    assert_close(engine.ask(AnswerGame(MODEL, GAME, 78)).found, whole.found[78:])
    turned = engine.ask(AnswerTurned(MODEL, GAME)).found
    assert_close(turned[0], whole.found[80])
    maps = engine.ask(FollowChannel(MODEL, GAME, "features.2", 3)).found
    assert maps.shape == (81, SIDE, SIDE)
    assert (maps >= 0).all()


def test_a_stone_changes_the_scores_of_the_points_that_see_it_and_no_others(build):
    engine = build()
    row = next(row for row in engine.ask(Layers(MODEL)).rows if row.name == "move")
    # A 5 x 5 and five 3 x 3 convolutions: 5 + 5 * 2.
    assert row.receptive_field.size == (15, 15)
    ladder = games.ladder()
    places = tuple(map(point, ("Q16", "T1", "K10", "A19")))
    plain, *changed = engine.ask(AnswerChanged(MODEL, ladder, places, WHITE)).found
    assert_close(plain, engine.ask(AnswerGame(MODEL, ladder, 1)).found[0])
    for where, scores in zip(places, changed, strict=True):
        (r, c), differs = divmod(where, SIDE), np.abs(scores - plain).reshape(SIDE, SIDE) > 0
        rows, columns = np.indices((SIDE, SIDE))
        sees = (np.abs(rows - r) <= 7) & (np.abs(columns - c) <= 7)
        assert not differs[~sees].any()
        assert differs[r, c]


def test_other_networks_and_nothing_to_answer_are_refused_in_a_sentence(build):
    engine = build()
    with pytest.raises(ModelError, match="lenet5-mnist reads 1x28x28 and no board of 19 x 19"):
        engine.ask(AnswerGame(ModelChoice("lenet5-mnist"), GAME))
    with pytest.raises(ShapeError, match="no position"):
        engine.ask(AnswerGame(MODEL, GAME, 81))
