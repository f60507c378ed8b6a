"""Which axis an input lacks, or has too many, for a layer that reads (N, C, ...): the end of a sentence about it."""

from collections.abc import Sequence

IMAGE = {0: "(N, C)", 1: "(N, C, L)", 2: "(N, C, H, W)", 3: "(N, C, D, H, W)"}
# What comes right after the channels.
_POSITIONS = {1: "length", 2: "height", 3: "depth"}


def shown(size: Sequence[int]) -> str:
    """Return a size as it is written: 1x3x32x32."""
    return "x".join(map(str, size)) or "a single number"


def counted(number: int, noun: str) -> str:
    """Return a count with its noun: 1 channel, 3 channels."""
    return f"{number} {noun}{'s' * (number != 1)}"


def reads(size: Sequence[int], rank: int, channels: int, *, one: bool) -> str:
    """Return that an input has not the axes of (N, C, ...) with `rank` axes of positions, and which is missing.

    `one` tells that a single image, (C, ...), is read as well.
    """
    alone = f", or {IMAGE[rank].replace('N, ', '')} without a batch," if one else ""
    wrong = f"reads {IMAGE[rank]}{alone} and gets {shown(size)}, {counted(len(size), 'dimension')}"
    return wrong + missing(size, rank, channels)


def missing(size: Sequence[int], rank: int, channels: int) -> str:
    """Return which axis is missing, and a size that would be right, or "" where none can be told."""
    size, lacks = tuple(size), rank + 2 - len(size)
    if lacks == 1 and size[0] == channels:
        return _right("the batch is missing", (1, *size))
    if lacks == 1 and len(size) > 1 and size[1] == channels:
        return _right(f"the {_POSITIONS[rank]} is missing", (*size[:2], 1, *size[2:]))
    if lacks == 1:
        return _right("the channels are missing", (size[0], channels, *size[1:]))
    if lacks == 2 and rank > 1 and size[0] == channels:
        return _right(f"batch and {_POSITIONS[rank]} are missing", (1, channels, 1, *size[1:]))
    if lacks == 2 and size == (channels,):
        return _right("the batch is missing", (1, channels))
    if lacks == 2 and rank > 1 and size[1] == channels:
        return _right(
            f"{'depth and height' if rank == 3 else 'height and width'} are missing", (*size[:2], 1, 1, *size[2:])
        )
    if lacks == 2 and rank:
        return _right("batch and channels are missing", (1, channels, *size))
    if lacks == -1 and size[2] == channels:
        return _right("frames belong in the batch", (size[0] * size[1], *size[2:]))
    if lacks == -1 and size[1] == channels and size[2] == 1:
        return _right("the third axis is one too many", (*size[:2], *size[3:]))
    return ""


def _right(what: str, size: Sequence[int]) -> str:
    return f"; {what}: {shown(size)} would be right"


def reach(asked: Sequence[int], size: Sequence[int], least: Sequence[int], most: Sequence[int]) -> str | None:
    """An output size lies between the least and the most that a layer can make."""
    if all(low <= each <= high for low, each, high in zip(least, asked, most, strict=True)):
        return None
    sizes = shown(least) if list(least) == list(most) else f"{shown(least)} to {shown(most)}"
    return f"is asked for an output of {shown(asked)}; of {shown(size)} it can make {sizes}"
