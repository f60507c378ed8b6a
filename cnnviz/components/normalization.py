"""A small batch and its normalisation, cell by cell: pointing, pinning and editing are answered in the browser.

    normalization(inputs, found.output, way="batch", key="cells")        # inputs (N, C, H, W) or (N, D)

The arrays are sent once. The browser computes the same from them and says how far both agree.
"""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnviz.components.cells import EDIT, Edit, teller
from cnnviz.components.language import words_of
from cnnviz.components.pack import pack
from cnnviz.components.register import picked, register
from cnnviz.errors import ShapeError

# What can be pinned, and what of it can be edited.
GRIDS = ("input", "mean", "variance", "gamma", "beta", "output")

_STATISTIC = """<section><div class="title {0}-name"></div>
  <div class="grid {0}" role="{1}"{2}></div></section>"""
_BATCH = '<section><div class="title {0}-name"></div><div class="grid {0}" role="grid" tabindex="0"></div></section>'
_HTML = f"""
<div class="root">
  <div class="stage">
    <div class="panels">
      {_BATCH.format("input")}
      <div class="middle">{"".join(_STATISTIC.format(name, "table", "") for name in ("mean", "variance"))}
        {"".join(_STATISTIC.format(name, "grid", ' tabindex="0"') for name in ("gamma", "beta"))}</div>
      {_BATCH.format("output")}
    </div>
    {EDIT}
  </div>
  <div class="sum" role="region" tabindex="0" aria-live="off"></div>
  <div class="foot"><button type="button" class="change"></button><span class="keys"></span>
    <span class="moved-count" role="status"></span><span class="check" role="status"></span></div>
</div>
"""

_mount = register("normalization", _HTML)


def normalization(
    inputs: NDArray[Any],
    outputs: NDArray[Any],
    *,
    way: str,
    key: str,
    groups: int = 1,
    gamma: NDArray[Any] | None = None,
    beta: NDArray[Any] | None = None,
    eps: float = 1e-5,
    selected: tuple[str, int] | None = None,
    words: Mapping[str, str] | None = None,
    on_pin: Callable[[tuple[str, int] | None], None] | None = None,
    on_edit: Callable[[list[Edit]], None] | None = None,
) -> None:
    """Draw `inputs` (N, C, H, W) or (N, D), what is taken from them in one `way`, and `outputs`, which are Python's.

    `way` is one of cnnviz.probes.normalization.WAYS; `gamma` and `beta` are (C,), 1 and 0 without. `selected` is
    pinned: a grid of GRIDS and a flat index. `on_edit` hears of all edits that Python does not know yet, in the grids
    "input", "gamma" and "beta"; `on_pin` of the pinned cell or None. Raises ShapeError where shapes do not fit.
    """
    data = message(
        inputs, outputs, way=way, groups=groups, gamma=gamma, beta=beta, eps=eps, selected=selected, words=words
    )

    picked(_mount, data, key, teller(GRIDS, on_pin, on_edit))


def message(
    inputs: NDArray[Any],
    outputs: NDArray[Any],
    *,
    way: str,
    groups: int = 1,
    gamma: NDArray[Any] | None = None,
    beta: NDArray[Any] | None = None,
    eps: float = 1e-5,
    selected: tuple[str, int] | None = None,
    words: Mapping[str, str] | None = None,
) -> bytes:
    """Return what `normalization` sends to the browser for the same arguments: a buffer of `pack`."""
    if inputs.ndim not in (2, 4) or inputs.shape != outputs.shape or 0 in inputs.shape:
        raise ShapeError(
            f"A batch is (N, C, H, W) or (N, D), and its output as large, none empty, not {inputs.shape} and "
            f"{outputs.shape}."
        )
    channels = inputs.shape[1]
    scale = np.ones(channels) if gamma is None else np.asarray(gamma)
    shift = np.zeros(channels) if beta is None else np.asarray(beta)
    if scale.shape != (channels,) or shift.shape != (channels,) or channels % groups:
        raise ShapeError(
            f"{channels} channels need as many gammas and betas and a number of groups that divides them, not "
            f"{scale.shape}, {shift.shape} and {groups}."
        )
    meta = {
        "size": inputs.shape if inputs.ndim == 4 else (*inputs.shape, 1, 1),
        "vectors": inputs.ndim == 2,
        "way": way,
        "groups": groups,
        "eps": eps,
        "selected": None if selected is None else [selected[0], int(selected[1])],
        "name": "PyTorch",
        "words": words_of("normalization", words),
    }
    wide = [np.asarray(each, np.float64) for each in (scale, shift, outputs)]
    return pack(meta, np.asarray(inputs, np.float32), *wide)
