"""Closed-form arithmetic of layers in plain integers: output sizes, parameters and multiply-accumulates.

One MAC is one multiplication with its addition, two FLOPs; papers often write FLOPs for MACs. Counted are convolutions,
linear layers and products of matrices, without bias, normalisation, activation and pooling. Sizes along one axis are
ints; `kernel_size` of a count is a tuple, (k_h, k_w) for images.
"""

from collections.abc import Sequence
from math import ceil, prod

from cnnviz.errors import ShapeError


def conv_output_size(size: int, *, kernel_size: int, stride: int = 1, padding: int = 0, dilation: int = 1) -> int:
    """Return floor((size + 2·padding - dilation·(kernel_size - 1) - 1) / stride) + 1, as for pooling.

    Raises ShapeError when the kernel is larger than the padded input or the stride is not positive.
    """
    room = _room(size, kernel_size, stride, padding, dilation)
    return room // stride + 1


def pool_output_size(
    size: int,
    *,
    kernel_size: int,
    stride: int | None = None,
    padding: int = 0,
    dilation: int = 1,
    ceil_mode: bool = False,
) -> int:
    """Return the pooled size; the stride is the kernel's size unless given.

    With `ceil_mode` a last window may hang over the end, but none may begin in the padding there.
    """
    stride = kernel_size if stride is None else stride
    room = _room(size, kernel_size, stride, padding, dilation)
    if not ceil_mode:
        return room // stride + 1
    windows = ceil(room / stride) + 1
    return windows - ((windows - 1) * stride >= size + padding)


def conv_transpose_output_size(
    size: int, *, kernel_size: int, stride: int = 1, padding: int = 0, output_padding: int = 0, dilation: int = 1
) -> int:
    """Return (size - 1)·stride - 2·padding + dilation·(kernel_size - 1) + output_padding + 1."""
    output = (size - 1) * stride - 2 * padding + dilation * (kernel_size - 1) + output_padding + 1
    if output < 1:
        raise ShapeError(f"A padding of {padding} leaves nothing of a transposed convolution of {size} inputs.")
    return output


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


def _room(size: int, kernel_size: int, stride: int, padding: int, dilation: int) -> int:
    if stride < 1:
        raise ShapeError(f"The stride is {stride}; it must be at least 1.")
    extent, padded = dilation * (kernel_size - 1) + 1, size + 2 * padding
    if extent > padded:
        raise ShapeError(
            f"The kernel spans {extent}, more than the input of {size} with a padding of {padding}, which is {padded}."
        )
    return padded - extent
