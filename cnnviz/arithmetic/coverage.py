"""Which rows of its input a layer never looks at: those the floor drops, and those that strides and dilation skip."""

from cnnviz.arithmetic.record import Layer


def never_read(layer: Layer) -> tuple[tuple[range, ...], ...]:
    """Return for each axis of positions the runs of rows that no window reads; no axes where nothing slides over it."""
    window = layer.window
    if window is None or layer.kind.startswith("ConvTranspose"):
        return ()
    axes = zip(
        layer.input_size[2:],
        layer.output_size[2:],
        window.kernel_size,
        window.stride,
        window.dilation,
        window.before,
        strict=True,
    )
    return tuple(_unread(*axis) for axis in axes)


def _unread(size: int, count: int, kernel_size: int, stride: int, dilation: int, before: int) -> tuple[range, ...]:
    if stride == 0:
        return ()
    seen = bytearray(size)
    for tap in range(kernel_size):
        offset = dilation * tap - before
        first = max(0, -(offset // stride)) * stride + offset
        last = (count - 1) * stride + offset
        rows = range(first, min(last, size - 1) + 1, stride)
        if rows:
            seen[rows.start : rows.stop : stride] = b"\x01" * len(rows)
    runs, row = [], seen.find(0)
    while row >= 0:
        end = seen.find(1, row)
        end = size if end < 0 else end
        runs.append(range(row, end))
        row = seen.find(0, end)
    return tuple(runs)
