"""A board of Go to play on and to step through, with a number at every point, answered in the browser."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from cnnviz.components.language import words_of
from cnnviz.components.pack import pack
from cnnviz.components.parcel import parcel, send
from cnnviz.components.register import picked, register
from cnnviz.errors import ShapeError
from cnnviz.go.board import SIDE
from cnnviz.go.steps import Steps

Mode = Literal["shares", "positive", "signed"]
# Shares travel as whole numbers of this, a fraction of a digit of what is shown.
_UNIT = 1 / 65535

_HTML = """
<div class="root">
  <div class="pair">
    <figure class="goban">
      <div class="frame">
        <canvas class="edge" aria-hidden="true"></canvas>
        <div class="map" role="grid" tabindex="0" aria-activedescendant="cursor">
          <canvas aria-hidden="true"></canvas>
          <div role="row"><div class="mark cursor" id="cursor" role="gridcell"></div></div>
        </div>
      </div>
      <div class="tools player">
        <button type="button" class="play"></button>
        <button type="button" class="back">‹</button>
        <label><span></span><input type="range" min="0" step="1"></label>
        <button type="button" class="on">›</button>
      </div>
    </figure>
    <figure class="account">
      <div class="state"></div>
      <table><thead></thead><tbody></tbody></table>
      <p class="next"></p>
      <div class="readout" aria-live="off"></div>
      <div class="acts player">
        <button type="button" class="pass"></button>
        <button type="button" class="undo"></button>
      </div>
      <p class="keys"></p>
    </figure>
  </div>
</div>
"""

_mount = register("go_board", _HTML)


@dataclass(frozen=True, eq=False)
class Film:
    """Positions and the `values` (N, 361) at their points: shares from 0 to 1, or any numbers."""

    steps: Steps
    values: NDArray[Any]


def go_board(
    game: Film,
    *,
    key: str,
    own: Film | None = None,
    branch: int | None = None,
    at: int = 0,
    mode: Mode = "shares",
    heat: bool = True,
    numbers: bool = False,
    plays: bool = False,
    undo: bool = False,
    reply: int | None = None,
    target: int | None = None,
    box: tuple[int, int, int, int] | None = None,
    rings: Sequence[int] = (),
    labels: Sequence[str] | None = None,
    words: Mapping[str, str] | None = None,
    on_act: Callable[[Mapping[str, Any]], None] | None = None,
) -> None:
    """Draw a game, from step `at` on, whose first `branch` moves are followed by those of `own`, if there are any.

    `values` colour the points where `heat` is set: "shares" with percentages, "positive" numbers, or "signed" ones,
    centred on 0. With `numbers` the points hold 1, -1 and 0 as the network gets them. With `plays` a click, a key or
    two taps put a stone, otherwise they pick a point; `undo` lets the last of one's own moves be taken back, and
    `reply` is a point that is played by itself after the last step. `target` is marked, and so are `box` (top, left,
    bottom, right), half-open, and the points in `rings`. `labels` are the steps' names, where they are not moves, and
    `words` replaces some of its words. `on_act` hears, before the page's script runs again, of {"at": step},
    {"play": [step, point]}, {"undo": step} or {"pick": [step, point]}. Raises ShapeError where the arrays do not fit
    together.
    """
    data, rest = message(
        game,
        own=own,
        branch=branch,
        at=at,
        mode=mode,
        heat=heat,
        numbers=numbers,
        plays=plays,
        undo=undo,
        reply=reply,
        target=target,
        box=box,
        rings=rings,
        labels=labels,
        words=words,
        key=key,
    )
    send(key, rest)
    picked(_mount, data, key, on_act)


def message(
    game: Film,
    *,
    own: Film | None = None,
    branch: int | None = None,
    at: int = 0,
    mode: Mode = "shares",
    heat: bool = True,
    numbers: bool = False,
    plays: bool = False,
    undo: bool = False,
    reply: int | None = None,
    target: int | None = None,
    box: tuple[int, int, int, int] | None = None,
    rings: Sequence[int] = (),
    labels: Sequence[str] | None = None,
    words: Mapping[str, str] | None = None,
    key: str = "",
) -> tuple[bytes, bytes]:
    """Return what `go_board` sends to the browser for the same arguments: a buffer of `pack` and its parcel."""
    last = len(game.steps) - 1
    branch = last if branch is None or own is None else branch
    if not 0 <= branch <= last:
        raise ShapeError(f"A game of {last} moves can't be left after move {branch}.")
    meta = {
        "side": SIDE,
        "branch": branch,
        "last": branch + (0 if own is None else len(own.steps)),
        "at": at,
        "mode": mode,
        "unit": _UNIT if mode == "shares" else 1,
        "heat": heat,
        "numbers": numbers,
        "plays": plays,
        "undo": undo,
        "reply": reply,
        "target": target,
        "box": None if box is None else list(box),
        "rings": [int(point) for point in rings],
        "labels": None if labels is None else list(labels),
        "words": words_of("go_board", words),
    }
    named, rest = parcel(key, {}, *_arrays(game, mode))
    return pack({**meta, **named}, *([] if own is None else _arrays(own, mode))), rest


def _arrays(film: Film, mode: Mode) -> list[NDArray[Any]]:
    steps, values = film.steps, film.values
    if steps.points.shape != (len(steps), SIDE * SIDE) or values.shape != steps.points.shape:
        raise ShapeError(f"Positions {steps.points.shape} and values {values.shape} must both be (N, {SIDE * SIDE}).")
    sent = np.rint(values / _UNIT).astype(np.uint16) if mode == "shares" else np.asarray(values, np.float32)
    return [steps.points, steps.moves, steps.turns, steps.captured, sent]
