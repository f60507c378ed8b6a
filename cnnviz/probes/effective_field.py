"""The effective receptive field: how strongly each pixel of a unit's field really moves the unit.

Luo, Li, Urtasun and Zemel 2016, "Understanding the Effective Receptive Field in Deep Convolutional Neural Networks":
the gradient of one unit by the input, averaged over images.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from math import pi

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from cnnviz.calls import Call
from cnnviz.errors import ShapeError
from cnnviz.nested import first_tensor
from cnnviz.probes.maps import check_channel, stacked_maps
from cnnviz.probes.partial_forward import catch

CHUNK = 4
Box = tuple[int, int, int, int]


@dataclass(frozen=True, eq=False)
class Effective:
    """How the energy of a unit's gradient is spread over the input, (H, W), in shares that add up to 1.

    The energy of a pixel is the square of the gradient, added over the input's channels and averaged over the images.
    Of `images` images, `silent` gave a gradient of nothing but zeros; if all did, `energy` is zero everywhere.
    """

    energy: NDArray[np.float32]
    layer: str
    row: int
    column: int
    images: int
    silent: int


@dataclass(frozen=True)
class Concentration:
    """How much of the energy is where in the theoretical field, and where it would be if all pixels counted alike.

    `inside` is the share in the field, `centre` that in its middle half by height and width. `radius` is the distance
    in pixels from the field's centre within which 90 % lie. `even_centre` and `even_radius` are the same of an energy
    that is spread evenly over that part of the field which lies on the image.
    """

    inside: float
    centre: float
    radius: float
    even_centre: float
    even_radius: float

    @property
    def area(self) -> float:
        """The area of the 90 % disc by that of an even spread."""
        return (pi * self.radius**2) / (pi * self.even_radius**2) if self.even_radius else 1.0


def effective(
    model: nn.Module,
    images: Tensor | Iterable[Tensor],
    layer: str,
    row: int,
    column: int,
    channel: int | None = None,
) -> Effective:
    """Return the effective field of the unit at (row, column) of a layer's maps: of one channel, or of all added up.

        >>> effective(resnet18, batch, "layer4.1.relu_1", 3, 3).energy.shape
        (224, 224)

    `images` is a stack (N, C, H, W), run a few at a time and no further than the layer, or an iterable of such stacks,
    each run at once. Parameters get no gradient. Raises ModelError for a layer and ShapeError for a position that is
    not there.
    """
    stacks = images.split(CHUNK) if isinstance(images, Tensor) else images
    total: NDArray[np.float64] | None = None
    count = silent = 0
    for stack in stacks:
        energies = _energies(model, stack, layer, row, column, channel)
        count += len(energies)
        silent += int((energies.max(axis=(1, 2)) == 0).sum())
        total = energies.sum(axis=0) + (0 if total is None else total)
    if total is None:
        raise ShapeError("The effective field is an average over images; give it one image at least.")
    whole = total.sum()
    spread = total / whole if whole > 0 else total
    return Effective(spread.astype(np.float32), layer, row, column, count, silent)


def concentration(energy: NDArray[np.float32], box: Box | None) -> Concentration:
    """Return how concentrated an energy (H, W) is in a box (top, left, bottom, right), half-open, or in all of it."""
    height, width = energy.shape
    top, left, bottom, right = box or (0, 0, height, width)
    rows, columns = np.arange(height)[:, None], np.arange(width)[None, :]
    field = (rows >= top) & (rows < bottom) & (columns >= left) & (columns < right)
    high, wide = (bottom - top) / 4, (right - left) / 4
    down, across = (top + bottom - 1) / 2, (left + right - 1) / 2
    middle = field & (np.abs(rows - down) <= high) & (np.abs(columns - across) <= wide)
    distance = np.hypot(rows - down, columns - across)
    total = float(energy.sum(dtype=np.float64)) or 1.0
    pixels = int(field.sum()) or 1
    return Concentration(
        inside=float(energy[field].sum(dtype=np.float64)) / total,
        centre=float(energy[middle].sum(dtype=np.float64)) / total,
        radius=_radius(distance[field], energy[field]),
        even_centre=int(middle.sum()) / pixels,
        even_radius=_radius(distance[field], np.ones(int(field.sum()))),
    )


def _radius(distance: NDArray[np.float64], energy: NDArray[np.floating], share: float = 0.9) -> float:
    """Return the distance within which a share of the energy lies."""
    if not distance.size:
        return 0.0
    order = np.argsort(distance, kind="stable")
    held = np.cumsum(energy[order], dtype=np.float64)
    place = int(np.searchsorted(held, share * held[-1]))
    return float(distance[order][min(place, len(order) - 1)])


def _energies(
    model: nn.Module, stack: Tensor, layer: str, row: int, column: int, channel: int | None
) -> NDArray[np.float64]:
    """Return each image's squared gradient (N, H, W), added over the input's channels."""

    def take(call: Call) -> Tensor:
        output = first_tensor(call.output)
        maps = None if output is None else stacked_maps(output, call.kind)
        if maps is None or len(maps) != len(stack):
            raise ShapeError(f"The output of {layer} is not a stack of maps, one for each of {len(stack)} images.")
        _, channels, rows, columns = maps.shape
        if not (0 <= row < rows and 0 <= column < columns):
            raise ShapeError(f"{layer} has maps of {rows} by {columns}; row {row}, column {column} is not in them.")
        if channel is None:
            return maps[:, :, row, column].sum()
        check_channel(layer, channel, channels)
        return maps[:, channel, row, column].sum()

    gradient = None
    with torch.inference_mode(False), torch.enable_grad():
        pixels = stack.detach().clone().requires_grad_()
        # A network whose first layer works in place may not overwrite a leaf.
        value = catch(model, pixels * 1, layer, take)
        if value.requires_grad:
            # In eval mode images don't mix, so one backward pass gives every image its own gradient.
            (gradient,) = torch.autograd.grad(value, pixels, allow_unused=True)
    if gradient is None:
        gradient = torch.zeros_like(pixels)
    energies: NDArray[np.float64] = gradient.double().square().sum(dim=1).cpu().numpy()
    return energies
