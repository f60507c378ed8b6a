"""Operations on a picture at growing magnitudes, all at once: a film that a slider moves."""

import io
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from cnnviz.components.language import words_of
from cnnviz.components.pack import pack
from cnnviz.components.register import register
from cnnviz.errors import ShapeError

_HTML = """
<div class="root">
  <div class="tools player">
    <button type="button" class="play"></button>
    <label><span></span><input type="range" min="0" step="1"></label>
    <span class="readout"></span>
  </div>
  <div class="pictures"></div>
</div>
"""
_QUALITY = 82

_mount = register("operations", _HTML)


def operations(
    pictures: NDArray[np.uint8], names: Sequence[str], *, key: str, at: int = 0, words: Mapping[str, str] | None = None
) -> None:
    """Show pictures uint8 (O, M, h, w, 3) of O operations, called `names`, at M magnitudes, beginning with `at`.

    `words` replaces some of its words. Raises ShapeError where the arrays do not fit together.
    """
    _mount(data=message(pictures, names, at=at, words=words), key=key)


def message(
    pictures: NDArray[np.uint8], names: Sequence[str], *, at: int = 0, words: Mapping[str, str] | None = None
) -> bytes:
    """Return what `operations` sends to the browser: the names, and one JPEG with a row an operation."""
    if pictures.ndim != 5 or pictures.shape[4] != 3 or len(names) != len(pictures):
        raise ShapeError(f"{len(names)} operations need pictures ({len(names)}, M, h, w, 3), not {pictures.shape}.")
    count, magnitudes, high, wide = pictures.shape[:4]
    sheet = pictures.transpose(0, 2, 1, 3, 4).reshape(count * high, magnitudes * wide, 3)
    buffer = io.BytesIO()
    Image.fromarray(sheet).save(buffer, "JPEG", quality=_QUALITY)
    meta: dict[str, Any] = {
        "size": [high, wide],
        "last": magnitudes - 1,
        "at": at,
        "names": list(names),
        "words": words_of("operations", words),
    }
    return pack(meta, np.frombuffer(buffer.getvalue(), np.uint8))
