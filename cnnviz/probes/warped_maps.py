"""The photo warped and then seen by a network, against its feature maps warped: how far the two are apart, by layer.

A layer commutes with a warp where both orders give the same maps. A convolution does with a shift, and with nothing
else that an affine theta can do.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from cnnviz.arithmetic.affine import Theta
from cnnviz.arithmetic.lattice import Lattice, carried
from cnnviz.calls import eagerly
from cnnviz.errors import ModelError
from cnnviz.modules import modules_of
from cnnviz.probes.activations import activations
from cnnviz.probes.arrays import Floats, to_numpy
from cnnviz.probes.resampling import resampled

Lattices = tuple[Lattice, Lattice]

_ROUNDING = 1e-5  # pixels: a source this near to a pixel is that pixel


@dataclass(frozen=True)
class Gap:
    """How far maps warped are from maps of the warped photo, as a share of how much the latter vary.

    `whole` counts every unit, `interior` only the `units` a channel that saw nothing but photo both ways, of `all`;
    it is None where there is none.
    """

    layer: str
    whole: float
    interior: float | None
    units: int
    all: int


@dataclass(frozen=True, eq=False)
class WarpedMaps:
    """One layer's maps (C, H, W): `plain`, of the photo; `after`, those warped; `before`, of the warped photo.

    `photo` and `warped` are (C, S, S) as the network gets them. `interior` (H, W) is 1 where a unit saw nothing but
    photo both ways. `theta` is the map's own. `gaps` are those of every layer with rows and columns, in the order of
    execution, and `probabilities` (3, K) those of the photo, of the photo warped, and of the layer's maps warped.
    """

    plain: Floats
    after: Floats
    before: Floats
    photo: Floats
    warped: Floats
    interior: NDArray[np.uint8]
    theta: Theta
    gaps: tuple[Gap, ...]
    probabilities: Floats


def warp(batch: Tensor, theta: Theta) -> Tensor:
    """Return (N, C, H, W) read at theta's places, all channels at the same ones, zeros outside."""
    return resampled(batch, torch.tensor(theta, dtype=torch.float64).reshape(1, 2, 3))


def warp_photo(batch: Tensor, theta: Theta, black: Tensor) -> Tensor:
    """Return the same of prepared photos, with `black` (C, 1, 1), the value of a black pixel, outside."""
    return warp(batch - black, theta) + black


def warped_maps(
    model: nn.Module, photo: Tensor, black: Tensor, layer: str, theta: Theta, lattices: Mapping[str, Lattices]
) -> WarpedMaps:
    """Return what warping a photo (1, C, S, S) and warping the maps of `layer` give.

    `lattices` (rows, columns) say which place of the photo each unit of a layer stands for. Raises ModelError for a
    layer that has none.
    """
    _known(layer, lattices)
    with torch.inference_mode():
        moved = warp_photo(photo, theta, black)
        pair = torch.cat([photo, moved])
        maps = {name: kept for name, kept in activations(model, pair).items() if name in lattices}
        scores = [model(pair), _through(model, photo, layer, carried(theta, *lattices[layer]))]
        pairs = {name: (warp(kept[:1], carried(theta, *lattices[name])), kept[1:]) for name, kept in maps.items()}
        gaps = tuple(_gap(name, *both, interior(theta, *lattices[name])) for name, both in pairs.items())
        after, before = pairs[layer]
        return WarpedMaps(
            to_numpy(maps[layer][0]),
            to_numpy(after[0]),
            to_numpy(before[0]),
            to_numpy(photo[0]),
            to_numpy(moved[0]),
            interior(theta, *lattices[layer]).astype(np.uint8),
            carried(theta, *lattices[layer]),
            gaps,
            to_numpy(torch.cat(scores).double().softmax(dim=1)),
        )


