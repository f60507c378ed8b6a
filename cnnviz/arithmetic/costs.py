"""Parameters and multiply-accumulates of the operations that multiply.

One MAC is one multiplication with its addition, two FLOPs; papers often write FLOPs for MACs. Counted are convolutions,
linear layers and products of matrices, without bias, normalisation, activation and pooling. `kernel_size` is a tuple,
(k_h, k_w) for images.
"""

from collections.abc import Sequence
from math import prod

from cnnviz.errors import ShapeError


def conv_parameters(
    in_channels: int, out_channels: int, kernel_size: Sequence[int], *, groups: int = 1, bias: bool = True
) -> int:
    """Return the parameters of a convolution, transposed or not."""
    if in_channels % groups or out_channels % groups:
        raise ShapeError(f"{in_channels} and {out_channels} channels cannot be divided into {groups} groups.")
    return in_channels * out_channels // groups * prod(kernel_size) + out_channels * bias


def conv_macs(output_size: Sequence[int], in_channels: int, kernel_size: Sequence[int], *, groups: int = 1) -> int:
    """Return the MACs of a convolution whose output is (N, C_out, ...)."""
    return prod(output_size) * (in_channels // groups) * prod(kernel_size)


def conv_transpose_macs(
    input_size: Sequence[int], out_channels: int, kernel_size: Sequence[int], *, groups: int = 1
) -> int:
    """Return the MACs of a transposed convolution whose input is (N, C_in, ...): every input paints one window."""
    return prod(input_size) * (out_channels // groups) * prod(kernel_size)


def linear_parameters(in_features: int, out_features: int, *, bias: bool = True) -> int:
    """Return the parameters of a linear layer."""
    return in_features * out_features + out_features * bias


def matmul_macs(output_size: Sequence[int], summed: int) -> int:
    """Return the MACs of a product of matrices, or of a linear layer, each output of which sums `summed` products."""
    return prod(output_size) * summed


def attention_macs(batch: int, queries: int, keys: int, features: int, value_features: int) -> int:
    """Return the MACs of softmax(QKᵀ)V for `batch` sequences, heads included: scores, then the mean of the values."""
    return batch * queries * keys * (features + value_features)


def normalisation_parameters(channels: int) -> int:
    """Return the parameters of a normalisation with a scale and a shift a channel."""
    return 2 * channels
