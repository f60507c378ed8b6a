"""The games that come with the project: legal, ten, and what their labels say of them."""

import re
from itertools import pairwise

import pytest

from cnnviz import assets, lessons
from cnnviz.go import games
from cnnviz.go.board import SIDE, WHITE, point


@pytest.mark.parametrize("name", games.NAMES)
def test_a_game_is_what_its_label_says(name):
    label = lessons.labels(lessons.ENGLISH, "go")[f"game.{name}"]
    game = games.game(name)
    boards = game.positions()
    taken = [sum(board.captured) for board in boards]
    assert (game.side, len(game.moves)) == (SIDE, int(re.search(r"(\d+) moves", label)[1]))
    if at_once := re.search(r"(\d+) stones captured at once", label):
        assert max(after - before for before, after in pairwise(taken)) == int(at_once[1])
    elif captured := re.search(r"(\d+) stones captured", label):
        assert taken[-1] == int(captured[1])
    if "nothing captured" in label:
        assert taken[-1] == 0
    if "kos" in label:
        assert sum(board.ko is not None for board in boards) > 20
    assert game.title == ""


def test_they_are_small_and_no_other_is_there():
    files = {path.name: path.stat().st_size for path in assets.GO.glob("*.sgf")}
    assert set(files) == {*(f"game-{name}.sgf" for name in games.NAMES), "ladder.sgf"}
    assert sum(files.values()) < 20_000
    with pytest.raises(KeyError):
        games.game("11")


def test_in_the_ladder_white_is_to_move_and_in_atari():
    board = games.ladder().board(1)
    assert board.to_move == board.stones[point("D4")] == WHITE
    assert board.group(point("D4")) == ({point("D4")}, {point("E4")})
