"""What operations read every output of which depends on all positions along some dimensions of the input."""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from cnnviz.arithmetic.record import Link, Size, Window


@dataclass(frozen=True, slots=True)
class Mixed:
    """The entries of a Layer that tell what its outputs read."""

    whole: bool
    window: Window | None
    links: tuple[tuple[Link, Link], ...] | None


def mixed(size: Size, dims: AbstractSet[int]) -> Mixed:
    """Return what an operation reads that mixes the whole of `dims` of an input (N, C, ...).

    A layer that leaves no axis of positions apart sees the whole image, as does one that mixes the features of (N, C),
    in which the positions are. Of axes that are mixed beside others the window is the whole, and its stride is 0.
    """
    axes = [dim in dims for dim in range(2, len(size))]
    if all(axes) and (axes or 1 in dims):
        return Mixed(whole=True, window=None, links=None)
    if not any(axes):
        return Mixed(whole=False, window=None, links=None)
    kernel = tuple(extent if all_ else 1 for extent, all_ in zip(size[2:], axes, strict=True))
    none, one = (0,) * len(axes), (1,) * len(axes)
    window = Window(kernel, tuple(0 if all_ else 1 for all_ in axes), one, none, none)
    links = tuple(
        ((0, 0, 1), (0, k - 1, 1)) if all_ else ((1, 0, 1), (1, 0, 1)) for k, all_ in zip(kernel, axes, strict=True)
    )
    return Mixed(whole=False, window=window, links=links)
