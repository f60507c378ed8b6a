"""How the receptive field grows with depth: network by network, or with one layer stacked."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from cnnviz.arithmetic.families import family
from cnnviz.arithmetic.receptive_field import reach_of_input, through
from cnnviz.arithmetic.record import Layer


@dataclass(frozen=True)
class Course:
    """One network: after `depths` convolutions and poolings the largest field so far has `sizes` pixels a side.

    `names` are the layers'. `covers` is the depth at which a field is as large as the image, `whole` that from which a
    unit sees all of it, whatever its size, with the layer that does it; None where none does. `image` is (H, W).
    """

    title: str
    image: tuple[int, int]
    depths: Sequence[int]
    sizes: Sequence[int]
    names: Sequence[str]
    covers: tuple[int, str] | None
    whole: tuple[int, str] | None


def course(title: str, layers: Iterable[Any], image: tuple[int, int]) -> Course:
    """Return a network's course; `layers`, in the order of execution, have a name, a kind and a receptive_field.

    Branches are counted one after the other. The course ends where a unit sees the whole image, as after a global
    pooling: what comes later sees no more.
    """
    depths, sizes, names = [0], [1], ["input"]
    covers = whole = None
    depth = 0
    for layer in layers:
        counted = family(layer.kind) in ("conv", "pooling")
        depth += counted
        field = layer.receptive_field
        if field is None:
            continue
        if field.size is None:
            whole = depth, layer.name
            break
        if covers is None and all(size >= side for size, side in zip(field.size, image, strict=True)):
            covers = depth, layer.name
        if counted:
            depths.append(depth)
            sizes.append(max(sizes[-1], *map(int, field.size)))
            names.append(layer.name)
    return Course(title, image, depths, sizes, names, covers, whole)


def stacked(layer: Layer, count: int) -> tuple[int, ...] | None:
    """Return the field's pixels along the last axis after 1 to `count` such layers; None where one sees everything."""
    rank = len(layer.output_size) - 2
    reach, fields = reach_of_input(rank), []
    for _ in range(count):
        onward = through(reach, layer)
        if onward is None:
            return None
        reach = onward
        fields.append(reach[-1].size)
    return tuple(fields)
