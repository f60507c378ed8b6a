"""Eigenimages, a picture rebuilt from the first of them, the same whitened, and the sum behind any coefficient.

Mean, basis and picture are sent once. Which component is pointed at, which patch, and how many components are kept is
answered in the browser; only what was picked, or where the slider was left, comes back to Python.
"""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnviz.components.language import words_of
from cnnviz.components.pack import pack
from cnnviz.components.parcel import parcel, send
from cnnviz.components.register import picked, register
from cnnviz.errors import ShapeError

PICKS = ("component", "patch", "kept")

_GRID = """
        <div class="{name}" role="grid" tabindex="0" aria-activedescendant="cursor-{letter}">
          <canvas aria-hidden="true"></canvas>
          <div role="row"><div class="mark cursor cursor-{letter}" id="cursor-{letter}" role="gridcell"></div></div>
          <div class="mark chosen chosen-{letter}" aria-hidden="true"></div>
        </div>
"""
_FIGURE = '<figure class="{name}"><figcaption></figcaption><canvas aria-hidden="true"></canvas></figure>'
_HTML = f"""
<div class="root">
  <div class="all">
    <div class="basis"><div class="mosaic-name"></div>{_GRID.format(name="mosaic", letter="j")}</div>
    <div class="pictures">
      <figure><div class="original-name"></div>{_GRID.format(name="original", letter="p")}</figure>
      {_FIGURE.format(name="made")}{_FIGURE.format(name="white")}
    </div>
    <div class="kept"><label><span></span><input type="range" min="0" step="1"></label><output></output></div>
    <div class="account">
      {_FIGURE.format(name="patch")}<span class="sign">·</span>{_FIGURE.format(name="vector")}
      <span class="sign">=</span>{_FIGURE.format(name="product")}
      <div class="words"><div class="told"></div><div class="scaled"></div><div class="variance"></div></div>
    </div>
  </div>
  <div class="foot"><div class="readout" aria-live="off"></div><span class="check" role="status"></span></div>
</div>
"""

_mount = register("eigen", _HTML)


def eigen(
    pixels: NDArray[np.uint8],
    mean: NDArray[Any],
    basis: NDArray[Any],
    eigenvalues: NDArray[Any],
    coefficients: NDArray[Any],
    error: float,
    *,
    side: int,
    key: str,
    kept: int,
    component: int = 0,
    patch: int = 0,
    name: str = "PyTorch",
    words: Mapping[str, str] | None = None,
    on_pick: Callable[[str, int], None] | None = None,
) -> None:
    """Draw the picture `pixels` (H, W, C) of patches of `side` in terms of `basis` (K, D).

    `mean` is (D,) and `eigenvalues` (K,); `coefficients` (K,) of the chosen patch and the mean squared `error` with the
    first `kept` components are what `name` has computed. `on_pick` hears what was picked, one of PICKS, and its number,
    before the page's script runs again. `words` replaces some of its words. Raises ShapeError for arrays of other
    shapes.
    """
    data, rest = message(pixels, mean, basis, eigenvalues, coefficients, error, side=side, kept=kept,
                         component=component, patch=patch, name=name, words=words, key=key)  # fmt: skip
    send(key, rest)

    def tell(value: Mapping[str, Any]) -> None:
        for each in PICKS:
            if each in value and on_pick is not None:
                on_pick(each, int(value[each]))

    picked(_mount, data, key, tell)


def message(
    pixels: NDArray[np.uint8],
    mean: NDArray[Any],
    basis: NDArray[Any],
    eigenvalues: NDArray[Any],
    coefficients: NDArray[Any],
    error: float,
    *,
    side: int,
    kept: int,
    component: int = 0,
    patch: int = 0,
    name: str = "PyTorch",
    words: Mapping[str, str] | None = None,
    key: str = "",
) -> tuple[bytes, bytes]:
    """Return what `eigen` sends to the browser for the same arguments: a buffer of `pack` and its parcel."""
    if pixels.ndim != 3 or pixels.dtype != np.uint8 or pixels.shape[0] % side or pixels.shape[1] % side:
        raise ShapeError(
            f"the picture must be uint8 (H, W, C) in squares of {side}, not {pixels.dtype} {pixels.shape}."
        )
    length = side * side * pixels.shape[2]
    if mean.shape != (length,) or basis.shape != (len(eigenvalues), length) or coefficients.shape != eigenvalues.shape:
        raise ShapeError(
            f"patches of {length} numbers need a mean ({length},) and as many eigenvalues and coefficients as "
            f"components, not {mean.shape}, {basis.shape}, {eigenvalues.shape} and {coefficients.shape}."
        )
    rows, columns = (length // side for length in pixels.shape[:2])
    meta = {
        "kept": min(kept, len(basis)),
        "component": min(component, len(basis) - 1),
        "patch": min(patch, rows * columns - 1),
        "error": float(error),
        "name": name,
        "words": words_of("eigen", words),
    }
    grid = {"rows": rows, "columns": columns, "side": side, "channels": pixels.shape[2]}
    given = np.asarray(basis, np.float32), np.asarray(mean, np.float32), np.asarray(eigenvalues, np.float64), pixels
    named, rest = parcel(key, {"grid": grid}, *given)
    return pack({**meta, **named}, np.asarray(coefficients, np.float64)), rest
