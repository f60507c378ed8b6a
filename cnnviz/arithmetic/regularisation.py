"""Dropout: nothing is learned, and in evaluation nothing is computed.

Training keeps the factors, numbers of the input's type; on a GPU PyTorch keeps one byte for each in their place.
"""

from collections.abc import Sequence
from math import prod

from cnnviz.arithmetic.checks import image, tensor
from cnnviz.arithmetic.record import Layer, Size
from cnnviz.errors import ShapeError


def dropout(input_size: Sequence[int], *, p: float = 0.5, inplace: bool = False) -> Layer:
    """Return numbers of which training sets a share `p` to 0, as torch.nn.Dropout. Raises ShapeError."""
    size = tensor("Dropout", input_size, 1)
    return _dropped("Dropout", size, p, prod(size))


def dropout2d(input_size: Sequence[int], *, p: float = 0.5, inplace: bool = False) -> Layer:
    """Return (N, C, ...) of whose channels training sets a share `p` to 0, as torch.nn.Dropout2d. Raises ShapeError."""
    size = tensor("Dropout2d", input_size, 2)
    return _dropped("Dropout2d", size, p, prod(size[:2]))


def dropout1d(input_size: Sequence[int], *, p: float = 0.5, inplace: bool = False) -> Layer:
    """Return (N, C, L) of whose channels training sets a share `p` to 0, as torch.nn.Dropout1d. Raises ShapeError."""
    batch, channels, _ = image("Dropout1d", input_size, 1)
    return _dropped("Dropout1d", tuple(input_size), p, batch * channels)


def dropout3d(input_size: Sequence[int], *, p: float = 0.5, inplace: bool = False) -> Layer:
    """Return (N, C, D, H, W) of whose channels training sets a share `p` to 0, as torch.nn.Dropout3d.

    PyTorch takes the first axis of anything but five for the channels, and so does this. Raises ShapeError.
    """
    size = tensor("Dropout3d", input_size, 2)
    return _dropped("Dropout3d", size, p, prod(size[:2]) if len(size) == 5 else size[0])


def _dropped(kind: str, size: Size, p: float, factors: int) -> Layer:
    if not isinstance(p, int | float) or not 0 <= p <= 1:
        raise ShapeError(f"The p of {kind} is {p}; a share of what is dropped lies between 0 and 1.")
    # With nothing to choose there is no factor, or a single 0.
    return Layer(kind, size, size, unseen=(0,) * len(size[2:]), saved_values=factors if 0 < p < 1 else int(p))
