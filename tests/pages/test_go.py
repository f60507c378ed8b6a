"""The screen on Go without a browser: its parts, what a link may hold, and what is refused in a sentence."""

import re

import numpy as np
import pytest
import torch

from cnnviz import lessons, models
from cnnviz.go import games, planes
from cnnviz.go.board import point
from cnnviz.go.records import Record, write
from tests.pages.opening import answered_in_turn, assert_well, open_screen, said, unfold

SCREEN = "pages/beyond/go.py"
PARTS = ["", "Image", "Symmetry", "Ladder", "Take a stone away"]


def key(part, name):
    return ".".join(filter(None, ("go", part, name)))


@pytest.mark.parametrize("part", PARTS)
def test_a_part_opens_and_asks_questions(part):
    app = open_screen(SCREEN, **({"part": part} if part else {}))
    assert_well(app)
    app = unfold(app, key(part, "predict"))
    assert len(answered_in_turn(app, key(part, "predict-next"), 4)) == 4


def test_networks_that_learned_alike_are_compared():
    """Of 4.2 million positions by one recipe two learned; the third is beside what its own recipe made of the first."""
    text = said(open_screen(SCREEN))
    assert "33.2%" in text
    assert "65.2%" in text


def test_moves_of_ones_own_follow_the_game():
    app = open_screen(SCREEN, game="2", branch="10", moves="K10 D10 pass")
    assert_well(app)
    app.selectbox(key="go.game").set_value("3").run()
    assert_well(app)
    assert app.query_params == {"game": "3"}


@pytest.mark.parametrize("link", [{"moves": "Q16"}, {"game": "3", "branch": "50", "moves": "A1 pass pass"}])
def test_the_network_has_its_turn_at_the_end_of_the_line(link):
    for opponent in ("black", "white"):
        assert_well(open_screen(SCREEN, **{"game": "empty", "opponent": opponent, **link}))


@pytest.mark.parametrize(
    ("moves", "sentence"),
    [
        ("Q16 Q16", "Move 2 can't be played: Q16 is taken"),
        ("I5", '"I5" is not a point'),
        ("A2 K10 B1 A1", "Move 4 can't be played: A1 would be suicide"),
    ],
)
def test_moves_that_the_rules_forbid_get_one_sentence(moves, sentence):
    app = open_screen(SCREEN, game="empty", moves=moves)
    assert not app.exception
    assert len(app.error) == 1
    assert sentence in app.error[0].value


def test_a_game_of_ones_own_and_a_file_that_is_none():
    app = open_screen(SCREEN, game="own")
    assert_well(app)
    assert "no game here yet" in app.info[0].value
    record = Record(19, (), (), ((1, point("Q16")), (-1, point("D4")), (1, point("D16"))))
    app.file_uploader(key="go.sgf").upload("mine.sgf", write(record), "application/x-go-sgf").run()
    assert_well(app)
    assert "of 3 positions" in said(app)
    app.file_uploader(key="go.sgf").upload("bad.sgf", b"<html>", "application/x-go-sgf").run()
    assert not app.exception
    assert [each.value[:35] for each in app.error] == ["This is not a record of Go in SGF: "]


@pytest.mark.skipif(not models.is_ready("go-policy"), reason="random weights give scores that are nearly the same")
def test_agreement_is_counted_as_by_hand():
    app = open_screen(SCREEN, game="5")
    share, count = re.search(r"was played in ([\d.]+)% of (\d+) positions", said(app)).groups()
    game = games.game("5")
    network = models.load("go-policy")
    batch = torch.tensor(np.stack([planes.stones(board) for board in game.positions()[:-1]]), dtype=torch.float32)
    with torch.no_grad():
        first = network(batch).argmax(dim=1).tolist()
    right = sum(one == where for one, (_, where) in zip(first, game.moves, strict=True))
    assert int(count) == 100
    assert float(share) == pytest.approx(right, abs=0.06)


def test_a_breaker_out_of_sight_changes_the_score_by_nothing():
    app = open_screen(SCREEN, part="Ladder")
    assert "The score of E4 changes by 0.0000." in said(app)
    assert "**With a white stone at Q16** White escapes" in said(app)
    app.text_input(key="go.Ladder.breaker").set_value("H8").run()
    assert_well(app)
    assert "H8 lies in the frame of 15×15" in said(app)
    app.text_input(key="go.Ladder.breaker").set_value("T10").run()
    assert "**With a white stone at T10** Black still captures" in said(app)


def test_every_point_for_the_breaker():
    app = open_screen(SCREEN, part="Ladder", everywhere="true")
    assert_well(app)
    breaking, blind = re.search(r"at (\d+) points. At (\d+) of them", said(app)).groups()
    assert 0 < int(blind) < int(breaking)


def test_the_average_over_a_whole_game():
    app = open_screen(SCREEN, part="Symmetry", game="empty", moves="Q16 D4", whole="false")
    assert_well(app)
    assert "of this game take 0 forward passes" in said(app)
    app = open_screen(SCREEN, part="Symmetry", game="5", whole="true")
    assert_well(app)
    assert "**Over 100 moves of this game**" in said(app)


def test_an_empty_board_has_no_stone_to_take_away():
    app = open_screen(SCREEN, part="Take a stone away", game="empty")
    assert_well(app)
    assert "Each of the 0 stones" in said(app)


@pytest.mark.parametrize("link", [{"step": "999"}, {"network": "alexnet"}, {"game": "11"}, {"layer": "nowhere"}])
def test_a_link_with_nonsense_opens(link):
    for part in ("", "Image"):
        app = open_screen(SCREEN, **link, **({"part": part} if part else {}))
        assert_well(app)


@pytest.mark.skipif(not models.is_ready("go-policy"), reason="the network is not trained here")
@pytest.mark.parametrize("lesson", ["go", "go_image", "go_symmetry", "go_ladder", "go_occlusion"])
def test_the_lines_of_python_run(lesson, capsys):
    names = {"network": "go-policy", "game": "3", "at": 60, "target": "K10", "breaker": "Q16"}
    names |= {"layer": "features.2", "channel": 5}
    lines = lessons.filled(lessons.sections(lessons.ENGLISH, lesson)["code"], names)
    exec(compile(lines, lesson, "exec"), {})
    assert capsys.readouterr().out.strip()
