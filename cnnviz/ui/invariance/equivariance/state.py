"""What the part on equivariance asks for: a shift in a circle, padding, a layer and a channel; and a blur."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from cnnviz.arithmetic.signals import EXAMPLE
from cnnviz.engine.requests import Layers, ShiftLayers, ShiftMaps
from cnnviz.engine.results import LayerRow
from cnnviz.ui.engine import ask
from cnnviz.ui.form import Form, Preset
from cnnviz.ui.form_controls import Choice, Text
from cnnviz.ui.invariance.subject import SubjectForm
from cnnviz.ui.layer_choice import layer_of
from cnnviz.ui.number_controls import Number
from cnnviz.ui.subject import Subject
from cnnviz.ui.words import Words

if TYPE_CHECKING:
    # It imports torch.
    from cnnviz.probes.equivariance import LayerGap, ShiftedMaps

WORDS = Words("equivariance")
FORM = Form(WORDS, screen="invariance", part="Equivariance")
SUBJECT = SubjectForm(FORM, digit=70)
RIGHT = Number("dx", 4, low=-128, high=128, reach=32)
DOWN = Number("dy", 0, low=-128, high=128, reach=32)
PADDING = Choice("padding", "the network's own", options=("the network's own", "in a circle"))
# The names of cnnviz.probes.subsampling.BLURS, which brings torch along.
BLUR = Choice("blur", "Tri-3", options=("Rect-2", "Tri-3", "Bin-5"), technical=True)
BLUR_SHIFT = Number("bx", 1, low=-64, high=64, reach=8)
SIGNAL = Text("signal", EXAMPLE)
PRESETS: dict[str, Preset] = {
    "stride": {},
    "between": {"dx": 1},
    "circle": {"padding": "in a circle"},
}


@dataclass(frozen=True)
class State:
    """A subject, and by how many pixels its picture is shifted."""

    subject: Subject
    right: int
    down: int
    circular: bool

    def request(self) -> ShiftLayers:
        """Return the question about all layers."""
        return ShiftLayers(**self.subject.given, right=self.right, down=self.down, circular=self.circular)


@dataclass(frozen=True, eq=False)
class Seen:
    """What a shift does to all layers (`gaps`), and to the maps of one; None where that has no positions left."""

    rows: Sequence[LayerRow]
    gaps: "tuple[LayerGap, ...]"
    gap: "LayerGap"
    default: str
    maps: "ShiftedMaps | None"

    @property
    def channel(self) -> Number:
        """The control of the channel that is drawn."""
        strongest = 0 if self.maps is None else self.maps.channel
        return channel_of(self.gap, strongest)


def channel_of(gap: "LayerGap", default: int) -> Number:
    """Return the choice of a layer's channel."""
    return Number("channel", default, low=0, high=gap.maps[0] - 1, slider=False)


def read() -> State | None:
    """Return what the form says, None while there is no picture."""
    subject = SUBJECT.read()
    if subject is None:
        return None
    return State(subject, FORM.get(RIGHT), FORM.get(DOWN), FORM.get(PADDING) != PADDING.default)


def run(state: State) -> Seen | None:
    """Return what the shift does, or None after an error was shown."""
    table = ask(Layers(state.subject.model))
    answer = None if table is None else ask(state.request())
    if table is None or answer is None:
        return None
    gaps = {gap.name: gap for gap in answer.found}
    rows = [row for row in table.rows if row.name in gaps]
    default = _telling(answer.found)
    gap = gaps[layer_of(FORM, rows, default).name]
    if gap.moved is None:
        return Seen(rows, answer.found, gap, default, None)
    # Without a word in the link, the channel with the most in it.
    chosen = FORM.get(channel_of(gap, -1))
    channel = None if chosen < 0 else chosen
    maps = ask(
        ShiftMaps(
            **state.subject.given,
            layer=gap.name,
            channel=channel,
            down=state.down,
            right=state.right,
            circular=state.circular,
        )
    )
    return None if maps is None else Seen(rows, answer.found, gap, default, maps.found)


def _telling(gaps: "Sequence[LayerGap]") -> str:
    """Return the name of the first layer whose units are farther apart than pixels: where stride begins to matter."""
    first = first_subsampled(gaps)
    return gaps[0 if first is None else first].name


def first_subsampled(gaps: "Sequence[LayerGap]") -> int | None:
    """Return the first layer whose units are farther apart than pixels, None if there is none."""
    return next((at for at, gap in enumerate(gaps) if gap.stride is not None and max(gap.stride) > 1), None)


def stride_of(gap: "LayerGap") -> tuple[int | Fraction, int | Fraction]:
    """Return a layer's stride (down, right) in pixels; it has positions."""
    assert gap.stride is not None
    return gap.stride
