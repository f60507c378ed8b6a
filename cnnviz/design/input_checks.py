"""Whether the inputs that pasted layers are made for, such as in_channels=3, are what arrives at them."""

from collections.abc import Mapping, Sequence

from cnnviz.design.row_calls import opened
from cnnviz.design.rows import Row
from cnnviz.errors import CnnvizError, ModelError

Pasted = tuple[Row, int, Mapping[str, int]]

_LAST = frozenset({"in_features"})


def check_inputs(layers: Sequence[Pasted], input_size: tuple[int, ...] | None) -> None:
    """Raise ModelError, which names the line, where a layer is made for other inputs than arrive.

    Without an `input_size` channels alone are followed, and what follows from the size of the image stays open.
    """
    if input_size is None:
        _follow_channels(layers)
        return
    size = tuple(input_size)
    for row, line, inputs in layers:
        for name, wanted in inputs.items():
            _compare(row, line, name, wanted, size[-1] if name in _LAST else size[1])
        try:
            size = opened(row, size).output_size
        except CnnvizError:
            # The table of rows shows this error, at its row; numbers behind it cannot be checked.
            return


def _follow_channels(layers: Sequence[Pasted]) -> None:
    channels: int | None = None
    for row, line, inputs in layers:
        for name, wanted in inputs.items():
            if channels is not None:
                _compare(row, line, name, wanted, channels)
            channels = wanted
        for name in ("out_channels", "out_features"):
            if isinstance(made := row.given.get(name), int):
                channels = made
        if row.kind in _UNFOLLOWED:
            channels = None


# Behind them the number of channels, or of features, follows from the size of the image too.
_UNFOLLOWED = frozenset({"Flatten", "Unflatten", "PixelShuffle", "PixelUnshuffle", "Embedding"})


def _compare(row: Row, line: int, name: str, wanted: int, arrives: int) -> None:
    if wanted != arrives:
        raise ModelError(
            f"Line {line}: the {name} of nn.{row.kind} is {wanted}, but {arrives} arrive; write {name}={arrives}."
        )
