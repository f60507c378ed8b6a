"""Which row of the network stands in which row of its table, and what typing there makes of the network."""

from collections.abc import Sequence
from dataclasses import dataclass

from cnnviz.arithmetic import LayerRecord
from cnnviz.design.evaluation import Line
from cnnviz.design.text import split
from cnnviz.design.totals import text_of

# The table grows by four rows at a time, so that it rarely changes its shape under the hands of somebody who types.
_SPARE = 4


@dataclass(frozen=True)
class Place:
    """One row of the table: the network's row at `row`, or a call inside of the row before, or (both None) a spare."""

    row: int | None
    text: str
    entry: LayerRecord | None = None

    @property
    def spare(self) -> bool:
        """Whether a new layer can be typed here."""
        return self.row is None and self.entry is None


def laid_out(texts: Sequence[str], entries: Sequence[LayerRecord], opened: frozenset[int]) -> tuple[Place, ...]:
    """Return the table's rows: every row of the network, the calls inside of the opened ones, and a few spare ones."""
    places: list[Place] = []
    for row, (typed, entry) in enumerate(zip(texts, entries, strict=True)):
        places.append(Place(row, typed, entry))
        if row in opened:
            places += [Place(None, _indented(inner), inner) for inner in entry.inside]
    spare = 1 + -(len(places) + 1) % _SPARE
    return tuple(places) + (Place(None, ""),) * spare


def _indented(entry: LayerRecord) -> str:
    branch = entry.name.split(".")[1] + " · " if isinstance(entry, Line) and entry.branch else ""
    return f"└ {branch}{text_of(entry)}"


def retyped(places: Sequence[Place], typed: dict[int, str]) -> tuple[list[str], list[int]]:
    """Return the network's rows after cells were typed into, and, for each, the row it was before (-1 for a new one).

    A cell that was emptied takes its row away; one with commas becomes several. What is typed into a call inside of a
    block is not taken. Raises ModelError for a text that is too long.
    """
    texts: list[str] = []
    before: list[int] = []
    for number, place in enumerate(places):
        if place.row is None and not place.spare:
            continue
        items = split(typed[number]) if number in typed else ((place.text,) if place.text else ())
        texts += items
        before += [-1 if place.row is None else place.row] * len(items)
    return texts, before
