"""Poolings of a few numbers that are given outright, by torch's own layers, and what they keep of a picture that moves.

>>> pooled("MaxPool2d", torch.eye(4)[None], kernel_size=2).output
array([[[1., 0.], [0., 1.]]], dtype=float32)
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from cnnviz.arithmetic import layer
from cnnviz.probes.arrays import Floats, to_numpy
from cnnviz.probes.resampling import by_pixels

# Two outputs are the same where they differ by no more than rounding; pixels are multiples of 1/255.
SAME = 1e-6


@dataclass(frozen=True, eq=False)
class Pooled:
    """`output` (C, *O); of a maximum also `winners` (C, *O), the flat index in its channel of the input that won.

    It is -1 where a window reads padding alone. `divisors` (*O) is what the sum of a window is divided by, None where
    there is no such division.
    """

    output: Floats
    winners: NDArray[np.int32] | None
    divisors: Floats | None


@dataclass(frozen=True)
class Kept:
    """How much stays: `kept` of `places`, those where either value is not 0, hold the same value as before.

    `change` is the sum of the differences divided by the sum of the values before.
    """

    kept: int
    places: int
    change: float


@dataclass(frozen=True, eq=False)
class Moved:
    """A picture moved to the right: `inputs` (C, *S), their pooled `output` (C, *O).

    `same` (C, *O) is 1 for outputs that stay and are not 0; `of_inputs` and `of_outputs` compare with the
    picture where it was.
    """

    inputs: Floats
    output: Floats
    same: NDArray[np.uint8]
    of_inputs: Kept
    of_outputs: Kept


@dataclass(frozen=True, eq=False)
class Shifts:
    """How much stays when pictures move by 1, 2, ... columns; averages over the pictures' places.

    `kept` (D,) is the share of the places that keep their value, of those not 0 both times; `change` (D,) is the sum of
    the differences divided by the sum of the values.
    """

    kept: Floats
    change: Floats


def pool(kind: str, inputs: Tensor, **settings: Any) -> Tensor:
    """Return what torch's layer `kind` ("MaxPool2d", "AdaptiveAvgPool2d", ...) makes of (N, C, ...).

    Raises ShapeError where torch would refuse it.
    """
    layer(kind, tuple(inputs.shape), **settings)
    made: Tensor = getattr(nn, kind)(**settings)(inputs)
    return made


def pooled(kind: str, inputs: Tensor, **settings: Any) -> Pooled:
    """Return the pooling of one input (C, ...), with what is needed to tell where each output came from."""
    batch = inputs.unsqueeze(0)
    output = pool(kind, batch, **settings)[0]
    winners = None
    if "Max" in kind:
        _, where = getattr(nn, kind)(**settings, return_indices=True)(batch)
        # A dilated window may read padding alone; torch then answers -inf and names an index beyond the input.
        winners = where[0].masked_fill(output == -torch.inf, -1).to(torch.int32).numpy()
    return Pooled(to_numpy(output), winners, _divisors(kind, batch[:, :1], settings))


def stays(before: Tensor, after: Tensor) -> Kept:
    """Return how much of `before` is in its place in `after`, of the same shape; 0 both times does not count."""
    places, same = _compared(before, after)
    before, after = (each.nan_to_num(0.0, 0.0, 0.0) for each in (before, after))
    total, gaps = float(before.abs().sum()), float((after - before).abs().sum())
    return Kept(int((same & places).sum()), int(places.sum()), gaps / total if total else 0.0)


def _compared(before: Tensor, after: Tensor) -> tuple[Tensor, Tensor]:
    """Return where either value is a number other than 0, and where both are the same."""
    before, after = (each.nan_to_num(0.0, 0.0, 0.0) for each in (before, after))
    return (before.abs() > SAME) | (after.abs() > SAME), (after - before).abs() <= SAME


def pooled_moved(kind: str, inputs: Tensor, columns: int, **settings: Any) -> Moved:
    """Return one input (C, ...) moved to the right by `columns`, and what the pooling makes of it."""
    there = by_pixels(inputs, right=columns, ground=None)
    before, after = (pool(kind, each.unsqueeze(0), **settings)[0] for each in (inputs, there))
    places, same = _compared(before, after)
    return Moved(
        to_numpy(there),
        to_numpy(after),
        (places & same).to(torch.uint8).numpy(),
        stays(inputs, there),
        stays(before, after),
    )


def shifts(kind: str | None, pictures: Tensor, longest: int, **settings: Any) -> Shifts:
    """Return what a pooling keeps of (N, 1, H, W) moved by 1 to `longest` columns; without `kind`, the pixels' own."""

    def seen(images: Tensor) -> Tensor:
        return images if kind is None else pool(kind, images, **settings)

    before = seen(pictures)
    found = [stays(before, seen(by_pixels(pictures, right=columns, ground=None))) for columns in range(1, longest + 1)]
    kept = [each.kept / max(1, each.places) for each in found]
    return Shifts(np.array(kept, np.float32), np.array([each.change for each in found], np.float32))


def _divisors(kind: str, batch: Tensor, settings: dict[str, Any]) -> Floats | None:
    """Return what torch divides the sum of each window by: the sums of ones over their averages."""
    ones = torch.ones_like(batch, dtype=torch.float64)
    if kind.startswith("AdaptiveAvg"):
        return None
    if kind.startswith("AvgPool"):
        average: Any = getattr(functional, f"avg_pool{kind[-2:]}")
        given = dict(settings)
    elif kind.startswith("LPPool"):
        # A power average is the average of powers times the window's size, so it has the average's divisor.
        average = getattr(functional, f"avg_pool{kind[-2:]}")
        given = {name: value for name, value in settings.items() if name != "norm_type"}
    else:
        return None
    means = average(ones, **given)
    sums = average(ones, **{**given, "divisor_override": 1})
    return to_numpy((sums / means)[0, 0])
