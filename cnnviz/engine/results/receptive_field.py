"""What a layer reads of the layer before it, and so on down: windows, kept apart from the field in the input."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cnnviz.engine.results.values import Sized

if TYPE_CHECKING:
    from cnnviz.analysis import ReceptiveField


@dataclass(frozen=True)
class Source:
    """A layer that another reads: its name, "" for the network's input, and the rows and columns of its maps.

    `window` is what a unit reads of it, with boxes in its rows and columns; it is None where it has no rows and
    columns, and where no one window describes the units, for the reason in `problem`.
    """

    name: str
    rows: int
    columns: int
    window: "ReceptiveField | None"
    problem: str


@dataclass(frozen=True)
class ReadRow:
    """A call and its sources; `dilation` is by how many rows and columns the taps of its window lie apart."""

    name: str
    kind: str
    sources: tuple[Source, ...]
    dilation: tuple[int, int]


@dataclass(frozen=True)
class Reading(Sized):
    """The layer that was asked about, and the layers below it as long as each reads one other only, the input last.

    `problem` says why no one field in the input describes the layer, "" where one does.
    """

    rows: tuple[ReadRow, ...]
    problem: str
