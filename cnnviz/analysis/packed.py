"""Packed sequences: what torch.nn.utils.rnn makes of a batch and of lengths that a model's code gives.

The lengths are real numbers, on the CPU, while the batch has none; torch itself tells the sizes, from a batch of one
number a step.
"""

from typing import Any

import torch
from torch import _VF, Tensor

from cnnviz.analysis.recurrent import LAYERS
from cnnviz.analysis.values import Unknown
from cnnviz.errors import ShapeError


def pack(image: Tensor, lengths: Tensor, batch_first: bool) -> tuple[Tensor, Tensor]:
    """Return the data, (sum of the lengths, features), and the number of sequences at each step."""
    steps, lengths = torch.empty(1).expand(image.shape[:2]), _known(lengths)
    longest, there = int(lengths.max()) if lengths.numel() else 0, steps.shape[1 if batch_first else 0]
    if longest > there:
        raise ShapeError(f"A sequence of {longest} steps is packed from a batch whose sequences have {there} steps.")
    data, batch_sizes = _VF._pack_padded_sequence(steps, lengths, batch_first)
    return torch.empty((data.shape[0], *image.shape[2:]), dtype=image.dtype, device="meta"), batch_sizes


def pad(data: Tensor, batch_sizes: Tensor, batch_first: bool, value: float, total: int) -> tuple[Tensor, Tensor]:
    """Return the batch, (steps, sequences, features) or (sequences, steps, features), and its lengths."""
    steps = torch.empty(1).expand(data.shape[:1])
    padded, lengths = _VF._pad_packed_sequence(steps, _known(batch_sizes), False, value, total)
    made = torch.empty((*padded.shape, *data.shape[1:]), dtype=data.dtype, device="meta")
    return made.transpose(0, 1) if batch_first else made, lengths


def lengths_of(name: str, arguments: tuple[Any, ...]) -> tuple[Any, ...]:
    """Return the second argument of a function on packed sequences, their lengths, in a tuple; () for any other."""
    if name in RULES or (name in LAYERS and isinstance(arguments[1], Tensor) and not arguments[1].is_floating_point()):
        return arguments[1:2]
    return ()


def _known(lengths: Tensor) -> Tensor:
    if lengths.is_meta:
        raise Unknown(
            "The model packs sequences by lengths that are values of its input, which are unknown in an analysis; "
            "without packing, or with lengths that are given in the code, it can be analysed."
        )
    return lengths.cpu()


RULES: dict[str, Any] = {"pack_padded_sequence": pack, "pad_packed_sequence": pad}
