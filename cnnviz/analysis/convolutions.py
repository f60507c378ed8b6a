"""torch.convolution, which is one function for plain and transposed convolutions, as torch.nn.functional has them."""

from cnnviz.analysis.operations import Operation

_NAMES = ("input", "weight", "bias", "stride", "padding", "dilation", "transposed", "output_padding", "groups")


def usual(op: Operation) -> Operation:
    """Return a call of torch.convolution as one of F.conv2d or F.conv_transpose2d, in 1, 2 or 3 dimensions."""
    given = [op.get(place, name) for place, name in enumerate(_NAMES)]
    *first, dilation, transposed, output_padding, groups = given
    rank = len(op.get(1, "weight").shape) - 2
    more = (output_padding, groups, dilation) if transposed else (dilation, groups)
    name = f"conv_transpose{rank}d" if transposed else f"conv{rank}d"
    return Operation(name, (*first, *more), {}, op.outputs, op.aliases, op.writes)
