"""What the warp by hand asks for, and what follows: the image, the settings, the requests, the presets."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnnviz import images
from cnnviz.arithmetic.affine import Theta
from cnnviz.arithmetic.pose import Pose
from cnnviz.engine.requests import Numbers, Picture, Warp, WarpIdentity, WarpPixel, WarpTwice
from cnnviz.images.square import small_square
from cnnviz.ui.controls import Choice, Control, Dial, Switch, value_of
from cnnviz.ui.transform import theta as theta_state

# A photo is made so small that the browser warps it, bicubic too, in a few milliseconds.
PHOTO, BOARD, LARGEST = 96, 8, 128
IMAGE = Choice("hand_image", "Image", ("digit", "photo", "checkerboard"), "digit")
DIGIT = Dial("hand_digit", "Test digit", 0, 99, 99, 32)
MODE = Choice("sampling", "mode", ("nearest", "bilinear", "bicubic"), "bilinear")
PADDING = Choice("outside", "padding_mode", ("zeros", "border", "reflection"), "zeros")
ALIGN_GRID = Switch("align_grid", "align_corners in affine_grid", False)
ALIGN_SAMPLE = Switch("align_sample", "align_corners in grid_sample", False)
PLANES = ("red", "green", "blue")
PLANE = Choice("plane", "Channel in numbers", PLANES, "red")
THEN = Choice(
    "then", "The second warp", ("inverse", "the same again", "quarter turn", "mirror", "shift right"), "inverse"
)
SECOND: dict[str, Theta] = {
    "quarter turn": (0.0, -1.0, 0.0, 1.0, 0.0, 0.0),
    "mirror": (-1.0, 0.0, 0.0, 0.0, 1.0, 0.0),
    "shift right": (1.0, 0.0, 0.5, 0.0, 1.0, 0.0),
}
_FIRST: tuple[Control, ...] = (IMAGE, MODE, PADDING, ALIGN_GRID, ALIGN_SAMPLE, THEN)


@dataclass(frozen=True)
class Preset:
    """What to start from: the box of theta, and settings that are not the first ones."""

    pose: Pose
    settings: dict[str, Any]


def _box(
    rotation: float = 0.0, scale: float | tuple[float, float] = 1.0, shear: float = 0.0, across: float = 0.0
) -> Pose:
    """Return the box that is turned clockwise by `rotation`."""
    pair = scale if isinstance(scale, tuple) else (scale, scale)
    return Pose(0.0 - rotation, pair, shear, across)


PRESETS: dict[str, Preset] = {
    "Identity": Preset(_box(), {}),
    "Turn": Preset(_box(30.0), {}),
    "Zoom in": Preset(_box(scale=0.5), {"sampling": "bicubic"}),
    "Zoom out": Preset(_box(scale=1.6), {"outside": "reflection", "hand_image": "photo"}),
    "Mirror": Preset(_box(scale=(-1.0, 1.0)), {"hand_image": "photo"}),
    "Shear": Preset(_box(shear=0.6), {}),
    "Pixels in sight": Preset(_box(20.0, 0.75), {"hand_image": "checkerboard", "sampling": "nearest"}),
    "align_corners mixed": Preset(_box(), {"hand_image": "checkerboard", "align_grid": True}),
    "Squeezed to a line": Preset(_box(20.0, (0.8, 0.0)), {}),
}


def begin(preset: Preset) -> None:
    """Give theta and every control the preset's value, or its first one; in a callback."""
    theta_state.keep_pose(preset.pose)
    sides = {f"{name}_{side}": side for name in ("height", "width") for side in (BOARD, 28, PHOTO)}
    st.session_state.update({**{each.key: each.default for each in _FIRST}, **sides, **preset.settings})


@dataclass(frozen=True, eq=False)
class Experiment:
    """One state of the part: `image` is uint8 (C, H, W), the settings have torch's names."""

    image: NDArray[np.uint8]
    theta: Theta
    size: tuple[int, int]
    mode: str
    padding_mode: str
    align_grid: bool
    align_sample: bool
    plane: int
    pinned: tuple[int, int]

    @property
    def settings(self) -> dict[str, Any]:
        """Return what both the requests and the component take."""
        names = ("theta", "mode", "padding_mode", "align_grid", "align_sample")
        return {name: getattr(self, name) for name in names}

    @property
    def numbers(self) -> Numbers:
        """Return the image from 0 to 1."""
        return Numbers.of(self.image.astype(np.float32) / 255)

    def request(self) -> Warp:
        """Return the question for the engine."""
        return Warp(self.numbers, size=self.size, **self.settings)

    def pixel(self) -> WarpPixel:
        """Return the question how the pinned pixel comes about."""
        row, column = self.pinned
        return WarpPixel(self.numbers, size=self.size, row=row, column=column, plane=self.plane, **self.settings)

    def identity(self) -> WarpIdentity:
        """Return the question what the identity does to the image."""
        return WarpIdentity(self.numbers, self.mode, self.padding_mode)

    def then(self, second: Theta) -> WarpTwice:
        """Return the question what a second warp makes of the first."""
        return WarpTwice(self.numbers, then=second, size=self.size, **self.settings)


def sizes(side: int) -> tuple[Dial, Dial]:
    """Return the controls of the output's size, by default that of an image of `side`."""
    return tuple(  # type: ignore[return-value]
        Dial(f"{name}_{side}", f"Output {name}", 1, LARGEST, LARGEST, side) for name in ("height", "width")
    )


def image_of(picture: Picture | None) -> NDArray[np.uint8]:
    """Return the image to warp: a test digit, the photo, or a checkerboard; uint8 (C, H, W)."""
    kind = value_of(IMAGE)
    if kind == "checkerboard":
        places = np.indices((BOARD, BOARD)).sum(axis=0) % 2
        return np.asarray(255 * places[None], np.uint8)
    if kind == "photo" and picture is not None:
        return small_square(picture.pixels, PHOTO)
    return np.asarray(images.sheet("digits")[value_of(DIGIT)][None], np.uint8)


def experiment(picture: Picture | None, pinned: tuple[int, int] | None) -> Experiment:
    """Return what theta, the controls and the picture make; a pin that the output no longer has moves into it."""
    image = image_of(picture)
    high, wide = (value_of(each) for each in sizes(image.shape[1]))
    # Where the first digit has an edge: four equal neighbours would say little.
    row, column = pinned or (4 * high // 7, wide // 2)
    return Experiment(
        image,
        theta_state.current(),
        (high, wide),
        value_of(MODE),
        value_of(PADDING),
        value_of(ALIGN_GRID),
        value_of(ALIGN_SAMPLE),
        PLANES.index(value_of(PLANE)) if len(image) == 3 else 0,
        (min(row, high - 1), min(column, wide - 1)),
    )
