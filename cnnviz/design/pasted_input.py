"""Pasted PyTorch -> rows, and the input that it reads where nobody says it: from its first layer, and by trying.

>>> from cnnviz.design import write
>>> write(from_pytorch("nn.Sequential(nn.Conv2d(1, 20, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2))"))
'Conv 20 5 p2, ReLU, MaxPool 2'

>>> pasted = with_input("nn.Sequential(nn.Conv2d(3, 6, 5), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(1176, 10))")
>>> pasted.input_size, pasted.is_open
((3, 32, 32), False)
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from cnnviz.design.evaluation import evaluate
from cnnviz.design.input_checks import FlattenMissingError, check_inputs, sizes_of
from cnnviz.design.pasted.graph import Call
from cnnviz.design.pasted.limits import Budget
from cnnviz.design.pasted.refusals import SizeNeededError
from cnnviz.design.pasted.reshapes import VIEW
from cnnviz.design.pytorch_source import Network, Source, follow, not_as_printed, parse, rows_checked
from cnnviz.design.rows import Row
from cnnviz.design.usual_inputs import usual_sizes
from cnnviz.errors import CnnvizError, ModelError

LARGEST_SIDE = 512
_SIDES = (32, 64, 16, 128, 28)
_POSITIONS = 16
# So many rows are evaluated at most while sides are tried: a long text must not hold up others.
_MOST_ROWS_TRIED = 20_000
# The same for a text that has to be followed anew for every size.
_MOST_STEPS_TRIED = 300_000

Size = tuple[int, ...]


@dataclass(frozen=True)
class PastedNetwork:
    """Pasted rows and the input (C, H, W) that they read; `is_open` where the text leaves more than one to choose.

    `notes` are sentences about what of the text is not in the rows.
    """

    rows: tuple[Row, ...]
    input_size: Size
    is_open: bool
    notes: tuple[str, ...] = ()


def with_input(source: str, preferred: Size | None = None) -> PastedNetwork:
    """Return the rows of the network in a text, and the input that it reads.

    That is one that the text itself tries, such as torch.randn(1, 3, 32, 32), or else `preferred`, (C, H, W), if it
    fits. Raises ModelError where the text has no network, or where no input agrees with what its layers are made for.
    """
    tries = _Tries(parse(source))
    if not tries.printed_of:
        return _with_input(tries, preferred)
    try:
        return _with_input(tries, preferred)
    except ModelError as error:
        raise not_as_printed(error, tries.printed_of) from None


def _with_input(tries: "_Tries", preferred: Size | None) -> PastedNetwork:
    tries.check_channels()
    likely = list(_likely(tries.calls))
    own = [size for size in tries.source.inputs if tries.fits(size)]
    if own:
        return tries.with_size(own[0], is_open=False)
    if tries.refused is not None and tries.refused[0][0] in {size[0] for size in likely}:
        size, error = tries.refused
        raise ModelError(f"With the input {'x'.join(map(str, size))} of the text: {error}")
    tried = dict.fromkeys([*([preferred] if preferred else []), *likely])
    fitting = list(islice(filter(tries.fits, tried), 2))
    if not fitting and tries.flatten_missing is not None and tries.flatten_missing.exact:
        raise tries.flatten_missing
    # An unusual size may fit only because layers are missing, or are added to one another that should have one size.
    if not tries.printed_of:
        every = (size for size in _every(likely, tries.most) if tries.fits(size, alike=True))
        fitting = fitting or list(islice(every, 1))
    if fitting:
        return tries.with_size(fitting[0], is_open=len(fitting) > 1)
    if tries.flatten_missing is not None:
        raise tries.flatten_missing
    tried_all = "No usual input" if tries.printed_of else f"No square input of up to {LARGEST_SIDE} a side"
    guess = preferred if preferred and preferred[0] == likely[0][0] else likely[0]
    network = tries.network(guess)
    try:
        check_inputs(network.calls, (1, *guess))
    except CnnvizError as error:
        shown = "x".join(map(str, guess))
        raise ModelError(f"{tried_all} fits the text. With {shown}: {error}") from None
    # A row cannot work, whatever arrives; the table of rows says which.
    return tries.with_size(guess, is_open=True)


def from_pytorch(source: str, input_size: Size | None = None) -> tuple[Row, ...]:
    """Return the rows of the network in a text; in_channels and the like must agree with what arrives.

    With the network's `input_size`, (N, C, H, W), the first layer and the layers behind a Flatten are checked too.
    Raises ModelError, which names the line and what is allowed there.
    """
    parsed = parse(source)
    try:
        network = follow(parsed, input_size)
    except SizeNeededError:
        if input_size is not None:
            raise
        return with_input(source).rows
    try:
        check_inputs(network.calls, input_size)
    except ModelError as error:
        raise (not_as_printed(error, network.printed_of) if network.printed_of else error) from None
    return rows_checked(network, parsed)


class _Tries:
    """A text tried with one size of input after another; where sizes do not matter it is followed once."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.flatten_missing: FlattenMissingError | None = None
        # The first input that did not fit, and why.
        self.refused: tuple[Size, CnnvizError] | None = None
        self.printed_of = ""
        self._once: Network | None = None
        try:
            self._once = follow(source, None)
            self.calls: Sequence[Call] = self._once.calls
            self.printed_of = self._once.printed_of
            self.most = _MOST_ROWS_TRIED // max(1, len(self.calls))
        except SizeNeededError as needed:
            self.calls = needed.calls
            self.most = 32
        self._left = _MOST_STEPS_TRIED

    def check_channels(self) -> None:
        """Raise ModelError where no input of any size would do."""
        if self._once is not None:
            check_inputs(self.calls, None)
            rows_checked(self._once, self.source)

    def network(self, size: Size) -> Network:
        """Return the network on an input (C, H, W); raises ModelError."""
        if self._once is not None:
            return self._once
        budget = Budget()
        try:
            return follow(self.source, (1, *size), budget)
        finally:
            self._left -= budget.steps

    def fits(self, size: Size, *, alike: bool = False) -> bool:
        """Return whether the network works on an input (C, H, W); `alike`: added tensors must be of one size."""
        if self._left < 0:
            return False
        try:
            network = self.network(size)
            sizes = sizes_of(network.calls, (1, *size))
            joined = (call.reads for call in network.calls if call.how in ("add", "mul"))
            if alike and any(len({sizes[place] for place in reads}) > 1 for reads in joined):
                return False
            return evaluate(rows_checked(network, self.source), (1, *size)).error_at is None
        except FlattenMissingError as error:
            if self.flatten_missing is None or error.exact > self.flatten_missing.exact:
                self.flatten_missing = error
            return False
        except CnnvizError as error:
            self.refused = self.refused or (size, error)
            return False

    def with_size(self, size: Size, *, is_open: bool) -> PastedNetwork:
        """Return the rows for an input (C, H, W)."""
        network = self.network(size)
        return PastedNetwork(rows_checked(network, self.source), size, is_open, network.notes)


