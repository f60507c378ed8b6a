"""Output sizes along one axis, in plain integers."""

from cnnviz.arithmetic.checks import whole_number
from cnnviz.errors import ShapeError


def conv_output_size(size: int, *, kernel_size: int, stride: int = 1, padding: int = 0, dilation: int = 1) -> int:
    """Return floor((size + 2·padding - dilation·(kernel_size - 1) - 1) / stride) + 1, as for pooling.

    Raises ShapeError when the kernel is larger than the padded input or the stride is not positive.
    """
    return windows(size, kernel_size, stride, dilation, padding, padding)


def windows(size: int, kernel_size: int, stride: int, dilation: int, before: int, after: int) -> int:
    """Return how many windows fit into an axis padded by `before` and `after` rows."""
    whole_number("stride", stride)
    extent, padded = dilation * (kernel_size - 1) + 1, size + before + after
    if extent > padded:
        around = f"a padding of {before}" if before == after else f"paddings of {before} and {after}"
        raise ShapeError(f"The kernel spans {extent}, more than the input of {size} with {around}, which is {padded}.")
    return (padded - extent) // stride + 1


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
    stride = whole_number("stride", kernel_size if stride is None else stride)
    room = size + 2 * padding - dilation * (kernel_size - 1) - 1
    if not ceil_mode or room <= -stride:
        return windows(size, kernel_size, stride, dilation, padding, padding)
    count = -(-room // stride) + 1
    return count - ((count - 1) * stride >= size + padding)


def conv_transpose_output_size(
    size: int, *, kernel_size: int, stride: int = 1, padding: int = 0, output_padding: int = 0, dilation: int = 1
) -> int:
    """Return (size - 1)·stride - 2·padding + dilation·(kernel_size - 1) + output_padding + 1."""
    output = (size - 1) * stride - 2 * padding + dilation * (kernel_size - 1) + output_padding + 1
    if output < 1:
        raise ShapeError(
            f"A padding of {padding} cuts {2 * padding} from the {output + 2 * padding} outputs that a transposed "
            f"convolution of {size} inputs makes, and leaves nothing."
        )
    return output
