"""Whether the inputs that pasted layers are made for, such as in_channels=3, are what arrives at them."""

from collections.abc import Sequence
from math import prod

from cnnviz.design.pasted.graph import Call
from cnnviz.design.pasted.refusals import at_line
from cnnviz.design.pasted.reshapes import VIEW
from cnnviz.design.row_calls import joined_layer, opened, shown
from cnnviz.errors import CnnvizError, ModelError

Size = tuple[int, ...]


class FlattenMissingError(ModelError):
    """An image arrives at a linear layer; `exact` tells that the layer is made for just as many numbers as it has."""

    def __init__(self, sentence: str, *, exact: bool) -> None:
        self.exact = exact
        super().__init__(sentence)


def check_inputs(calls: Sequence[Call], input_size: Size | None) -> None:
    """Raise ModelError, which names the line, where a layer is made for other inputs than arrive.

    So it does where tensors are joined that do not fit together. Without an `input_size` channels alone are followed,
    and what follows from the size of the image stays open.
    """
    if input_size is None:
        _follow_channels(calls)
    else:
        sizes_of(calls, input_size)


def sizes_of(calls: Sequence[Call], input_size: Size) -> list[Size | None]:
    """Return the size of the output of each call, None behind what cannot work; raises as `check_inputs` does."""
    sizes: list[Size | None] = [tuple(input_size)]
    for call in calls[1:]:
        read = [sizes[place] for place in call.reads]
        known = [size for size in read if size is not None]
        sizes.append(_output(call, known) if len(known) == len(read) else None)
    return sizes


def _output(call: Call, sizes: list[Size]) -> Size | None:
    """Return the size of a call's output, None for a row that cannot work: the table of rows shows why."""
    if call.row is None:
        try:
            return joined_layer(call.how, sizes).output_size
        except CnnvizError as error:
            raise at_line(call.line, error) from None
    try:
        (size,) = sizes
        for name, wanted in call.inputs.items():
            _compare(call, name, wanted, size)
        return opened(call.row, size).output_size
    except ModelError:
        if call.inputs:
            raise
        return None
    except CnnvizError:
        return None


def _compare(call: Call, name: str, wanted: int, size: Size) -> None:
    assert call.row is not None
    if name == VIEW:
        if wanted != prod(size[1:]):
            raise ModelError(
                f"Line {call.line}: the view makes {wanted:,} numbers of each image, but {shown(size[1:])} arrives, "
                f"which is {prod(size[1:]):,}; write {prod(size[1:])}."
            )
        return
    arrives = size[-1] if name == "in_features" else size[1]
    if wanted == arrives:
        return
    if name == "in_features" and len(size) > 2:
        count = prod(size[1:])
        product = f"{count} = {'·'.join(map(str, size[1:]))}"
        if wanted == count:
            raise FlattenMissingError(
                f"Line {call.line}: a Flatten is missing before nn.Linear, which is made for {product} numbers, and "
                f"{shown(size[1:])} arrives; put nn.Flatten() or torch.flatten(x, 1) before it.",
                exact=True,
            )
        raise FlattenMissingError(
            f"Line {call.line}: a Flatten is missing before nn.Linear, at which {shown(size[1:])} arrives; put "
            f"nn.Flatten() before it, and write in_features={count} in the place of {wanted}.",
            exact=False,
        )
    raise ModelError(
        f"Line {call.line}: the {name} of nn.{call.row.kind} is {wanted}, but {arrives} arrive; write {name}={arrives}."
    )


# Behind them the number of channels, or of features, follows from the size of the image too.
_UNFOLLOWED = frozenset({"Flatten", "Unflatten", "PixelShuffle", "PixelUnshuffle", "Embedding", "GLU"})
# Behind them there are positions, of which the last axis is one, and no features.
_POSITIONS = ("Conv", "MaxPool", "AvgPool", "LPPool", "Adaptive", "Upsample", "BatchNorm2d", "BatchNorm3d")


def _follow_channels(calls: Sequence[Call]) -> None:
    followed: list[tuple[int | None, bool]] = [(None, False)]
    for call in calls[1:]:
        read = [followed[place] for place in call.reads]
        if call.row is None:
            followed.append(_joined_channels(call.how, read))
            continue
        channels, positions = read[0]
        row = call.row
        for name, wanted in call.inputs.items():
            if name == VIEW:
                channels = wanted
                continue
            if channels is not None and not (positions and name == "in_features"):
                _compare(call, name, wanted, (1, channels))
            channels = wanted
        for name in ("out_channels", "out_features"):
            if isinstance(made := row.given.get(name), int):
                channels = made
        if row.kind in _UNFOLLOWED and VIEW not in call.inputs:
            channels = None
        positions = (positions or row.kind.startswith(_POSITIONS)) and row.kind not in ("Flatten", "Unflatten")
        followed.append((channels, positions))


def _joined_channels(how: str, read: list[tuple[int | None, bool]]) -> tuple[int | None, bool]:
    known = [channels for channels, _ in read if channels is not None]
    positions = any(positions for _, positions in read)
    if how == "cat":
        return (sum(known) if len(known) == len(read) else None), positions
    return (max(known) if len(known) == len(read) else None), positions