def warped_answers(
    model: nn.Module, photos: Tensor, black: Tensor, layer: str, theta: Theta, lattices: Mapping[str, Lattices]
) -> NDArray[np.int32]:
    """Return a classifier's answers (3, N) to photos (N, C, S, S), to them warped, and with the layer's maps warped."""
    _known(layer, lattices)
    with torch.inference_mode():
        moved = warp_photo(photos, theta, black)
        scores = model(photos), model(moved), _through(model, photos, layer, carried(theta, *lattices[layer]))
        answers: NDArray[np.int32] = torch.stack(scores).argmax(dim=2).to("cpu", torch.int32).numpy()
        return answers


def interior(theta: Theta, rows: Lattice, columns: Lattice) -> NDArray[np.bool_]:
    """Return (H, W), true where a unit of the warped map and of the warped photo's map saw nothing but photo."""
    a, b, c, d, e, f = theta
    row, column = np.mgrid[: rows.length, : columns.length].astype(np.float64)
    inside = np.ones(row.shape, bool)
    # The warped photo: a field reads a parallelogram of the photo, which is inside where its corners are.
    for down in (0, rows.size - 1):
        for across in (0, columns.size - 1):
            y, x = row * rows.stride - rows.padding + down, column * columns.stride - columns.padding + across
            inside &= _within(y, rows.side) & _within(x, columns.side)
            v, u = (2 * y + 1) / rows.side - 1, (2 * x + 1) / columns.side - 1
            inside &= _within(_index(d * u + e * v + f, rows.side), rows.side)
            inside &= _within(_index(a * u + b * v + c, columns.side), columns.side)
    # The warped map: up to four units are read, and each of them has a field of its own.
    a, b, c, d, e, f = carried(theta, rows, columns)
    v, u = (2 * row + 1) / rows.length - 1, (2 * column + 1) / columns.length - 1
    for axis, source in ((rows, d * u + e * v + f), (columns, a * u + b * v + c)):
        at = _index(source, axis.length)
        for unit in (np.floor(at + _ROUNDING), np.ceil(at - _ROUNDING)):
            first = unit * axis.stride - axis.padding
            inside &= _within(unit, axis.length) & _within(first, axis.side) & _within(first + axis.size - 1, axis.side)
    return inside


def _index(place: NDArray[np.float64], length: int) -> NDArray[np.float64]:
    return ((place + 1) * length - 1) / 2


def _within(index: NDArray[np.float64], length: int) -> NDArray[np.bool_]:
    return (index >= -_ROUNDING) & (index <= length - 1 + _ROUNDING)


def _gap(name: str, after: Tensor, before: Tensor, inside: NDArray[np.bool_]) -> Gap:
    """Return the gap between two stacks of maps (1, C, H, W)."""
    squares = (after - before).double().square().mean(dim=1)[0]
    varies = float((before - before.mean(dim=(2, 3), keepdim=True)).double().square().mean()) or 1.0
    within = squares[torch.from_numpy(inside).to(squares.device)]
    apart = float((within.mean() / varies).sqrt()) if len(within) else None
    return Gap(name, float((squares.mean() / varies).sqrt()), apart, int(inside.sum()), inside.size)


def _through(model: nn.Module, batch: Tensor, layer: str, theta: Theta) -> Tensor:
    """Return a model's scores where the maps of one layer are warped on their way."""
    module = {name: module for name, module in modules_of(model) if name}.get(layer)
    if module is None:
        raise ModelError(f"{layer} is a function and no module of this network, so its maps cannot be warped.")
    handle = module.register_forward_hook(lambda module, arguments, output: warp(output, theta))
    try:
        with eagerly():
            scores: Tensor = model(batch)
    finally:
        handle.remove()
    return scores


def _known(layer: str, lattices: Mapping[str, Lattices]) -> None:
    if layer not in lattices:
        raise ModelError(
            f"The output of {layer} has no rows and columns that lie evenly over the photo; "
            f"this network's that have are {', '.join(lattices) or 'none'}."
        )
