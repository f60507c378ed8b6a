"""What a component shows and seldom changes, in an element of its own.

Streamlit does not send an element of more than 10 kB again that the browser has; what changes with every act, a
selection say, would otherwise take the rest along. Once both are there, the browser puts them together.
"""

import hashlib
from collections.abc import Mapping
from functools import partial
from typing import Any

from numpy.typing import NDArray

from cnnviz.components.kept import draw_kept
from cnnviz.components.pack import pack
from cnnviz.components.register import register

_SMALL = 64_000  # bytes that a session may keep for as long as the page is open

_mount = register("parcel", '<div class="root"></div>')


def parcel(key: str, meta: Mapping[str, Any], *arrays: NDArray[Any]) -> tuple[dict[str, list[str]], bytes]:
    """Return the entry of a component's meta that stands for a parcel, and the parcel, a buffer of `pack`."""
    content = pack(meta, *arrays)
    name = hashlib.blake2b(content, digest_size=8).hexdigest()
    return {"parcel": [key, name]}, pack({**meta, "parcel": [key, name]}, *arrays)


def send(key: str, content: bytes) -> None:
    """Send a parcel to the page, as part of the element with this key."""
    draw = partial(_mount, data=content, key=f"parcel.{key}")
    if len(content) > _SMALL:
        draw()
    else:
        draw_kept((key, content), draw)
