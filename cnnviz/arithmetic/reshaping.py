"""Layers that only arrange numbers anew: nothing is learned, nothing is computed, and training keeps nothing."""

from collections.abc import Sequence
from functools import partial
from math import prod

from cnnviz.arithmetic.checks import axis, image, shown, tensor, whole_number
from cnnviz.arithmetic.formulas import Measure, letters, product, step
from cnnviz.arithmetic.record import Layer, Size, Step, Window
from cnnviz.errors import ShapeError


def flatten(input_size: Sequence[int], *, start_dim: int = 1, end_dim: int = -1) -> Layer:
    """Return the dimensions from `start_dim` to `end_dim` as one, as torch.nn.Flatten. Raises ShapeError."""
    size = tensor("Flatten", input_size, 1)
    start, end = axis("Flatten", start_dim, len(size)), axis("Flatten", end_dim, len(size))
    if start > end:
        raise ShapeError(f"Flatten starts at dimension {start} and ends at {end}; the end must not come first.")
    output = (*size[:start], prod(size[start : end + 1]), *size[end + 1 :])
    return Layer(
        "Flatten", size, output, unseen=(0,) * len(size[2:]), explain=partial(_flatten_steps, size[start : end + 1])
    )


def _flatten_steps(flattened: Size) -> tuple[Step, ...]:
    symbols = ("C", *letters(len(flattened) - 1)) if len(flattened) in (2, 3, 4) else ("n",) * len(flattened)
    return (product("features", prod(flattened), *zip(symbols, flattened, strict=True)),)


def unflatten(input_size: Sequence[int], *, dim: int, unflattened_size: Sequence[int]) -> Layer:
    """Return dimension `dim` as several, one of which may be -1 for what is left, as torch.nn.Unflatten.

    Raises ShapeError.
    """
    size = tensor("Unflatten", input_size, 1)
    wanted = tuple(unflattened_size) if isinstance(unflattened_size, Sequence) else (unflattened_size,)
    place = axis("Unflatten", dim, len(size))
    known = [entry for entry in wanted if entry != -1]
    for entry in known:
        whole_number("unflattened size", entry)
    left = len(wanted) - len(known)
    fits = size[place] % prod(known) == 0 if left == 1 else size[place] == prod(known)
    if left > 1 or not fits or not wanted:
        raise ShapeError(f"Dimension {place} of {shown(size)} is {size[place]}, which cannot become {shown(wanted)}.")
    made = tuple(size[place] // prod(known) if entry == -1 else entry for entry in wanted)
    return Layer("Unflatten", size, (*size[:place], *made, *size[place + 1 :]), unseen=(0,) * len(size[2:]))


def identity(input_size: Sequence[int]) -> Layer:
    """Return the input, as torch.nn.Identity."""
    size = tensor("Identity", input_size, 1)
    return Layer("Identity", size, size, unseen=(0,) * len(size[2:]))


def channel_shuffle(input_size: Sequence[int], *, groups: int) -> Layer:
    """Return (N, C, ...) with the channels of all groups taken in turn, as torch.nn.ChannelShuffle. Raises ShapeError.

    Between grouped convolutions it lets every group see all others (Zhang et al. 2018, ShuffleNet).
    """
    size = tensor("ChannelShuffle", input_size, 3)
    if size[1] % whole_number("groups", groups):
        raise ShapeError(f"{size[1]} channels cannot be divided into {groups} groups.")
    return Layer("ChannelShuffle", size, size, unseen=(0,) * len(size[2:]))


def pixel_shuffle(input_size: Sequence[int], *, upscale_factor: int) -> Layer:
    """Return (N, C·r², H, W) as (N, C, H·r, W·r), as torch.nn.PixelShuffle. Raises ShapeError."""
    batch, channels, (height, width) = image("PixelShuffle", input_size, 2)
    factor = whole_number("upscale factor", upscale_factor)
    if channels % factor**2:
        raise ShapeError(
            f"{channels} channels cannot be divided by {factor**2}, the square of the upscale factor {factor}."
        )
    return Layer(
        "PixelShuffle",
        (batch, channels, height, width),
        (batch, channels // factor**2, height * factor, width * factor),
        unseen=(0, 0),
        links=(((1, 0, factor), (1, 0, factor)),) * 2,
        explain=partial(_shuffle_steps, (channels, height, width), factor),
    )


def pixel_unshuffle(input_size: Sequence[int], *, downscale_factor: int) -> Layer:
    """Return (N, C, H·r, W·r) as (N, C·r², H, W), as torch.nn.PixelUnshuffle. Raises ShapeError."""
    batch, channels, positions = image("PixelUnshuffle", input_size, 2)
    factor = whole_number("downscale factor", downscale_factor)
    if any(extent % factor for extent in positions):
        raise ShapeError(f"An image of {shown(positions)} cannot be divided by the downscale factor {factor}.")
    return Layer(
        "PixelUnshuffle",
        (batch, channels, *positions),
        (batch, channels * factor**2, *(extent // factor for extent in positions)),
        window=Window((factor,) * 2, (factor,) * 2, (1, 1), (0, 0), (0, 0)),
        unseen=(0, 0),
        links=(((factor, 0, 1), (factor, factor - 1, 1)),) * 2,
        explain=partial(_unshuffle_steps, (channels, *positions), factor),
    )


def _shuffle_steps(size: Size, factor: int) -> tuple[Step, ...]:
    r: Measure = ("r", factor)
    channels, height, width = size
    return (
        step("channels", r"\frac{<c>}{<r>^2}", channels // factor**2, c=("C", channels), r=r),
        step("height", r"<i> \cdot <r>", height * factor, i=("H", height), r=r),
        step("width", r"<i> \cdot <r>", width * factor, i=("W", width), r=r),
    )


def _unshuffle_steps(size: Size, factor: int) -> tuple[Step, ...]:
    r: Measure = ("r", factor)
    channels, height, width = size
    return (
        step("channels", r"<c> \cdot <r>^2", channels * factor**2, c=("C", channels), r=r),
        step("height", r"\frac{<i>}{<r>}", height // factor, i=("H", height), r=r),
        step("width", r"\frac{<i>}{<r>}", width // factor, i=("W", width), r=r),
    )
