"""What the screen on augmentation asks for: a subject, a kind of augmentation with its settings, a seed, a draw."""

from dataclasses import dataclass, replace
from typing import Any, cast

import streamlit as st

from cnnviz import images, models
from cnnviz.engine.requests import DRAWS, Augment, FilmOperations, LeaveOutBlocks, Picture, Request, SmoothLabel
from cnnviz.engine.results import Augmented, BlocksLeftOut, Probed, SmoothedLabel
from cnnviz.probes.augmentation import MAGNITUDES, MIXING
from cnnviz.training.classes import FASHION_CLASSES
from cnnviz.ui.engine import ask
from cnnviz.ui.form import Form, Preset
from cnnviz.ui.form_controls import AnyControl, Choice, Switch
from cnnviz.ui.number_controls import Number, Real
from cnnviz.ui.picture_choice import SHEETS, gallery_picture, sheet_number, sheet_picture, source
from cnnviz.ui.subject import Subject, SubjectForm
from cnnviz.ui.words import Words

WORDS = Words("augmentation")
FORM = Form(WORDS)
SUBJECT = SubjectForm(FORM)
# The names in links: other screens lead here by ?augmentation=NAME.
NAMES = (
    "crop",
    "ten_crops",
    "flip",
    "jitter",
    "colour_components",
    "randaugment",
    "erasing",
    "mixup",
    "cutmix",
    "label_smoothing",
    "fractional_pooling",
    "stochastic_depth",
)
SEED = Number("seed", 0, low=0, high=9999, slider=False)
# Where somebody looks, which is why it has the name that no preset minds.
DRAW = Number("at", 0, low=0, high=DRAWS - 1, slider=False)
_OTHER_SOURCES = ("Draw", *SHEETS)
_CLASSES = {"Digits": tuple("0123456789"), "Clothes": FASHION_CLASSES}
# By kind, in the order of the screen.
CONTROLS: dict[str, tuple[AnyControl, ...]] = {
    "flip": (Real("chance", 0.5),),
    "crop": (Real("least", 0.08, low=0.05, step=0.01),),
    "ten_crops": (),
    "jitter": (
        Real("brightness", 0.4),
        Real("contrast", 0.4),
        Real("saturation", 0.4),
        Real("hue", 0.1, high=0.5),
    ),
    "colour_components": (Real("alpha_deviation", 1.0, low=0.1, high=3.0, step=0.1),),
    "randaugment": (Number("operations", 2, low=1, high=4), Number("magnitude", 9, low=0, high=MAGNITUDES - 1)),
    "erasing": (
        Real("area", 0.25, low=0.05, high=0.5),
        Switch("square", default=True),
        Switch("noise", default=False),
    ),
    "mixup": (Real("alpha", 1.0, low=0.1, high=4.0, step=0.1),),
    "cutmix": (Real("alpha", 1.0, low=0.1, high=4.0, step=0.1),),
    "label_smoothing": (Real("smoothing", 0.1, high=0.9),),
    "fractional_pooling": (Real("ratio", 1.4, low=1.1, high=1.9, step=0.1),),
    "stochastic_depth": (Real("last", 0.8, low=0.1),),
}
_ANEW = tuple({control.name for controls in CONTROLS.values() for control in controls} | {DRAW.name})
KIND = Choice("augmentation", "crop", _ANEW, NAMES)
PRESETS: dict[str, Preset] = {name: {} if name == KIND.default else {KIND.name: name} for name in NAMES}
_OWN_SETTINGS = ("ten_crops", "label_smoothing", "stochastic_depth")
Answer = Augmented | BlocksLeftOut | SmoothedLabel


@dataclass(frozen=True, eq=False)
class State:
    """A subject under one kind of augmentation; `label` is its class where that is known."""

    subject: Subject
    kind: str
    settings: dict[str, float]
    seed: int
    draw: int
    label: int | None
    partner: Picture | None
    partner_label: int | None

    @property
    def classes(self) -> tuple[str, ...]:
        """What the network tells apart."""
        return self.subject.card.classes

    def request(self) -> Augment | LeaveOutBlocks | SmoothLabel:
        """Return the question for the engine."""
        given = self.subject.given
        if self.kind == "stochastic_depth":
            return LeaveOutBlocks(**given, last=self.settings["last"], seed=self.seed)
        if self.kind == "label_smoothing":
            return SmoothLabel(**given, smoothing=self.settings["smoothing"], label=self.label)
        settings = {**self.settings, **({"ratio": 4 / 3} if self.kind == "crop" else {})}
        drawn = Augment(**given, kind=self.kind, settings=tuple(settings.items()), seed=self.seed)
        if self.kind not in MIXING:
            return drawn
        return replace(drawn, partner=self.partner, labels=(self.label, self.partner_label))

    def film(self) -> FilmOperations:
        """Return the question for the film of RandAugment's operations."""
        return FilmOperations(**self.subject.given)


def partner_control() -> AnyControl:
    """Return the choice of what a picture is mixed with: a photo, or a test image where the picture is none."""
    if FORM.get(source()) in _OTHER_SOURCES:
        return Number("partner_number", 23, low=0, high=99, slider=False)
    return Choice("partner", "coffee", options=tuple(images.gallery_names()), technical=True)


def controls() -> tuple[AnyControl, ...]:
    """Return the controls of the kind that is open, the seed and the draw where they mean something."""
    kind = FORM.get(KIND)
    mixing = (partner_control(),) if kind in MIXING else ()
    drawn = () if kind == "label_smoothing" else (draw_control(),) if kind == "ten_crops" else (SEED, draw_control())
    return *CONTROLS[kind], *mixing, *drawn


def draw_control() -> Number:
    """Return the choice of a draw: there are but ten of the ten crops."""
    return replace(DRAW, high=9) if FORM.get(KIND) == "ten_crops" else DRAW


def read() -> State | None:
    """Return what the form says, None while there is no picture."""
    subject = SUBJECT.read()
    if subject is None:
        return None
    kind = FORM.get(KIND)
    settings = {control.name: float(FORM.get(control)) for control in CONTROLS[kind]}
    label = partner = partner_label = None
    where = FORM.get(source())
    if where in SHEETS:
        label = _class(subject, where, FORM.get(sheet_number(where)))
    if kind in MIXING:
        number = FORM.get(partner_control())
        if where in _OTHER_SOURCES:
            sheet = where if where in SHEETS else "Digits"
            partner = sheet_picture(SHEETS[sheet], number)
            partner_label = _class(subject, sheet, number)
        else:
            partner = gallery_picture(number)
    return State(subject, kind, settings, FORM.get(SEED), FORM.get(draw_control()), label, partner, partner_label)


def _class(subject: Subject, sheet: str, number: int) -> int | None:
    """Return the class of a test image, None for a network that tells other things apart."""
    return int(images.sheet_labels()[number]) if models.card(subject.model.name).classes == _CLASSES[sheet] else None


def find(state: State) -> Answer | None:
    """Return the engine's answer, None after an error was shown."""
    answer: Probed[Any] | None = ask(cast("Request[Any]", state.request()))
    return None if answer is None else answer.found


def show_controls() -> None:
    """Draw the choice of the kind beside its settings."""
    FORM.draw(KIND, *controls(), columns=4)
    kind = FORM.get(KIND)
    st.caption(WORDS.text(f"settings_{kind}" if kind in _OWN_SETTINGS else "settings"))
