"""Exact integer bounds of what a unit sees: chains of floor((a·i + b) / c), from a unit's index to an input pixel.

A convolution alone needs one link with c = 1. Upsampling divides; keeping the floor keeps every unit exact, where one
fractional slope with one offset would only bound it.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from math import gcd, prod

Link = tuple[int, int, int]
Chain = tuple[Link, ...]


def evaluate(chain: Chain, index: int) -> int:
    """Return the pixel that a chain leads to from a unit's index."""
    for a, b, c in chain:
        index = (a * index + b) // c
    return index


@lru_cache(maxsize=8192)
def slope(chain: Chain) -> Fraction:
    """Return by how many pixels a chain moves a unit, on the average."""
    return Fraction(prod(a for a, _, _ in chain), prod(c for _, _, c in chain))


def before(link: Link, chain: Chain) -> Chain:
    """Return the chain that takes `link` first. Links that can be one are made one."""
    a, b, c = link
    if (common := gcd(a, c)) > 1:
        a, b, c = a // common, b // common, c // common
    (head_a, head_b, head_c), *rest = chain
    if c == 1:
        a, b, c = head_a * a, head_a * b + head_b, head_c
    elif head_a == 1:
        b, c = b + head_b * c, c * head_c
    else:
        return ((a, b, c), *chain)
    if (common := gcd(a, c)) > 1:
        a, b, c = a // common, b // common, c // common
    return ((a, b, c), *rest)


@dataclass(frozen=True, slots=True)
class Span:
    """What a unit sees along one axis of the image, given its index along the tensor's dimension `dim`.

    Its first pixel is the least of `firsts`, its last pixel the greatest of `lasts`. Without a `dim` every unit sees
    the same pixels; `whole` then tells that those are all that the network sees.
    """

    firsts: tuple[Chain, ...]
    lasts: tuple[Chain, ...]
    dim: int | None = None
    whole: bool = False

    def first(self, index: int) -> int:
        return min(evaluate(chain, index) for chain in self.firsts)

    def last(self, index: int) -> int:
        return max(evaluate(chain, index) for chain in self.lasts)

    @property
    def slopes(self) -> frozenset[Fraction]:
        return frozenset({slope(chain) for chain in self.firsts + self.lasts})

    @property
    def period(self) -> int:
        """After how many units the fields repeat, moved by a whole number of pixels."""
        return prod(c for chain in self.firsts + self.lasts for _, _, c in chain)

    def through(self, first: Link, last: Link) -> "Span":
        """Return the span of an operation whose unit reads the indices from `first` to `last` of this tensor."""
        return Span(
            _prune((before(first, chain) for chain in self.firsts), min),
            _prune((before(last, chain) for chain in self.lasts), max),
            self.dim,
        )

    def at(self, first: int, last: int, *, whole: bool = False) -> "Span":
        """Return the span of an operation every unit of which reads the indices from `first` to `last`."""
        return constant(self.first(first), self.last(last), whole=whole or self.whole)

    def on(self, dim: int | None) -> "Span":
        return Span(self.firsts, self.lasts, dim, self.whole)

    def union(self, *others: "Span") -> "Span":
        """Return the span of units that see what this span's and what the others' units of the same index see."""
        spans = (self, *others)
        return Span(
            _prune((chain for span in spans for chain in span.firsts), min),
            _prune((chain for span in spans for chain in span.lasts), max),
            self.dim,
            any(span.whole for span in spans),
        )


def identity(dim: int) -> Span:
    """Return the span of the image itself, in which unit i is pixel i."""
    return Span((((1, 0, 1),),), (((1, 0, 1),),), dim)


def constant(first: int, last: int, *, whole: bool = False) -> Span:
    """Return the span of a tensor every unit of which sees the pixels from `first` to `last`."""
    return Span((((0, first, 1),),), (((0, last, 1),),), None, whole)


def _prune(chains: Iterable[Chain], best: Callable[[int, int], int]) -> tuple[Chain, ...]:
    """Of chains that differ in one offset alone keep the outermost: a branch must not double the work."""
    chains = tuple(dict.fromkeys(chains))
    if len(chains) == 1:
        return chains
    for place in (-1, 0):
        kept: dict[object, Chain] = {}
        for chain in chains:
            a, b, c = chain[place]
            key = (a, c, chain[:-1] if place else chain[1:])
            if key not in kept or best(b, kept[key][place][1]) == b:
                kept[key] = chain
        chains = tuple(kept.values())
    return chains
