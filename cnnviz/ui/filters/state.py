"""What the screen on filters asks for: the subject, its layers, and what is picked among them."""

from dataclasses import dataclass
from typing import Literal, cast

from cnnviz.engine.requests import Filters, Layers
from cnnviz.engine.results import LayerRow, LayerTable
from cnnviz.ui.engine import ask
from cnnviz.ui.form import Form
from cnnviz.ui.form_controls import Choice
from cnnviz.ui.layer_choice import layer_of, layers, middle_convolution
from cnnviz.ui.number_controls import Number
from cnnviz.ui.subject import Subject, SubjectForm
from cnnviz.ui.words import Words

WORDS = Words("filters")
FORM = Form(WORDS)
# Its filters of 11×11 are the largest of all networks that come with weights: here one sees what they look for.
SUBJECT = SubjectForm(FORM, network="alexnet-tiny")
OWN_SCALE, LAYER_SCALE = SCALES = ("each filter's own", "the layer's")
SCALE = Choice("filter_scale", OWN_SCALE, options=SCALES, style="buttons")
SORT = Choice("filter_sort", "index", options=("index", "norm", "hue"), style="buttons")
# By what they learned on: a linear classifier, a multilayer perceptron, and a convolutional network.
LEARNED = {
    "digits": ("linear-mnist", "mlp-mnist", "lenet-relu-mnist"),
    "colour photos": ("linear-tiny", "mlp-tiny", "alexnet-tiny"),
}
TEMPLATES = Choice("templates", "digits", options=tuple(LEARNED), style="buttons")


@dataclass(frozen=True, eq=False)
class State:
    """A subject and its layers."""

    subject: Subject
    table: LayerTable

    @property
    def layer(self) -> Choice:
        """The choice of a deeper layer."""
        return layers(self.table.rows, middle_convolution(self.table.rows), resets=("channel",))

    @property
    def row(self) -> LayerRow:
        """The deeper layer."""
        return layer_of(FORM, self.table.rows, middle_convolution(self.table.rows))

    @property
    def channels(self) -> Number:
        """The choice of a channel of the deeper layer."""
        return Number("channel", 0, low=0, high=self.row.maps[0] - 1, slider=False)

    def request(self) -> Filters:
        """Return the question for the engine."""
        return Filters(self.subject.model)


def filters_control(count: int) -> Number:
    """Return the choice of one of the first layer's filters."""
    return Number("filter", 0, low=0, high=count - 1, slider=False)


def sort() -> Literal["index", "norm", "hue"]:
    """Return what the first filters are sorted by."""
    return cast(Literal["index", "norm", "hue"], FORM.get(SORT))


def read() -> State | None:
    """Return what the form says, None where there is no picture yet or the network cannot be had."""
    subject = SUBJECT.read()
    table = None if subject is None else ask(Layers(subject.model))
    return None if subject is None or table is None else State(subject, table)
