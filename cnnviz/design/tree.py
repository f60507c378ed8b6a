"""What a row is made of: layers one after another, and branches that are added or concatenated."""

from collections import Counter
from dataclasses import dataclass
from functools import cache, lru_cache

from cnnviz.design.rows import Row


@dataclass(frozen=True, slots=True)
class Join:
    """Branches that read the same tensor; their outputs are joined along the channels ("cat"), or "add"ed, or "mul".

    Joined in place, the sum lies in the memory of the first branch's output.

    `branches` are (name, layers); a branch without layers hands on what it reads. `after` is an activation that
    follows the join.
    """

    how: str
    branches: tuple[tuple[str, tuple[Row, ...]], ...]
    after: Row | None = None
    in_place: bool = False


Parts = tuple[Row, ...] | Join

_PREFIXES = (
    ("ConvTranspose", "deconv"),
    ("Conv", "conv"),
    ("MaxPool", "pool"),
    ("AvgPool", "pool"),
    ("LPPool", "pool"),
    ("Adaptive", "pool"),
    ("Linear", "fc"),
    ("BatchNorm", "bn"),
    ("LayerNorm", "norm"),
    ("GroupNorm", "norm"),
    ("InstanceNorm", "norm"),
    ("LocalResponseNorm", "norm"),
    ("PixelShuffle", "shuffle"),
    ("PixelUnshuffle", "unshuffle"),
)


@lru_cache(maxsize=256)
def names_of(rows: tuple[Row, ...]) -> tuple[str, ...]:
    """Return a readable name for each row of a sequence: conv1, relu1, pool1, conv2, ..., fc1."""
    used: Counter[str] = Counter()
    names = []
    for row in rows:
        name = _prefix(row.kind)
        used[name] += 1
        names.append(f"{name}{used[name]}")
    return tuple(names)


@cache
def _prefix(kind: str) -> str:
    for start, prefix in _PREFIXES:
        if kind.startswith(start):
            return prefix
    low = kind.lower()
    return "pad" if "pad" in low else low.removesuffix("2d")
