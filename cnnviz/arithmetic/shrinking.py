"""Activation functions that clip, shrink or gate: hard tanh and its relatives, and the gated linear unit.

All operations: what one number takes, a change of sign and an absolute value being free.
"""

from collections.abc import Sequence
from math import prod

from cnnviz.arithmetic.activation import pointwise
from cnnviz.arithmetic.checks import axis, shown, tensor
from cnnviz.arithmetic.record import Layer
from cnnviz.errors import ShapeError


def hardtanh(input_size: Sequence[int], *, min_val: float = -1.0, max_val: float = 1.0, inplace: bool = False) -> Layer:
    """Return min(max(x, min_val), max_val), as torch.nn.Hardtanh: two comparisons a number. Raises ShapeError."""
    if not min_val < max_val:
        raise ShapeError(f"Hardtanh clips between {min_val} and {max_val}; the first must be the smaller one.")
    return pointwise("Hardtanh", input_size, 2, "copy" if inplace else "input")


def celu(input_size: Sequence[int], *, alpha: float = 1.0, inplace: bool = False) -> Layer:
    """Return x, or alpha · (exp(x / alpha) - 1) below 0: a comparison, a division and what ELU takes a number."""
    if alpha == 0:
        raise ShapeError("The alpha of CELU is 0; it must be another number, since it divides.")
    return pointwise("CELU", input_size, 5, "output" if inplace else "input")


def hardshrink(input_size: Sequence[int], *, lambd: float = 0.5) -> Layer:
    """Return x, or 0 between -lambd and lambd: two comparisons a number."""
    return pointwise("Hardshrink", input_size, 2, "input")


def softshrink(input_size: Sequence[int], *, lambd: float = 0.5) -> Layer:
    """Return x moved by lambd towards 0, and 0 between: two comparisons and a subtraction a number."""
    if lambd < 0:
        raise ShapeError(f"The lambd of Softshrink is {lambd}; it must be 0 or greater.")
    return pointwise("Softshrink", input_size, 3, "input")


def tanhshrink(input_size: Sequence[int]) -> Layer:
    """Return x - tanh(x): two operations a number. Training keeps tanh(x)."""
    return pointwise("Tanhshrink", input_size, 2, "copy")


def softsign(input_size: Sequence[int]) -> Layer:
    """Return x / (1 + |x|): an addition and a division a number. Training keeps 1 + |x| besides the input."""
    return pointwise("Softsign", input_size, 2, "input", more=1)


def log_sigmoid(input_size: Sequence[int]) -> Layer:
    """Return -log(1 + exp(-x)): exp, an addition and a log a number. Training keeps exp(-x) besides the input."""
    return pointwise("LogSigmoid", input_size, 3, "input", more=1)


def glu(input_size: Sequence[int], *, dim: int = -1) -> Layer:
    """Return one half of `dim` times the sigmoid of the other half, as torch.nn.GLU: 4 a number. Raises ShapeError."""
    size = tensor("GLU", input_size, 1)
    along = axis("GLU", dim, len(size))
    if size[along] % 2:
        raise ShapeError(f"Dimension {along} of {shown(size)} is {size[along]}; GLU divides it into two halves.")
    made = (*size[:along], size[along] // 2, *size[along + 1 :])
    return Layer("GLU", size, made, operations=4 * prod(made), whole=along > 1, saves=("input",))
