"""Runs that learn, as films of what they show: first weights and maps, or planes of points, played in the browser."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from cnnviz.components.language import words_of
from cnnviz.components.pack import pack
from cnnviz.components.register import register
from cnnviz.errors import ShapeError

# Of one film; a longer one is sent with fewer moments.
MOST_BYTES = 1_500_000


class Shown(Protocol):
    """What a layer shows: codes (N, h, w), or colours (N, h, w, 3), from 0 for `low` to 255 for `high`."""

    @property
    def name(self) -> str: ...
    @property
    def codes(self) -> NDArray[np.uint8]: ...
    @property
    def low(self) -> float: ...
    @property
    def high(self) -> float: ...


class Moment(Protocol):
    """What a network shows after `step` steps; every moment of a run has the same layers."""

    @property
    def step(self) -> int: ...
    @property
    def panels(self) -> Sequence[Shown]: ...


@dataclass(frozen=True)
class Reel:
    """A run by its moments, in order, and what is `said` of each. `captions` are those of its panels."""

    title: str
    frames: Sequence[Moment]
    said: Sequence[str]
    captions: Sequence[str]


_HTML = """
<div class="root">
  <div class="reels"></div>
  <div class="tools player">
    <button type="button" class="play"></button>
    <label><span></span><input type="range" min="0" step="1"></label>
    <select></select>
  </div>
</div>
"""

_mount = register("run_film", _HTML)


def run_film(
    reels: Sequence[Reel],
    *,
    key: str,
    picture: NDArray[np.uint8] | None = None,
    points: tuple[NDArray[Any], NDArray[Any]] | None = None,
    reach: float = 1.0,
    live: bool = False,
    words: Mapping[str, str] | None = None,
) -> None:
    """Show one run, or two side by side at the same steps; it begins with the last moment.

    `picture`, (h, w) or (h, w, 3), is what the maps are of. With `points`, places (N, 2) within -reach to reach and
    classes (N,), the panels are planes, of which one is drawn large with the points on it. A `live` film cannot be
    played, for it changes as it is. `words` replaces some of its words. Raises ShapeError where a run's moments do not
    fit together.
    """
    _mount(data=message(reels, picture=picture, points=points, reach=reach, live=live, words=words), key=key)


def message(
    reels: Sequence[Reel],
    *,
    picture: NDArray[np.uint8] | None = None,
    points: tuple[NDArray[Any], NDArray[Any]] | None = None,
    reach: float = 1.0,
    live: bool = False,
    words: Mapping[str, str] | None = None,
) -> bytes:
    """Return what `run_film` sends to the browser for the same arguments: a buffer of `pack`."""
    for reel in reels:
        _check(reel)
    thin = [_thinned(reel) for reel in reels]
    # A live film is at its last moment alone; what it is compared with, too.
    steps = sorted({frame.step for reel in thin for frame in reel.frames})
    steps = [thin[0].frames[-1].step] if live else steps
    metas, arrays = zip(*(_packed(reel, steps) for reel in thin), strict=True)
    meta = {
        "steps": steps,
        "live": live,
        "reels": metas,
        "picture": None if picture is None else picture.shape,
        "reach": reach,
        "planes": points is not None,
        "words": words_of("run_film", words),
    }
    rest = [] if picture is None else [np.asarray(picture, np.uint8)]
    if points is not None:
        rest += [np.asarray(points[0], np.float32), np.asarray(points[1], np.uint8)]
    return pack(meta, *(each for reel in arrays for each in reel), *rest)


def _check(reel: Reel) -> None:
    shapes = {tuple(panel.codes.shape for panel in frame.panels) for frame in reel.frames}
    if len(shapes) != 1 or len(reel.said) != len(reel.frames) or {len(reel.captions)} != set(map(len, shapes)):
        raise ShapeError(
            f"A run's {len(reel.frames)} moments need panels of one shape, {len(reel.frames)} sentences and a caption "
            f"a panel, not {len(shapes)} shapes, {len(reel.said)} sentences and {len(reel.captions)} captions."
        )


def _packed(reel: Reel, steps: Sequence[int]) -> tuple[dict[str, Any], list[NDArray[Any]]]:
    """Return a run's part of the header, and of each panel the codes (F, N, h, w) and their ends (F, 2)."""
    at = np.searchsorted([frame.step for frame in reel.frames], steps, side="right") - 1
    used = sorted(set(np.maximum(at, 0).tolist()))
    frames = [reel.frames[each] for each in used]
    panels, arrays = [], []
    for number, caption in enumerate(reel.captions):
        own = [frame.panels[number] for frame in frames]
        ends = np.array([[panel.low, panel.high] for panel in own], np.float32)
        panels.append({"caption": caption, "size": own[0].codes.shape, "ends": [ends.min(), ends.max()]})
        arrays += [np.stack([panel.codes for panel in own]), ends]
    places = [used.index(each) for each in np.maximum(at, 0).tolist()]
    said = [reel.said[each] for each in used]
    return {"title": reel.title, "said": said, "at": places, "panels": [_plain(each) for each in panels]}, arrays


def _plain(panel: dict[str, Any]) -> dict[str, Any]:
    return {**panel, "ends": [float(each) for each in panel["ends"]]}


def _thinned(reel: Reel) -> Reel:
    """Return a run with every second, fourth, ... moment left out, but for the last, where it has too many bytes."""
    every = 1
    one = sum(panel.codes.nbytes for panel in reel.frames[0].panels)
    while -(-len(reel.frames) // every) * one > MOST_BYTES and every < len(reel.frames):
        every *= 2
    kept = sorted({*range(0, len(reel.frames), every), len(reel.frames) - 1})
    frames, said = ([each[at] for at in kept] for each in (list(reel.frames), list(reel.said)))
    return Reel(reel.title, frames, said, reel.captions)
