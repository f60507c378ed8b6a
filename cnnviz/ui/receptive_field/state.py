"""What the screen on receptive fields asks for: the subject, the layer, the unit, and the controls of all its parts."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING

from cnnviz.arithmetic.families import family
from cnnviz.engine.requests import Layers, Maps
from cnnviz.engine.results import LayerRow, LayerTable
from cnnviz.ui.engine import ask
from cnnviz.ui.form import Form
from cnnviz.ui.form_controls import Choice, Switch, Text
from cnnviz.ui.layer_choice import layer_of, layers, middle_convolution
from cnnviz.ui.number_controls import Number, NumberOrNone
from cnnviz.ui.subject import Subject, SubjectForm
from cnnviz.ui.words import Words

if TYPE_CHECKING:
    from cnnviz.analysis import ReceptiveField
    from cnnviz.engine.results import Reading, Source

WORDS = Words("receptive_field")
FORM = Form(WORDS)
SUBJECT = SubjectForm(FORM)
SEVERAL, ONE, NOISE = _OVER = ("several pictures", "this picture", "noise")
MIDDLE, PICKED = _UNITS = ("the middle one", "the picked one")
OVER = Choice("over", SEVERAL, options=_OVER, style="buttons")
WHICH = Choice("which", MIDDLE, options=_UNITS, style="buttons")
EQUAL, OWN = _DOTS = ("equal layers", "this network")
DOTS = Choice("dots", EQUAL, options=_DOTS, style="buttons")
COUNT = Number("dots_layers", 4, low=1, high=8)
KERNEL = Number("dots_kernel", 3, low=1, high=7)
STRIDE = Number("dots_stride", 1, low=1, high=3)
DILATION = Number("dots_dilation", 1, low=1, high=4)
DOUBLING = Switch("dots_doubling", False)
LOGARITHMIC = Switch("log", False)
# Networks to compare with, by name or as a design; a design has commas in it.
BETWEEN = "|"
OTHERS = Text("others", BETWEEN.join(("alexnet", "vgg16", "resnet50")))


@dataclass(frozen=True, eq=False)
class State:
    """A subject, its layers, and the one that is looked at."""

    subject: Subject
    table: LayerTable
    row: LayerRow

    @property
    def layer(self) -> Choice:
        """The choice of a layer."""
        rows = self.table.rows
        return layers(rows, telling_layer(rows), resets=("row", "column", "before", "channel"))

    @property
    def places(self) -> tuple[Number, Number]:
        """The choice of a unit's row and column, by default the middle."""
        row, column = (
            Number(name, side // 2, low=0, high=side - 1, slider=False)
            for name, side in zip(("row", "column"), self.row.maps[1:], strict=True)
        )
        return row, column

    @property
    def channels(self) -> NumberOrNone:
        """The choice of one channel, by default all of them."""
        return NumberOrNone("channel", None, low=0, high=self.row.maps[0] - 1, empty=WORDS.text("effective_all"))

    @cached_property
    def at(self) -> tuple[int, int]:
        """The unit's row and column."""
        row, column = self.places
        return FORM.get(row), FORM.get(column)

    def request(self) -> Maps:
        """Return the question for the engine."""
        return Maps(layer=self.row.name, **self.subject.given)


def before_control(reading: "Reading") -> Choice:
    """Return the choice of one of the layers that a layer reads; there is one where branches meet."""
    names = tuple(source_name(each) for each in reading.rows[0].sources)
    return Choice("before", names[0], options=names, technical=True)


def source_of(reading: "Reading") -> "Source | None":
    """Return which of the layers that are read is shown."""
    sources = reading.rows[0].sources
    if not sources:
        return None
    name = FORM.get(before_control(reading))
    return next(each for each in sources if source_name(each) == name)


def source_name(source: "Source") -> str:
    """Return what a layer that is read is called; what no layer gave is the input."""
    return source.name or WORDS.text("stage_input")


def telling_layer(rows: Sequence[LayerRow]) -> str:
    """Return the name of a convolution near the middle that widens the field, which a 1×1 convolution does not."""
    widening = [
        row.name for before, row in pairwise(rows) if family(row.kind) == "conv" and _side(row) > _side(before) > 0
    ]
    if widening:
        return widening[len(widening) // 2]
    return next((row.name for row in rows if row.receptive_field is not None), middle_convolution(rows))


def _side(row: LayerRow) -> int:
    field = row.receptive_field
    return field.size[0] if field is not None and field.size is not None else 0


def height_and_stride(field: "ReceptiveField | None") -> tuple[int, int] | None:
    """Return a field's height and its step to the next row; None where it is the whole image, or steps are no pixels.

    Behind an upsampling they are fractions.
    """
    if field is None or field.size is None:
        return None
    down, across = field.stride
    return (field.size[0], down) if isinstance(down, int) and isinstance(across, int) else None


def read() -> State | None:
    """Return what the form says, None where there is no picture yet or the network cannot be had."""
    subject = SUBJECT.read()
    table = None if subject is None else ask(Layers(subject.model))
    if subject is None or table is None:
        return None
    return State(subject, table, layer_of(FORM, table.rows, telling_layer(table.rows)))
