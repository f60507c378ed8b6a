"""The recipe for Go: what it shows the networks, how it counts, and that a stopped run ends as an unbroken one."""

import json

import numpy as np
import pytest
import torch
from safetensors.torch import load_file
from torch import nn

from cnnviz.errors import CnnvizError
from cnnviz.go.board import Board, point
from cnnviz.training import data, go_policy
from cnnviz.training.go_policy import POINTS, VARIANTS, accuracy, games, measure, replay, turned


@pytest.fixture
def root(tmp_path, monkeypatch):
    """Some short games of random moves, as the data set has them, and little to learn."""
    monkeypatch.setattr(data, "CACHE", tmp_path / "cache")
    monkeypatch.setattr(go_policy, "POSITIONS", 4 * go_policy.BATCH)
    monkeypatch.setattr(go_policy, "MEASURED", 2)
    draw, arrays = np.random.default_rng(0), {}
    for part, count in (("train", 12), ("test", 2)):
        moves, starts = [], [0]
        for _ in range(count):
            board = Board()
            for number in range(30):
                move = POINTS if number == 20 else int(draw.choice(np.flatnonzero(board.legal())))
                board.play(move)
                moves.append(move)
            starts.append(len(moves))
        arrays |= {f"{part}_moves": np.array(moves, np.uint16), f"{part}_starts": np.array(starts)}
    (tmp_path / "go").mkdir()
    np.savez(tmp_path / "go" / "tygem-9d.npz", **arrays)
    return tmp_path


def test_positions_are_those_before_each_move_as_its_player_sees_them():
    positions, moves = replay(np.array([0, 20, POINTS, 5, 1], np.uint16), np.array([0, 4, 5]))
    assert moves.tolist() == [0, 20, 5, 1]  # the pass is left out, and the second game begins anew
    assert [np.abs(each).sum() for each in positions] == [0, 1, 2, 0]
    assert positions[1][0, 0] == -1  # white sees the black stone as the opponent's
    # After the pass white's stone is its own again: white moves.
    assert positions[2][0, 0] == -1
    assert positions[2][1, 1] == 1


@pytest.mark.parametrize("number", range(8))
def test_a_move_turns_with_its_board(number):
    moves = np.arange(POINTS)
    marked = np.eye(POINTS, dtype=np.int8).reshape(POINTS, 19, 19)
    boards, turned_moves = turned(marked, moves, number)
    assert boards.reshape(POINTS, -1).argmax(1).tolist() == turned_moves.tolist()


@pytest.mark.parametrize("name", VARIANTS)
def test_a_network_of_each_variant_answers_each_point_and_is_under_a_megabyte(name):
    variant = VARIANTS[name]
    model = variant.build().eval()
    seen = variant.see(np.zeros((2, 19, 19), np.int8))
    assert model(torch.from_numpy(seen).float()).shape == (2, POINTS)
    assert sum(2 * p.numel() for p in model.parameters()) < 1_000_000


def test_accuracy_counts_the_first_and_the_first_five():
    class Fixed(nn.Module):
        """Prefers points 0, 1, 2, … in this order, whatever it sees."""

        def forward(self, boards):
            return -torch.arange(POINTS).float().expand(len(boards), -1)

    positions = np.zeros((8, 19, 19), np.int8)
    moves = np.array([0, 0, 4, 5, 300, 1, 2, 0])
    assert accuracy(Fixed(), VARIANTS["go-policy"], positions, moves) == (3 / 8, 6 / 8)


def test_a_run_writes_weights_and_a_card_that_says_what_they_reach(root, tmp_path):
    card = measure("go-policy", data_root=root, out=tmp_path / "out")
    assert json.loads((tmp_path / "out" / "go-policy.json").read_text()) == card
    assert [count for count, _, _ in card["curve"]] == [2 * go_policy.BATCH, 4 * go_policy.BATCH]
    model = VARIANTS["go-policy"].build()
    model.load_state_dict(load_file(tmp_path / "out" / "go-policy.safetensors"))
    first, five = accuracy(model, VARIANTS["go-policy"], *games(root)[1])
    assert (card["accuracy"], card["among_five"]) == (round(first, 4), round(five, 4))
    assert card["split"].startswith("58 positions")


def test_a_stopped_run_ends_as_an_unbroken_one(root, tmp_path, monkeypatch):
    measure("go-policy-liberties", data_root=root, out=tmp_path / "whole")

    with monkeypatch.context() as patched:
        patched.setattr(go_policy.tqdm, "write", lambda *a, **k: None)
        kept = go_policy.accuracy
        calls = []

        def second(*arguments):
            calls.append(1)
            if len(calls) == 2:
                raise KeyboardInterrupt
            return kept(*arguments)

        patched.setattr(go_policy, "accuracy", second)
        with pytest.raises(KeyboardInterrupt):
            measure("go-policy-liberties", data_root=root, out=tmp_path / "stopped")
    measure("go-policy-liberties", data_root=root, out=tmp_path / "stopped")
    whole, stopped = (load_file(tmp_path / each / "go-policy-liberties.safetensors") for each in ("whole", "stopped"))
    assert all(torch.equal(whole[key], stopped[key]) for key in whole)


def test_missing_games_are_one_sentence(tmp_path):
    with pytest.raises(CnnvizError, match=r"could not be read from .*tygem-9d\.npz .* with --data-root"):
        games(tmp_path)


def test_a_record_that_breaks_the_rules_ends_before_that_move():
    names = ["B2", "A1", "C2", "pass", "B1", "B2", "Q16", "D4"]  # the second B2 is on a stone
    moves = np.array([POINTS if name == "pass" else point(name) for name in names])
    positions, played = replay(moves, np.array([0, 6, 8]))
    assert played.tolist() == [point(name) for name in ("B2", "A1", "C2", "B1", "Q16", "D4")]
    assert not positions[4].any()
    assert np.abs(positions[5]).sum() == 1