def _likely(calls: Sequence[Call]) -> Iterator[Size]:
    own = [each for each in calls[1:] if set(each.inputs) - {VIEW}]
    if len(calls) > 1 and calls[1].row is not None and calls[1].row.kind == "Embedding":
        yield (_POSITIONS,)
        return
    if not own:
        yield from usual_sizes()
        return
    first = own[0]
    assert first.row is not None
    place = calls.index(first)
    (name, number), *_ = first.inputs.items()
    kind = first.row.kind
    if name == "in_features":
        flattened = any(each.row is not None and each.row.kind == "Flatten" for each in calls[1:place])
        squares: list[Size] = list(usual_sizes(features=number)) if flattened else []
        yield from squares or [(number,)]
        if place > 1:
            yield from usual_sizes()
    elif kind.endswith("1d"):
        yield from ((number, side) for side in _SIDES)
        yield (number,)
    elif kind.endswith("3d"):
        yield from ((number, side, side, side) for side in _SIDES)
    else:
        if kind == "ConvTranspose2d" and number > 4:
            # A generator begins with a vector.
            yield number, 1, 1
        yield from usual_sizes(number)


def _every(likely: Iterable[Size], most: int) -> Iterator[Size]:
    """Yield every square input with as many channels and axes as the likely ones, up to `most` for each."""
    for channels, rank in dict.fromkeys((size[0], len(size) - 1) for size in likely if len(size) > 1):
        for side in range(1, min(LARGEST_SIDE, most) + 1):
            yield channels, *[side] * rank
