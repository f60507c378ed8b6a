"""Does a layer of the shifted picture give the shifted maps? Layer by layer, the exact difference.

    >>> found = equivariance(model, batch, places, down=0, right=4)  # doctest: +SKIP
    >>> [(layer.name, layer.moved, layer.interior.largest) for layer in found]  # doctest: +SKIP
    [("conv1", (0, 4), 0.0), ("pool1", (0, 2), 0.0), ...]

The picture is shifted in a circle: what leaves on one side comes in on the other. A layer whose stride does not divide
the shift has its maps moved by a fraction of a unit: values between two units are read off the line between them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from cnnviz.calls import Call, observe
from cnnviz.nested import first_tensor
from cnnviz.probes.arrays import to_numpy
from cnnviz.probes.maps import stacked_maps
from cnnviz.probes.partial_forward import catch
from cnnviz.probes.subsampling import Instead, Units, moved

# Relative differences up to here are rounding: sums in another order.
SAME = 1e-5


@dataclass(frozen=True)
class Places:
    """Where a layer's units stand in the input: `stride` (down, right) pixels from one to the next.

    `rows` and `columns` are the first and the last pixel that each unit reads along an axis, whether or not it lies
    inside; empty where that is not known or every unit reads everything.
    """

    stride: tuple[Units, Units]
    rows: tuple[tuple[int, int], ...] = ()
    columns: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True)
class Gap:
    """How far two stacks of maps are apart at `units` places, all channels: the `largest` difference of two values.

    `relative` is the root of the sum of squared differences, divided by that of the second stack's squares.
    """

    units: int
    largest: float
    relative: float


@dataclass(frozen=True)
class LayerGap:
    """One layer's maps of the shifted picture against its maps of the picture, shifted.

    `moved` is by how many units (down, right); None where no positions are left, and the maps should not change at all.
    `interior` are the units that read neither padding nor what came in at a border, before the shift or after; `border`
    are the others; None where there are none. `nearest` is `whole` against maps moved by the nearest whole number of
    units, the better one of those that are equally near; it is `whole` itself where the shift is a whole one.
    """

    name: str
    kind: str
    maps: tuple[int, int, int]
    stride: tuple[Units, Units] | None
    moved: tuple[Units, Units] | None
    interior: Gap | None
    border: Gap | None
    whole: Gap
    nearest: Gap

    @property
    def between(self) -> bool:
        """Return whether the maps had to move by a fraction of a unit."""
        return self.moved is not None and any(step != int(step) for step in self.moved)

    @property
    def same(self) -> bool:
        """Return whether there are interior units, and all of them are the same up to rounding."""
        return self.interior is not None and self.interior.relative <= SAME


@dataclass(frozen=True, eq=False)
class ShiftedMaps:
    """One channel of one layer, (H, W) each: of the `shifted` picture, and of the picture and then `moved`.

    `interior` is 1 where a unit counts as interior. `gap` is over this channel's interior and border alike.
    """

    channel: int
    still: NDArray[np.float32]
    shifted: NDArray[np.float32]
    moved: NDArray[np.float32]
    interior: NDArray[np.uint8]
    gap: Gap


def equivariance(
    model: nn.Module,
    batch: Tensor,
    places: Mapping[str, Places],
    *,
    down: int,
    right: int,
    circular: bool = False,
    blur: str | None = None,
) -> tuple[LayerGap, ...]:
    """Return the layers of `places` for one picture (1, C, H, W), in the order of execution; it is one forward of two.

    With `circular`, padding continues on the other side; with `blur`, one of subsampling.BLURS is put before every
    strided maximum and convolution. A layer whose output has no maps is left out.
    """
    found: list[LayerGap] = []
    instead, wide = Instead(circular=circular, blur=blur), Widened()

    def compare(call: Call) -> None:
        extra = wide.after(instead, places.get(call.name))
        maps = _maps_of(call)
        if call.name in places and maps is not None and len(maps) == 2:
            found.append(_compared(call, maps, places[call.name], batch.shape[2:], (down, right), extra))

    with torch.inference_mode(), observe(model, compare, around=instead, steps=False):
        model(_both(batch, down, right))
    return tuple(found)


def shifted_maps(
    model: nn.Module,
    batch: Tensor,
    places: Mapping[str, Places],
    layer: str,
    channel: int | None = None,
    *,
    down: int,
    right: int,
    circular: bool = False,
    blur: str | None = None,
) -> ShiftedMaps:
    """Return one channel of one layer for a picture (1, C, H, W), by default the one with the most in it.

    Raises ModelError where there is no such layer.
    """
    instead, wide = Instead(circular=circular, blur=blur), Widened()

    def take(call: Call) -> ShiftedMaps:
        extra = wide.after(instead, places.get(call.name))
        maps = _maps_of(call)
        assert maps is not None
        size = (int(batch.shape[2]), int(batch.shape[3]))
        units = _moved(places[layer], maps, (down, right))
        wanted, there = moved(maps[0], units), maps[1]
        strength = maps[0].flatten(1).float().std(dim=1, correction=0)
        picked = int(strength.argmax()) if channel is None else min(channel, len(there) - 1)
        inside = interior(places[layer], size, units, extra, tuple(there.shape[1:]))
        return ShiftedMaps(
            picked,
            to_numpy(maps[0, picked]),
            to_numpy(there[picked]),
            to_numpy(wanted[picked]),
            inside.to(torch.uint8).numpy(),
            gap(there[picked : picked + 1], wanted[picked : picked + 1], torch.ones_like(inside)),
        )

    def before(call: Call) -> None:
        wide.after(instead, places.get(call.name))

    with torch.inference_mode():
        return catch(model, _both(batch, down, right), layer, take, around=instead, before=before)


class Widened:
    """How many pixels farther than `places` says a unit reads, because of the blurs so far."""

    def __init__(self) -> None:
        self.pixels = [0, 0]

    def after(self, instead: Instead, places: Places | None) -> tuple[int, int]:
        """Return the pixels (down, right) after the call that `instead` has just run."""
        if instead.reach and places is not None:
            # A blur reads neighbours before the stride: at most as far apart as the units are after it.
            self.pixels = [
                most + ceil(instead.reach * step) for most, step in zip(self.pixels, places.stride, strict=True)
            ]
        instead.reach = 0
        return self.pixels[0], self.pixels[1]


def gap(one: Tensor, other: Tensor, where: Tensor) -> Gap:
    """Return how far maps (C, H, W) are apart at the places of `where` (H, W)."""
    return Apart.of(one, other).at(where)


@dataclass(frozen=True, eq=False)
class Apart:
    """Two stacks of maps compared place by place, (H, W) each, so that many choices of places cost little more."""

    largest: Tensor
    squares: Tensor
    reference: Tensor

    @classmethod
    def of(cls, one: Tensor, other: Tensor) -> "Apart":
        """Compare maps (C, H, W)."""
        difference = one - other
        return cls(difference.abs().amax(dim=0), difference.square().sum(dim=0), other.square().sum(dim=0))

    def at(self, where: Tensor) -> Gap:
        """Return the gap at the places of `where` (H, W)."""
        where = where.bool().to(self.largest.device)
        count = int(where.sum())
        if not count:
            return Gap(0, 0.0, 0.0)
        squares, reference = (float(each[where].double().sum()) for each in (self.squares, self.reference))
        relative = (squares / reference) ** 0.5 if reference else float(squares > 0)
        return Gap(count, float(self.largest[where].max()), relative)


def interior(
    places: Places,
    size: tuple[int, int],
    units: tuple[Units, Units],
    extra: tuple[int, int],
    maps: tuple[int, ...],
) -> Tensor:
    """Return where (H, W) a unit and those it is compared with read pixels of the picture alone, `extra` ones added."""
    along = []
    axes = zip((places.rows, places.columns), size, units, extra, maps, strict=True)
    for reads, extent, step, more, count in axes:
        known = len(reads) == count
        inside = [known and first - more >= 0 and last + more < extent for first, last in (reads if known else ())]
        inside = inside or [False] * count
        others = {floor(step), ceil(step)}
        along.append(
            torch.tensor(
                [
                    inside[unit] and all(0 <= unit - other < count and inside[unit - other] for other in others)
                    for unit in range(count)
                ]
            )
        )
    return along[0][:, None] & along[1][None, :]


def _both(batch: Tensor, down: int, right: int) -> Tensor:
    return torch.cat([batch, batch.roll((down, right), (2, 3))])


def _maps_of(call: Call) -> Tensor | None:
    tensor = first_tensor(call.output)
    return None if tensor is None else stacked_maps(tensor, call.kind)


def _moved(places: Places, maps: Tensor, shift: tuple[int, int]) -> tuple[Units, Units]:
    if maps.shape[2] * maps.shape[3] == 1:
        return 0, 0
    steps = (Fraction(pixels) / Fraction(stride) for pixels, stride in zip(shift, places.stride, strict=True))
    down, right = (int(step) if step.denominator == 1 else step for step in steps)
    return down, right


def _compared(
    call: Call, maps: Tensor, places: Places, size: torch.Size, shift: tuple[int, int], extra: tuple[int, int]
) -> LayerGap:
    channels, height, width = maps.shape[1:]
    units = _moved(places, maps, shift)
    everywhere = torch.ones(height, width, dtype=torch.bool)
    apart = Apart.of(maps[1], moved(maps[0], units))
    whole = apart.at(everywhere)
    positions = height * width > 1
    inside = interior(places, (size[0], size[1]), units, extra, (height, width)) if positions else ~everywhere
    inner, outer = apart.at(inside), apart.at(~inside)
    between = any(step != int(step) for step in units)
    nearest = whole
    if between:
        near = (gap(maps[1], moved(maps[0], step), everywhere) for step in _near(units))
        nearest = min(near, key=lambda found: found.relative)
    return LayerGap(
        call.name,
        call.kind,
        (channels, height, width),
        places.stride if positions else None,
        units if positions else None,
        inner if inner.units else None,
        outer if outer.units and positions else None,
        whole,
        nearest,
    )


def _near(units: tuple[Units, Units]) -> list[tuple[int, int]]:
    downs, rights = ({floor(step + Fraction(1, 2)), ceil(step - Fraction(1, 2))} for step in units)
    return [(down, right) for down in sorted(downs) for right in sorted(rights)]
