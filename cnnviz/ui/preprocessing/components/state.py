"""What the part on principal components asks for: whose patches, which picture, and how many components are kept."""

from dataclasses import dataclass

from cnnviz.engine.requests import Decompose, Picture
from cnnviz.images.patch_sets import SETS, PatchSet
from cnnviz.ui.form import Form, Preset
from cnnviz.ui.form_controls import Choice
from cnnviz.ui.number_controls import Number
from cnnviz.ui.picture_choice import picture_of, sheet_picture
from cnnviz.ui.words import Words

WORDS = Words("principal_components")
FORM = Form(WORDS, "preprocessing", "Principal components")
_ANEW = ("kept", "component", "patch", "image")
PATCHES = Choice("patches", "grey patches", _ANEW, tuple(SETS), style="buttons")
IMAGE = Number("image", 70, low=0, high=99, slider=False)
_EYE = 9 * 28 + 8  # a patch on the cat's eye, of the photo that is shown first
PRESETS: dict[str, Preset] = {
    "usual": {},
    "one": {"kept": 1},
    "colour": {"patches": "colour patches", "kept": 24},
    "digits": {"patches": "digits"},
    "clothes": {"patches": "clothes"},
    "all": {"patches": "digits", "kept": 99},
}


@dataclass(frozen=True)
class State:
    """A set of patches, a picture, and what of it is looked at; `component` counts from 1."""

    patches: str
    picture: Picture
    kept: int
    component: int
    patch: int

    @property
    def kind(self) -> PatchSet:
        """What the set is made of."""
        return SETS[self.patches]

    def request(self) -> Decompose:
        """Return the question for the engine."""
        return Decompose(self.patches, self.picture)


def numbers(patches: str) -> tuple[Number, Number, Number]:
    """Return the choice of how many components are kept, of one of them, and of a patch."""
    kind = SETS[patches]
    most = kind.components
    return (
        Number("kept", 20 if kind.sheet else 8, low=0, high=most, slider=False),
        Number("component", 3, low=1, high=most, slider=False),
        Number("patch", 0 if kind.sheet else _EYE, low=0, high=0 if kind.sheet else 783, slider=False),
    )


def read() -> State | None:
    """Return what the form says, None where there is no photo yet."""
    patches = FORM.get(PATCHES)
    sheet = SETS[patches].sheet
    picture = picture_of(FORM) if sheet is None else sheet_picture(sheet, FORM.get(IMAGE))
    if picture is None:
        return None
    kept, component, patch = map(FORM.get, numbers(patches))
    return State(patches, picture, kept, component, patch)


def pick(name: str, number: int) -> None:
    """Take what was picked on the stage, in a callback."""
    control = next(each for each in numbers(FORM.get(PATCHES)) if each.name == name)
    FORM.set(control, number + 1 if name == "component" else number)
