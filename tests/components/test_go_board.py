"""What the board of Go sends to the browser, and what its script makes of points and colours."""

import json
import shutil
import subprocess

import numpy as np
import pytest

from cnnviz.components import go_board as module
from cnnviz.components.bundle import script
from cnnviz.components.go_board import Film, message
from cnnviz.components.pack import unpack
from cnnviz.errors import ShapeError
from cnnviz.go import games
from cnnviz.go.board import coordinate
from cnnviz.go.steps import steps

NODE = shutil.which("node")
GAME = games.game("1").up_to(20)
SHARES = np.random.default_rng(0).dirichlet(np.full(361, 0.05), size=21)


def test_one_move_more_is_a_small_message_beside_the_same_parcel():
    game = Film(steps(GAME), SHARES)
    late = games.game("1").up_to(22)
    own = [Film(steps(late.up_to(count), 21), SHARES[: count - 20]) for count in (21, 22)]
    one, other = (message(game, own=each, branch=20, at=21, key="a") for each in own)
    assert one[1] == other[1]
    assert len(other[0]) - len(one[0]) < 1500
    meta, arrays = unpack(other[0])
    assert (meta["branch"], meta["last"], len(arrays)) == (20, 22, 5)
    assert arrays[1].tolist() == [late.moves[20][1], late.moves[21][1]]
    _, (points, moves, turns, captured, sent) = unpack(one[1])
    assert np.array_equal(points, steps(GAME).points)
    assert (len(moves), len(turns), captured.shape) == (21, 21, (21, 2))
    np.testing.assert_allclose(sent * meta["unit"], SHARES, atol=8e-6)


def test_numbers_of_other_kinds_travel_as_they_are():
    values = np.random.default_rng(1).normal(size=(21, 361)).astype(np.float32)
    data, rest = message(Film(steps(GAME), values), mode="signed", target=3, box=(-2, 0, 15, 17), rings=(7,))
    meta = unpack(data)[0]
    assert (meta["unit"], meta["target"], meta["box"], meta["rings"]) == (1, 3, [-2, 0, 15, 17], [7])
    assert np.array_equal(unpack(rest)[1][4], values)


def test_what_does_not_fit_together_is_refused_in_a_sentence():
    with pytest.raises(ShapeError, match=r"\(21, 361\) and values \(20, 361\)"):
        message(Film(steps(GAME), SHARES[1:]))
    with pytest.raises(ShapeError, match="game of 20 moves can't be left after move 21"):
        message(Film(steps(GAME), SHARES), own=Film(steps(GAME, 20), SHARES[:1]), branch=21)


def test_acts_are_heard(monkeypatch):
    heard = []
    monkeypatch.setattr(module, "send", lambda key, rest: None)
    monkeypatch.setattr(module, "picked", lambda mount, data, key, tell: tell({"play": [3, 60]}))
    module.go_board(Film(steps(GAME), SHARES), key="k", on_act=heard.append)
    assert heard == [{"play": [3, 60]}]


def run(lines):
    text = script("go_board").replace("export default function", "function entry")
    done = subprocess.run(
        [str(NODE), "--input-type=module"],
        input=f"globalThis.window = {{}};\n{text}\n{lines}",
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(done.stdout)


@pytest.mark.skipif(NODE is None, reason="Node.js is not installed")
def test_the_script_names_points_as_python_does():
    names = run("""console.log(JSON.stringify(Array.from({length: 362}, (_, i) => coordinateOf(i, 19, "pass"))))""")
    assert names == [coordinate(where) for where in range(362)]


@pytest.mark.skipif(NODE is None, reason="Node.js is not installed")
def test_the_script_follows_the_game_and_then_ones_own_moves():
    told = run("""
      const film = (first, count) => [Int8Array.from({length: 4 * count}, (_, i) => first + Math.floor(i / 4)),
        Int16Array.from({length: count}, (_, i) => 10 * first + i), new Int8Array(count).fill(first),
        new Int16Array(2 * count), Uint16Array.from({length: 4 * count}, (_, i) => i)];
      const line = lineOf({ branch: 2, last: 4, side: 2, unit: 0.5 }, [...film(7, 2), ...film(1, 6)]);
      console.log(JSON.stringify([0, 2, 3, 4].map((step) => {
        const { points, move, turn, next, value } = line(step);
        return [points[0], move, turn, next, value(1)];
      })));
    """)
    assert told == [[1, 10, 1, 11, 0.5], [3, 12, 1, 70, 4.5], [7, 70, 7, 71, 0.5], [8, 71, 7, -1, 2.5]]
