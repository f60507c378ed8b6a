"""What the part on augmentation asks for: a digit, and how it is placed for two networks."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cnnviz.arithmetic.pose import similarity
from cnnviz.engine.requests import ModelChoice, Sweep, View
from cnnviz.images import sheet_labels
from cnnviz.ui.engine import ask
from cnnviz.ui.form import Form, Preset
from cnnviz.ui.invariance.augmentation.curves import AUGMENTED, PLAIN
from cnnviz.ui.invariance.subject import DIGITS, SubjectForm
from cnnviz.ui.number_controls import Number
from cnnviz.ui.picture_choice import sheet_number, source
from cnnviz.ui.subject import Subject
from cnnviz.ui.words import Words

if TYPE_CHECKING:
    # It imports torch.
    from cnnviz.probes.invariance import Swept

WORDS = Words("invariance_augmentation")
FORM = Form(WORDS, screen="invariance", part="Augmentation")
# A seven: rotated as below, only the network that was trained with augmentation still predicts it.
SUBJECT = SubjectForm(FORM, digit=70, network=PLAIN)
ROTATED = Number("turned", -45, low=-180, high=180)
SCALED = Number("sized", 100, low=40, high=160)
SHIFTED = Number("shifted", 0, low=-14, high=14)
ANGLES = tuple(range(-90, 91, 6))
PRESETS: dict[str, Preset] = {
    "rotated": {},
    "upright": {"turned": 0},
    "shifted": {"turned": 0, "shifted": 4},
    "beyond": {"turned": -90},
}


@dataclass(frozen=True)
class State:
    """A digit, its class where that is known, and how it is placed."""

    subject: Subject
    label: int | None
    degrees: int
    percent: int
    right: int

    def view(self, degrees: int | None = None) -> View:
        """Return it as the engine's, with another angle if one is given."""
        angle = self.degrees if degrees is None else degrees
        return View(similarity(degrees=angle, scale=self.percent / 100, right=self.right))


@dataclass(frozen=True, eq=False)
class Seen:
    """What both networks predict, by name: of the digit as it is placed (`now`), and at ANGLES (`swept`)."""

    now: "dict[str, Swept]"
    swept: "dict[str, Swept]"
    wanted: int

    def sure(self, name: str) -> list[float]:
        """Return how probable a network finds the class that is looked for, at ANGLES."""
        return [float(each) for each in self.swept[name].probabilities[:, self.wanted]]


def read() -> State | None:
    """Return what the form says, None while there is no picture."""
    subject = SUBJECT.read()
    if subject is None:
        return None
    label = None
    if FORM.get(source(SUBJECT.first)) == DIGITS:
        label = int(sheet_labels()[FORM.get(sheet_number(DIGITS, SUBJECT.digit))])
    return State(subject, label, FORM.get(ROTATED), FORM.get(SCALED), FORM.get(SHIFTED))


def run(state: State) -> Seen | None:
    """Return what both networks predict, or None after an error was shown."""
    now = _both(state, (state.view(),))
    swept = None if now is None else _both(state, tuple(map(state.view, ANGLES)))
    if now is None or swept is None:
        return None
    # Where nobody knows the class, it is what the networks predict for the unmoved digit.
    likely = int((now[PLAIN].unmoved + now[AUGMENTED].unmoved).argmax())
    return Seen(now, swept, likely if state.label is None else state.label)


def _both(state: State, views: tuple[View, ...]) -> "dict[str, Swept] | None":
    found: dict[str, Swept] = {}
    for name in (PLAIN, AUGMENTED):
        picture, invert = state.subject.picture, state.subject.invert
        answer = ask(Sweep(ModelChoice(name), picture=picture, views=views, invert=invert))
        if answer is None:
            return None
        found[name] = answer.found
    return found
