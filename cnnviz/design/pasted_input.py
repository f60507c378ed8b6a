"""The input that pasted code reads, where nobody says it: from its first layer, and by trying.

>>> pasted = with_input("nn.Sequential(nn.Conv2d(3, 6, 5), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(1176, 10))")
>>> pasted.input_size, pasted.is_open
((3, 32, 32), False)
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from cnnviz.design.evaluation import evaluate
from cnnviz.design.input_checks import check_inputs
from cnnviz.design.pytorch_source import Pasted, read
from cnnviz.design.rows import Row
from cnnviz.design.usual_inputs import usual_sizes
from cnnviz.errors import CnnvizError, ModelError

LARGEST_SIDE = 512
_SIDES = (32, 64, 16, 128, 28)
_POSITIONS = 16
# So many rows are evaluated at most while sides are tried: a long text must not hold up others.
_MOST_ROWS_TRIED = 20_000

Size = tuple[int, ...]


@dataclass(frozen=True)
class PastedNetwork:
    """Pasted rows and the input (C, H, W) that they read; `is_open` where the text leaves more than one to choose."""

    rows: tuple[Row, ...]
    input_size: Size
    is_open: bool


def with_input(source: str, preferred: Size | None = None) -> PastedNetwork:
    """Return the rows of an nn.Sequential in a text, and the input that it reads: `preferred`, (C, H, W), if it fits.

    Raises ModelError where the text is none, or where no input agrees with what its layers are made for.
    """
    layers = read(source)
    inputs = [(each.row, each.line, each.inputs) for each in layers]
    check_inputs(inputs, None)
    rows = tuple(each.row for each in layers)

    def fits(size: Size) -> bool:
        try:
            check_inputs(inputs, (1, *size))
            return evaluate(rows, (1, *size)).error_at is None
        except CnnvizError:
            return False

    likely = list(_likely(layers))
    tried = dict.fromkeys([*([preferred] if preferred else []), *likely])
    fitting = list(islice(filter(fits, tried), 2)) or list(islice(filter(fits, _every(likely, len(rows))), 1))
    if fitting:
        return PastedNetwork(rows, fitting[0], len(fitting) > 1)
    guess = preferred if preferred and preferred[0] == likely[0][0] else likely[0]
    try:
        check_inputs(inputs, (1, *guess))
    except CnnvizError as error:
        shown = "x".join(map(str, guess))
        raise ModelError(
            f"No square input of up to {LARGEST_SIDE} a side fits the text. With {shown}: {error}"
        ) from None
    # A row cannot work, whatever arrives; the table of rows says which.
    return PastedNetwork(rows, guess, True)


def _likely(layers: tuple[Pasted, ...]) -> Iterator[Size]:
    place, first = next(((place, each) for place, each in enumerate(layers) if each.inputs), (0, None))
    if layers and layers[0].row.kind == "Embedding":
        yield (_POSITIONS,)
        return
    if first is None:
        yield from usual_sizes()
        return
    (name, number), *_ = first.inputs.items()
    kind = first.row.kind
    if name == "in_features":
        flattened = any(each.row.kind == "Flatten" for each in layers[:place])
        squares: list[Size] = list(usual_sizes(features=number)) if flattened else []
        yield from squares or [(number,)]
        if place:
            yield from usual_sizes()
    elif kind.endswith("1d"):
        yield from ((number, side) for side in _SIDES)
        yield (number,)
    elif kind.endswith("3d"):
        yield from ((number, side, side, side) for side in _SIDES)
    else:
        yield from usual_sizes(number)


def _every(likely: Iterable[Size], rows: int) -> Iterator[Size]:
    """Yield every square input with as many channels and axes as the likely ones."""
    for channels, rank in dict.fromkeys((size[0], len(size) - 1) for size in likely if len(size) > 1):
        for side in range(1, min(LARGEST_SIDE, _MOST_ROWS_TRIED // max(1, rows)) + 1):
            yield channels, *[side] * rank
