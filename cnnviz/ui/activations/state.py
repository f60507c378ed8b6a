"""What the screen on activations asks for: the subject, the layer, and the channel and unit that are picked in it."""

from dataclasses import dataclass
from functools import cached_property
from typing import cast

from cnnviz.engine.requests import Layers, Maps
from cnnviz.engine.results import Floats, LayerMaps, LayerRow, LayerTable
from cnnviz.probes.statistics import Sort, strongest_unit
from cnnviz.ui.activations.view import FORM
from cnnviz.ui.engine import ask
from cnnviz.ui.form_controls import Choice
from cnnviz.ui.layer_choice import first_convolution, layer_of, layers
from cnnviz.ui.number_controls import Number
from cnnviz.ui.subject import Subject, SubjectForm

SUBJECT = SubjectForm(FORM)
OWN_SCALE, LAYER_SCALE = SCALES = ("each map's own", "the layer's")
SCALE = Choice("scale", OWN_SCALE, options=SCALES, style="buttons")
SORT = Choice("sort", "index", options=("index", "mean", "maximum"), style="buttons")


@dataclass(frozen=True, eq=False)
class State:
    """A subject, its layers, and the one that is looked at."""

    subject: Subject
    table: LayerTable
    row: LayerRow

    @property
    def layer(self) -> Choice:
        """The choice of a layer."""
        return layers(self.table.rows, first_convolution(self.table.rows), resets=("channel", "row", "column"))

    def request(self) -> Maps:
        """Return the question for the engine."""
        return Maps(layer=self.row.name, **self.subject.given)


@dataclass(frozen=True, eq=False)
class Picked:
    """The channel and the unit in it that are looked at: without a word in the link, the strongest.

    What is read off the maps once stays for the run.
    """

    answer: LayerMaps

    @property
    def values(self) -> Floats:
        """The layer's maps (C, H, W)."""
        return self.answer.values

    @cached_property
    def channels(self) -> Number:
        """The choice of a channel."""
        best = self.answer.strongest[0]
        resets = ("row", "column")
        return Number("channel", best, resets, low=0, high=len(self.values) - 1, slider=False)

    @cached_property
    def channel(self) -> int:
        """The channel."""
        return FORM.get(self.channels)

    @cached_property
    def one(self) -> Floats:
        """The channel's map (H, W)."""
        one: Floats = self.values[self.channel]
        return one

    @cached_property
    def places(self) -> tuple[Number, Number]:
        """The choice of a row and of a column."""
        row, column = (
            Number(name, best, low=0, high=side - 1, slider=False)
            for name, best, side in zip(("row", "column"), strongest_unit(self.one), self.one.shape, strict=True)
        )
        return row, column

    @cached_property
    def at(self) -> tuple[int, int]:
        """The unit's row and column."""
        row, column = self.places
        return FORM.get(row), FORM.get(column)

    @cached_property
    def is_signed(self) -> bool:
        """Whether the layer has negative values."""
        return bool(self.values.min() < 0)

    @cached_property
    def are_maps(self) -> bool:
        """Whether the layer gives more than one number a channel."""
        return bool(self.values[0].size > 1)


def read() -> State | None:
    """Return what the form says, None where there is no picture yet or the network cannot be had."""
    subject = SUBJECT.read()
    table = None if subject is None else ask(Layers(subject.model))
    if subject is None or table is None:
        return None
    return State(subject, table, layer_of(FORM, table.rows, first_convolution(table.rows)))


def sort() -> Sort:
    """Return what the maps are sorted by."""
    return cast(Sort, FORM.get(SORT))
