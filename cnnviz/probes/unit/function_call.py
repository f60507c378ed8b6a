"""What an explanation is made from: one torch function, its arguments as they were, and the place of one value."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from cnnviz.calls import Step


@dataclass(frozen=True, eq=False, kw_only=True)
class FunctionCall:
    """A value that is to be explained: at `index` of the output of the last of `steps`; `common` fills UnitAccount.

    `kinds` are those of the calls that gave what was read, "" for no call.
    """

    name: str
    steps: tuple[Step, ...]
    index: tuple[int, ...]
    common: dict[str, Any]
    kinds: tuple[str, ...] = ()

    @property
    def step(self) -> Step:
        """Return the torch function that gave the value."""
        return self.steps[-1]

    def given(self, **defaults: Any) -> dict[str, Any]:
        """Return the arguments by name. `defaults` are the parameters in order: functions in C have no signature."""
        return {**defaults, **dict(zip(defaults, self.step.arguments, strict=False)), **self.step.keywords}


def exact(tensor: Tensor) -> NDArray[np.float64]:
    """Return a copy on the CPU in double precision."""
    copied: NDArray[np.float64] = tensor.detach().cpu().double().numpy()
    return copied


def number(tensor: Tensor, *index: int) -> float:
    """Return the value at an index as a Python number."""
    return float(tensor.detach()[index])


def pair(value: int | Sequence[int], rank: int, neutral: int) -> tuple[int, int]:
    """Return (height, width) of a setting of a function over one or two axes; one axis is a row."""
    numbers = [value] if isinstance(value, int) else list(value)
    if rank == 1:
        return neutral, numbers[0]
    return numbers[0], numbers[-1]


def plane(tensor: Tensor, rank: int) -> Tensor:
    """Return (N, C, H, W), for one axis with H = 1; without a batch axis N = 1."""
    if tensor.dim() == rank + 1:
        tensor = tensor[None]
    return tensor[:, :, None] if rank == 1 else tensor


def at(index: tuple[int, ...], rank: int) -> tuple[int, int, int, int]:
    """Return the index in `plane` of an index in the tensor before."""
    *first, channel = index[: len(index) - rank]
    row, column = (0, index[-1]) if rank == 1 else index[-2:]
    return (first[0] if first else 0), channel, row, column


def cut_out(channels: Tensor, rows: Sequence[int], columns: Sequence[int], *, outside: float) -> NDArray[np.float64]:
    """Return (C, len(rows), len(columns)) of channels (C, H, W), `outside` where a row or column is not there."""
    height, width = channels.shape[-2:]
    inside_rows = [row for row in rows if 0 <= row < height]
    inside_columns = [column for column in columns if 0 <= column < width]
    patch = np.full((len(channels), len(rows), len(columns)), outside)
    there = np.ix_(
        range(len(channels)),
        [place for place, row in enumerate(rows) if 0 <= row < height],
        [place for place, column in enumerate(columns) if 0 <= column < width],
    )
    patch[there] = exact(channels[:, inside_rows][:, :, inside_columns])
    return patch


def rank_of(name: str) -> int:
    """Return the number of axes that a function such as conv2d slides over."""
    return 1 if "1d" in name else 2
