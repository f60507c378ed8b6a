"""What the film of a run sends to the browser."""

from dataclasses import dataclass

import numpy as np
import pytest

from cnnviz.components import run_film as films
from cnnviz.components.pack import unpack
from cnnviz.components.run_film import Reel, message
from cnnviz.errors import ShapeError


@dataclass
class Panel:
    name: str
    codes: np.ndarray
    low: float
    high: float


@dataclass
class Frame:
    step: int
    panels: tuple[Panel, ...]


def reel(title, steps, count=3):
    frames = [
        Frame(step, (Panel("one", np.full((count, 4, 5), step, np.uint8), -step, 2.0 * step + 1),)) for step in steps
    ]
    return Reel(title, frames, [f"{title} {step}" for step in steps], ["weights"])


def test_two_runs_are_shown_at_the_same_steps():
    picture = np.arange(20, dtype=np.uint8).reshape(4, 5)
    meta, arrays = unpack(message([reel("a", (0, 1, 4, 9)), reel("b", (0, 2, 6))], picture=picture))
    assert meta["steps"] == [0, 1, 2, 4, 6, 9]
    one, other = meta["reels"]
    assert [one["said"][at] for at in one["at"]] == ["a 0", "a 1", "a 1", "a 4", "a 4", "a 9"]
    assert [other["said"][at] for at in other["at"]] == ["b 0", "b 0", "b 2", "b 2", "b 6", "b 6"]
    assert one["panels"] == [{"caption": "weights", "size": [3, 4, 5], "ends": [-9.0, 19.0]}]
    codes, ends, others, _, shown = arrays
    assert codes[:, 0, 0, 0].tolist() == [0, 1, 4, 9]
    assert ends.tolist() == [[0, 1], [-1, 3], [-4, 9], [-9, 19]]
    assert others[:, 0, 0, 0].tolist() == [0, 2, 6]
    assert shown.tolist() == picture.tolist()


def test_a_live_run_is_shown_as_it_is_now_and_the_other_at_its_step():
    meta, arrays = unpack(message([reel("a", (5,)), reel("b", (0, 2, 6))], live=True))
    assert meta["steps"] == [5]
    assert [each["said"] for each in meta["reels"]] == [["a 5"], ["b 2"]]
    assert arrays[2].shape == (1, 3, 4, 5)


def test_a_long_film_keeps_its_ends_within_the_bytes(monkeypatch):
    monkeypatch.setattr(films, "MOST_BYTES", 60 * 10)
    meta, arrays = unpack(message([reel("a", range(40))]))
    assert (meta["steps"][0], meta["steps"][-1]) == (0, 39)
    assert len(arrays[0]) <= 11


def test_moments_that_do_not_fit_together_are_refused():
    one = reel("a", (0, 1))
    with pytest.raises(ShapeError, match="2 moments need panels of one shape"):
        message([Reel("a", [one.frames[0], reel("a", (1,), 2).frames[0]], one.said, one.captions)])
    with pytest.raises(ShapeError, match="1 sentences"):
        message([Reel("a", one.frames, one.said[:1], one.captions)])
