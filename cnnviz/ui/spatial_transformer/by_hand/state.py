"""What the warp by hand asks for, and what follows: the image, the settings, the requests, the presets."""

from dataclasses import dataclass
from functools import cached_property
from typing import TypedDict

import numpy as np
from numpy.typing import NDArray

from cnnviz import images
from cnnviz.arithmetic.affine import Theta, inverse
from cnnviz.arithmetic.pose import Pose
from cnnviz.components.warp import LIMIT
from cnnviz.engine.requests import Numbers, Picture, Warp, WarpIdentity, WarpPixel, WarpTwice
from cnnviz.images.square import small_square
from cnnviz.ui.form import Form, Preset
from cnnviz.ui.form_controls import Choice, Switch
from cnnviz.ui.number_controls import Number
from cnnviz.ui.picture_choice import picture_of, sheet_number
from cnnviz.ui.spatial_transformer.theta import ThetaControl, made_of
from cnnviz.ui.words import Words

WORDS = Words("spatial_transformer")
FORM = Form(WORDS)
# A photo is made so small that the browser warps it, bicubic too, in a few milliseconds.
PHOTO, BOARD, LARGEST = 96, 8, 128
IMAGES = ("digit", "photo", "checkerboard")
IMAGE = Choice("image", "digit", ("height", "width", "at"), IMAGES)
NUMBER = sheet_number("Digits", 32)
MODE = Choice("sampling", "bilinear", options=("nearest", "bilinear", "bicubic"))
PADDING = Choice("outside", "zeros", options=("zeros", "border", "reflection"))
ALIGN_GRID = Switch("align_grid", False)
ALIGN_SAMPLE = Switch("align_sample", False)
PLANES = ("red", "green", "blue")
PLANE = Choice("plane", "red", options=PLANES)
_START = Pose(degrees=25.0, scale=(0.7, 0.7))
THETA = ThetaControl("theta", made_of(_START))
SECOND: dict[str, Theta] = {
    "quarter turn": (0.0, -1.0, 0.0, 1.0, 0.0, 0.0),
    "mirror": (-1.0, 0.0, 0.0, 0.0, 1.0, 0.0),
    "shift right": (1.0, 0.0, 0.5, 0.0, 1.0, 0.0),
}
THEN = Choice("then", "inverse", options=("inverse", "the same again", *SECOND))


BOXES = {
    "start": _START,
    "identity": Pose(),
    "rotate": Pose(-30.0),
    "zoom_in": Pose(scale=(0.5, 0.5)),
    "zoom_out": Pose(scale=(1.6, 1.6)),
    "mirror": Pose(scale=(-1.0, 1.0)),
    "shear": Pose(shear=0.6),
    "pixels": Pose(-20.0, (0.75, 0.75)),
    "align_corners": Pose(),
    "line": Pose(-20.0, (0.8, 0.0)),
}
_SETTINGS: dict[str, Preset] = {
    "zoom_in": {"sampling": "bicubic"},
    "zoom_out": {"outside": "reflection", "image": "photo"},
    "mirror": {"image": "photo"},
    "pixels": {"image": "checkerboard", "sampling": "nearest"},
    "align_corners": {"image": "checkerboard", "align_grid": True},
}
PRESETS: dict[str, Preset] = {
    name: {} if name == "start" else {"theta": made_of(box), **_SETTINGS.get(name, {})} for name, box in BOXES.items()
}
# Several poses have one box: a mirror along x is one along y, rotated by 180°.
KNOWN = {made_of(box): box for box in BOXES.values()}


class Settings(TypedDict):
    """What the requests and the component take alike, by torch's names."""

    theta: Theta
    mode: str
    padding_mode: str
    align_grid: bool
    align_sample: bool


@dataclass(frozen=True, eq=False)
class State:
    """One state of the part: `image` is uint8 (C, H, W), `size` the output's, `pinned` a (row, column) of it."""

    image: NDArray[np.uint8]
    settings: Settings
    size: tuple[int, int]
    plane: int
    pinned: tuple[int, int]

    @property
    def theta(self) -> Theta:
        """The six numbers."""
        return self.settings["theta"]

    @cached_property
    def numbers(self) -> Numbers:
        """The image from 0 to 1."""
        return Numbers.of(self.image.astype(np.float32) / 255)

    def request(self) -> Warp:
        """Return the question for the engine."""
        return Warp(self.numbers, size=self.size, **self.settings)

    def pixel(self) -> WarpPixel:
        """Return the question how the pinned pixel is computed."""
        row, column = self.pinned
        return WarpPixel(self.numbers, size=self.size, row=row, column=column, plane=self.plane, **self.settings)

    def identity(self) -> WarpIdentity:
        """Return the question what the identity does to the image."""
        return WarpIdentity(self.numbers, self.settings["mode"], self.settings["padding_mode"])

    def second(self) -> Theta:
        """Return the theta of the second warp; raises ShapeError where the first has no inverse."""
        chosen = FORM.get(THEN)
        return inverse(self.theta) if chosen == "inverse" else SECOND.get(chosen, self.theta)

    def twice(self, second: Theta) -> WarpTwice:
        """Return the question what a second warp makes of the first."""
        return WarpTwice(self.numbers, then=second, size=self.size, **self.settings)


def sizes() -> tuple[Number, Number]:
    """Return the controls of the output's size, by default that of the image."""
    side = _image().shape[1]
    return Number("height", side, ("at",), 1, LARGEST), Number("width", side, ("at",), 1, LARGEST)


def pin(at: tuple[int, int]) -> None:
    """Pin a pixel of the output, in a callback."""
    FORM.put({"at": f"{at[0]}.{at[1]}"})


def drag(numbers: tuple[float, ...]) -> None:
    """Take a theta that was dragged, in a callback."""
    a, b, c, d, e, f = (min(max(number, -LIMIT), LIMIT) for number in numbers)
    FORM.set(THETA, (a, b, c, d, e, f))


def read() -> State:
    """Return what the form says; a pin that the output does not have moves into it."""
    image = _image()
    high, wide = (FORM.get(each) for each in sizes())
    row, _, column = (FORM.text("at") or "").partition(".")
    # Where the first digit has an edge: four equal neighbours would say little.
    at = (int(row), int(column)) if row.isdecimal() and column.isdecimal() else (4 * high // 7, wide // 2)
    settings: Settings = {
        "theta": FORM.get(THETA),
        "mode": FORM.get(MODE),
        "padding_mode": FORM.get(PADDING),
        "align_grid": FORM.get(ALIGN_GRID),
        "align_sample": FORM.get(ALIGN_SAMPLE),
    }
    plane = PLANES.index(FORM.get(PLANE)) if len(image) == 3 else 0
    return State(image, settings, (high, wide), plane, (min(at[0], high - 1), min(at[1], wide - 1)))


def _image() -> NDArray[np.uint8]:
    """Return the image to warp: a test digit, the photo, or a checkerboard; uint8 (C, H, W)."""
    kind = FORM.get(IMAGE)
    if kind == "checkerboard":
        return np.asarray(255 * (np.indices((BOARD, BOARD)).sum(axis=0) % 2)[None], np.uint8)
    picture: Picture | None = picture_of(FORM) if kind == "photo" else None
    if picture is not None:
        return small_square(picture.pixels, PHOTO)
    return np.asarray(images.sheet("digits")[FORM.get(NUMBER)][None], np.uint8)
