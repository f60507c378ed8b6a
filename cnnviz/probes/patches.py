"""The images that excite a channel most, and the part of each that does."""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from cnnviz.calls import Call
from cnnviz.errors import ShapeError
from cnnviz.nested import first_tensor
from cnnviz.probes.maps import check_channel, stacked_maps
from cnnviz.probes.partial_forward import catch

Box = tuple[int | Fraction, int | Fraction, int | Fraction, int | Fraction]


@dataclass(frozen=True)
class Hit:
    """One image's strongest unit of a channel: the image's number in the stack, the unit's place, and its value."""

    index: int
    row: int
    column: int
    value: float


def strongest(
    model: nn.Module, images: Tensor | Iterable[Tensor], layer: str, channel: int, *, count: int = 9, chunk: int = 32
) -> tuple[Hit, ...]:
    """Return the `count` images that excite a channel most, the strongest first, each once with its strongest unit.

    `images` is a stack (N, C, H, W), run `chunk` at a time and no further than the layer, or an iterable of such
    stacks, each run at once and numbered on. Of equals the first image and the first unit by rows win. Raises
    ModelError for a layer and ShapeError for a channel that is not there.
    """
    stacks = images.split(chunk) if isinstance(images, Tensor) else images
    hits: list[Hit] = []

    def take(call: Call) -> NDArray[np.float32]:
        output = first_tensor(call.output)
        maps = None if output is None else stacked_maps(output, call.kind)
        if maps is None or len(maps) != len(stack):
            raise ShapeError(f"The output of {layer} is not a stack of maps, one for each of {len(stack)} images.")
        check_channel(layer, channel, maps.shape[1])
        picked: NDArray[np.float32] = maps[:, channel].float().cpu().numpy()
        return picked

    with torch.no_grad():
        for stack in stacks:
            maps = catch(model, stack, layer, take)
            for each in maps:
                row, column = divmod(int(each.argmax()), each.shape[1])
                hits.append(Hit(len(hits), row, column, float(each[row, column])))
    return tuple(sorted(hits, key=lambda hit: (-hit.value, hit.index))[:count])


def cut(view: NDArray[np.uint8], box: Box | None, fill: int | tuple[int, int, int] = 128) -> NDArray[np.uint8]:
    """Return the part (h, w, 3) of a picture (H, W, 3) inside a receptive field, `fill` where that reaches beyond it.

    `box` is (top, left, bottom, right), half-open, in the picture's pixels; pixels that it holds in part are shown
    whole. The whole picture is returned for None and for a box that is at least as high and as wide as the picture.
    """
    if box is None:
        return view.copy()
    top, left, bottom, right = floor(box[0]), floor(box[1]), ceil(box[2]), ceil(box[3])
    if bottom <= top or right <= left:
        raise ShapeError(f"A box from row {top} to {bottom} and column {left} to {right} holds no pixel.")
    height, width = view.shape[:2]
    if bottom - top >= height and right - left >= width:
        return view.copy()
    piece = np.empty((bottom - top, right - left, 3), np.uint8)
    piece[:] = fill
    rows, columns = slice(max(top, 0), min(bottom, height)), slice(max(left, 0), min(right, width))
    if rows.start < rows.stop and columns.start < columns.stop:
        piece[rows.start - top : rows.stop - top, columns.start - left : columns.stop - left] = view[rows, columns]
    return piece
