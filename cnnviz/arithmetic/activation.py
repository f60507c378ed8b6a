"""Activation functions: the output has the input's size, and only PReLU learns anything.

All operations: what one number takes, a change of sign being free. Exponential, logarithm, tanh and erf count as one.
"""

from collections.abc import Sequence
from functools import partial
from math import prod

from cnnviz.arithmetic.checks import axis, tensor, whole_number
from cnnviz.arithmetic.formulas import Term, product, total
from cnnviz.arithmetic.mixtures import mixed
from cnnviz.arithmetic.record import Layer, Size, Step
from cnnviz.errors import ShapeError


def relu(input_size: Sequence[int], *, inplace: bool = False) -> Layer:
    """Return max(0, x): a comparison a number. Training keeps the output."""
    return pointwise("ReLU", input_size, 1, "output")


def relu6(input_size: Sequence[int], *, inplace: bool = False) -> Layer:
    """Return min(max(0, x), 6): two comparisons a number."""
    return pointwise("ReLU6", input_size, 2, "copy" if inplace else "input")


def leaky_relu(input_size: Sequence[int], *, negative_slope: float = 0.01, inplace: bool = False) -> Layer:
    """Return max(0, x) + negative_slope · min(0, x): a comparison and a multiplication a number."""
    return pointwise("LeakyReLU", input_size, 2, "output" if inplace else "input")


def prelu(input_size: Sequence[int], *, num_parameters: int = 1, init: float = 0.25) -> Layer:
    """Return max(0, x) + a · min(0, x) with one learned a, or one a channel. Raises ShapeError."""
    size = tensor("PReLU", input_size, 2)
    whole_number("number of parameters", num_parameters)
    if num_parameters not in (1, size[1]):
        raise ShapeError(f"PReLU has {num_parameters} parameters; {size[1]} channels take 1 or {size[1]}.")
    return Layer(
        "PReLU",
        size,
        size,
        weights=num_parameters,
        operations=2 * prod(size),
        unseen=(0,) * len(size[2:]),
        saves=("input",),
        explain=partial(_prelu_steps, num_parameters),
    )


def _prelu_steps(num_parameters: int) -> tuple[Step, ...]:
    term: Term = ("C", num_parameters) if num_parameters > 1 else ("1", 1)
    return (product("weights", num_parameters, term), total(num_parameters, 0))


def elu(input_size: Sequence[int], *, alpha: float = 1.0, inplace: bool = False) -> Layer:
    """Return x, or alpha · (exp(x) - 1) below 0: a comparison, exp, a subtraction and a multiplication a number."""
    return pointwise("ELU", input_size, 4, "output" if inplace else "input")


def selu(input_size: Sequence[int], *, inplace: bool = False) -> Layer:
    """Return 1.0507 · ELU(x) with alpha = 1.6733: one multiplication more than ELU."""
    return pointwise("SELU", input_size, 5, "output" if inplace else "input")


def gelu(input_size: Sequence[int], *, approximate: str = "none") -> Layer:
    """Return x · Φ(x) = x · 0.5 · (1 + erf(x / √2)): 5 a number; 9 as 0.5x · (1 + tanh(0.798(x + 0.0447x³)))."""
    if approximate not in ("none", "tanh"):
        raise ShapeError(f'GELU is approximated by "{approximate}"; it must be "none" or "tanh".')
    return pointwise("GELU", input_size, 9 if approximate == "tanh" else 5, "input")


def silu(input_size: Sequence[int], *, inplace: bool = False) -> Layer:
    """Return x / (1 + exp(-x)): exp, an addition and a division a number."""
    return pointwise("SiLU", input_size, 3, "copy" if inplace else "input")


def sigmoid(input_size: Sequence[int]) -> Layer:
    """Return 1 / (1 + exp(-x)): exp, an addition and a division a number. Training keeps the output."""
    return pointwise("Sigmoid", input_size, 3, "output")


def tanh(input_size: Sequence[int]) -> Layer:
    """Return tanh(x): one operation a number. Training keeps the output."""
    return pointwise("Tanh", input_size, 1, "output")


def hardswish(input_size: Sequence[int], *, inplace: bool = False) -> Layer:
    """Return x · min(max(x + 3, 0), 6) / 6: an addition, two comparisons, a multiplication, a division a number."""
    return pointwise("Hardswish", input_size, 5, "copy" if inplace else "input")


def hardsigmoid(input_size: Sequence[int], *, inplace: bool = False) -> Layer:
    """Return min(max(x + 3, 0), 6) / 6: an addition, two comparisons and a division a number."""
    return pointwise("Hardsigmoid", input_size, 4, "copy" if inplace else "input")


def softplus(input_size: Sequence[int], *, beta: float = 1.0, threshold: float = 20.0) -> Layer:
    """Return log(1 + exp(beta·x)) / beta, and x above the threshold: 6 a number, 4 where beta is 1."""
    if beta == 0:
        raise ShapeError("The beta of Softplus is 0; it must be another number, since it divides.")
    return pointwise("Softplus", input_size, 4 if beta == 1 else 6, "input")


def mish(input_size: Sequence[int], *, inplace: bool = False) -> Layer:
    """Return x · tanh(log(1 + exp(x))): exp, an addition, log, tanh and a multiplication a number."""
    return pointwise("Mish", input_size, 5, "copy" if inplace else "input")


def softmax(input_size: Sequence[int], *, dim: int | None = None) -> Layer:
    """Return exp(x) over its sum along `dim`, as torch.nn.Softmax; every output depends on the whole of `dim`.

    n numbers take n - 1 comparisons, n subtractions, n exp, n - 1 additions and n divisions. Raises ShapeError.
    """
    return _soft("Softmax", input_size, dim, of_line=-2)


def log_softmax(input_size: Sequence[int], *, dim: int | None = None) -> Layer:
    """Return the logarithm of the softmax along `dim`, as torch.nn.LogSoftmax.

    n numbers take n - 1 comparisons, n subtractions, n exp, n - 1 additions, a log and n subtractions. Raises
    ShapeError.
    """
    return _soft("LogSoftmax", input_size, dim, of_line=-1)


def _soft(kind: str, input_size: Sequence[int], dim: int | None, of_line: int) -> Layer:
    size = tensor(kind, input_size, 1)
    if dim is None:
        # What torch chooses, with a warning.
        dim = 0 if len(size) in (1, 3) else 1
    along = axis(kind, dim, len(size))
    reads = mixed(size, {along})
    return Layer(
        kind,
        size,
        size,
        operations=5 * prod(size) + of_line * (prod(size) // size[along]),
        window=reads.window,
        whole=reads.whole,
        unseen=(0,) * len(size[2:]),
        saves=("output",),
        links=reads.links,
    )


def softmin(input_size: Sequence[int], *, dim: int | None = None) -> Layer:
    """Return the softmax of -x along `dim`, as torch.nn.Softmin: as many operations. Raises ShapeError."""
    return _soft("Softmin", input_size, dim, of_line=-2)


def pointwise(kind: str, input_size: Sequence[int], each: int, keeps: str, *, more: int = 0) -> Layer:
    """Return an activation of `each` operations a number that keeps its input, its output or a copy of its input.

    Training keeps `more` numbers besides for every number.
    """
    size: Size = tensor(kind, input_size, 1)
    count = prod(size)
    copied = keeps == "copy"
    return Layer(
        kind,
        size,
        size,
        operations=each * count,
        unseen=(0,) * len(size[2:]),
        saves=() if copied else (keeps,),
        saved_values=count * (copied + more),
    )
