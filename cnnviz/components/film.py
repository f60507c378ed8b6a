"""A descent step by step: the warped picture beside its target, the loss and theta, played in the browser."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnviz.components.language import words_of
from cnnviz.components.pack import pack
from cnnviz.components.register import picked_number, register
from cnnviz.errors import ShapeError

_HTML = """
<div class="root">
  <div class="pictures">
    <figure><canvas class="target" aria-hidden="true"></canvas><figcaption></figcaption></figure>
    <figure><canvas class="first" aria-hidden="true"></canvas><figcaption></figcaption></figure>
    <figure><canvas class="second" aria-hidden="true"></canvas><figcaption></figcaption></figure>
    <figure><canvas class="given" aria-hidden="true"></canvas><figcaption></figcaption></figure>
    <figure><canvas class="first-off" aria-hidden="true"></canvas><figcaption></figcaption></figure>
    <figure><canvas class="second-off" aria-hidden="true"></canvas><figcaption></figcaption></figure>
  </div>
  <div class="tools player">
    <button type="button" class="play"></button>
    <label><span></span><input type="range" min="0" step="1"></label>
    <span class="readout"></span>
  </div>
  <div class="losses"><canvas aria-hidden="true"></canvas></div>
  <table><thead></thead><tbody></tbody></table>
</div>
"""

_mount = register("film", _HTML)


def film(
    target: NDArray[Any],
    given: NDArray[Any],
    pictures: Sequence[NDArray[Any]],
    losses: Sequence[NDArray[Any]],
    thetas: Sequence[NDArray[Any]],
    *,
    key: str,
    answer: Sequence[float],
    numbers: Sequence[str],
    at: int = 0,
    words: Mapping[str, str] | None = None,
    on_pick: Callable[[int], None] | None = None,
) -> int | None:
    """Show two descents of S steps and return the step that was just left the slider at, or None.

    `target` and `given` are uint8 (H, W); of both descents there are `pictures` uint8 (S + 1, H, W), `losses` (S + 1,)
    and `thetas` (S + 1, K), whose columns `numbers` names; `answer` (K,) is the theta that would be right, and `at` the
    step to begin with. `words` replaces some of its words. `on_pick` hears of a pick before the page's script runs
    again. Raises ShapeError where the arrays do not fit together.
    """
    data = message(target, given, pictures, losses, thetas, answer=answer, numbers=numbers, at=at, words=words)
    return picked_number(_mount, data, key, on_pick)


def message(
    target: NDArray[Any],
    given: NDArray[Any],
    pictures: Sequence[NDArray[Any]],
    losses: Sequence[NDArray[Any]],
    thetas: Sequence[NDArray[Any]],
    *,
    answer: Sequence[float],
    numbers: Sequence[str],
    at: int = 0,
    words: Mapping[str, str] | None = None,
) -> bytes:
    """Return what `film` sends to the browser for the same arguments: a buffer of `pack`."""
    steps = len(losses[0])
    for each, loss, theta in zip(pictures, losses, thetas, strict=True):
        if each.shape != (steps, *target.shape) or loss.shape != (steps,) or theta.shape != (steps, len(numbers)):
            raise ShapeError(
                f"{steps} steps of a target {target.shape} and {len(numbers)} numbers do not fit pictures "
                f"{each.shape}, losses {loss.shape} and thetas {theta.shape}."
            )
    if given.shape != target.shape:
        raise ShapeError(f"The given picture is {given.shape}, the target {target.shape}.")
    meta = {
        "size": list(target.shape),
        "steps": steps - 1,
        "at": min(at, steps - 1),
        "answer": [float(number) for number in answer],
        "numbers": list(numbers),
        "words": words_of("film", words),
    }
    shown = (np.asarray(each, np.uint8) for each in (target, given, *pictures))
    return pack(meta, *shown, *(np.asarray(each, np.float32) for each in (*losses, *thetas)))
