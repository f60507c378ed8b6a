"""A network as a strip of layers in the order of execution, to pick one from."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from cnnviz.components.language import words_of
from cnnviz.components.pack import pack
from cnnviz.components.parcel import parcel, send
from cnnviz.components.register import picked, register

FAMILIES = ("conv", "norm", "activation", "pooling", "linear", "other")
_Row = tuple[str, str, tuple[int, ...], str | None]

_HTML = """
<div class="root">
  <div class="head">
    <label class="find"><span></span><input type="search" autocomplete="off" spellcheck="false"></label>
    <span class="count" role="status"></span>
    <span class="families"></span>
  </div>
  <div class="row" role="listbox" aria-orientation="horizontal"></div>
  <div class="foot"><div class="readout"></div></div>
</div>
"""

_mount = register("strip", _HTML)


def strip(
    layers: Sequence[Mapping[str, Any]],
    *,
    key: str,
    selected: str | None,
    label: str = "Layers",
    words: Mapping[str, str] | None = None,
    on_pick: Callable[[str], None] | None = None,
) -> str | None:
    """Draw the layers and return the name of the one just picked, or None.

    A layer is a mapping with name ("layer1.0.conv1"), kind ("Conv2d"), size, its output without the batch axis
    ((64, 112, 112)), and family, one of FAMILIES. A block is as high as the map is large and as wide as it has
    channels, on a log scale. `selected` is a name. `words` replaces some of its words. `on_pick` hears of a pick
    before the page's script runs again.
    """
    data, rest = message(layers, selected=selected, label=label, words=words, key=key)
    send(key, rest)
    pick = picked(_mount, data, key, on_pick)
    return None if pick is None else str(pick)


def message(
    layers: Sequence[Mapping[str, Any]],
    *,
    selected: str | None,
    label: str = "Layers",
    words: Mapping[str, str] | None = None,
    key: str = "",
) -> tuple[bytes, bytes]:
    """Return what `strip` sends to the browser for the same arguments: a buffer of `pack` and its parcel."""
    rows = tuple(
        (str(layer["name"]), str(layer["kind"]), tuple(map(int, layer["size"])), layer.get("family"))
        for layer in layers
    )
    named, rest = _parcel(key, rows, label, tuple(words_of("strip", words).items()))
    return pack({**named, "selected": selected}), rest


# A network has hundreds of layers, of which a pick changes none, and a class looks at few networks.
@lru_cache(maxsize=64)
def _parcel(
    key: str, rows: tuple[_Row, ...], label: str, words: tuple[tuple[str, str], ...]
) -> tuple[Mapping[str, Any], bytes]:
    groups = _groups([name for name, *_ in rows])
    layers = [
        {
            "name": name,
            "kind": kind,
            "size": size,
            "family": family if family in FAMILIES else "other",
            "group": group,
        }
        for (name, kind, size, family), group in zip(rows, groups, strict=True)
    ]
    return parcel(key, {"layers": layers, "families": FAMILIES, "label": label, "words": dict(words)})


def _groups(names: Sequence[str]) -> list[str]:
    """Return each layer's group: the first part of its name, or the first two where one part holds most layers."""
    parts = [name.split(".") for name in names]
    crowd = Counter(part[0] for part in parts if len(part) > 2)
    groups = []
    for part in parts:
        depth = 2 if crowd[part[0]] > len(names) / 2 else 1
        groups.append(".".join(part[: min(depth, len(part) - 1)]))
    return groups
