"""A visitor's own classes of photos. Of a photo there stay its features and a thumbnail, some 8 kB.

They stay with the visit; no link holds them.
"""

import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import chain, count

import numpy as np
import streamlit as st
from numpy.typing import NDArray
from PIL import Image
from streamlit.runtime.uploaded_file_manager import UploadedFile

from cnnviz import images
from cnnviz.engine.requests import DescribePhoto, LabelledFeatures, ModelChoice, Picture
from cnnviz.errors import ImageError
from cnnviz.training.live.photos import MOST
from cnnviz.ui.engine import ask
from cnnviz.ui.words import Words

WORDS = Words("own_classes")
MODEL = ModelChoice("efficientnet-lite0")
_KEPT = "own-classes"
_THUMBNAIL = 64  # pixels


@dataclass(frozen=True, eq=False)
class Photo:
    """What is kept of a photo: the SHA-256 of its pixels, features (C,), and a JPEG of 64x64 pixels."""

    sha256: str
    features: NDArray[np.float32]
    thumbnail: bytes


@dataclass
class OwnClass:
    """A class and its photos, in the order they came."""

    name: str
    photos: list[Photo] = field(default_factory=list)


@dataclass
class Own:
    """All classes, and the one, by its number, that new photos go to.

    `waiting` are files on their way with their classes, `refused` what was wrong with the last ones; `round` counts
    what was taken, so that a widget for files begins empty again.
    """

    classes: list[OwnClass]
    current: int = 0
    waiting: list[tuple[OwnClass, UploadedFile]] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    round: int = 0

    def receive(self, files: Sequence[UploadedFile]) -> None:
        """Take files for the current class; they are read by `take_in`."""
        self.refused = []
        self.waiting += [(self.classes[self.current], file) for file in files]
        self.round += 1

    def free_name(self, written: str = "") -> str:
        """Return a name that no class has: the one that was written, with a number where it is taken."""
        taken = {each.name for each in self.classes}
        again = (WORDS.text("class_again", name=written, number=number) for number in count(2))
        names = chain([written], again) if written else map(new_name, count(1))
        return next(name for name in names if name not in taken)

    def features(self) -> LabelledFeatures:
        """Return all photos as the engine gets them."""
        labels = tuple(number for number, each in enumerate(self.classes) for _ in each.photos)
        rows = [photo.features for each in self.classes for photo in each.photos]
        return LabelledFeatures.of(np.stack(rows), labels, tuple(each.name for each in self.classes))


def own() -> Own:
    """Return the classes of this visit, two without photos at first."""
    made: Own = st.session_state.setdefault(_KEPT, Own([OwnClass(new_name(number)) for number in (1, 2)]))
    return made


def new_name(number: int) -> str:
    """Return what class `number`, from 1, is called until it has a name."""
    return WORDS.text("class", number=number)


def take_in() -> None:
    """Read the files that wait, with a bar where they are several; each that is no photo leaves one sentence."""
    mine = own()
    if not mine.waiting:
        return
    bar, files = st.empty(), len(mine.waiting)
    while mine.waiting:
        done = files - len(mine.waiting)
        bar.progress(done / files, WORDS.text("progress", done=done, count=files))
        to, file = mine.waiting[0]
        if told := _take(mine, to, file):
            mine.refused.append(WORDS.text("refused", file=file.name, why=told))
        mine.waiting.pop(0)
    bar.empty()


def thumbnail(pixels: NDArray[np.uint8]) -> bytes:
    """Return the middle square of a picture as a JPEG of 64x64 pixels."""
    picture = Image.fromarray(pixels)
    side = min(picture.size)
    left, top = (picture.width - side) // 2, (picture.height - side) // 2
    small, file = picture.resize((_THUMBNAIL,) * 2, box=(left, top, left + side, top + side)), io.BytesIO()
    small.save(file, "JPEG", quality=80)
    return file.getvalue()


def _take(mine: Own, to: OwnClass, file: UploadedFile) -> str:
    """Put a file into a class; return what is wrong with it, if anything is."""
    if len(to.photos) >= MOST:
        return WORDS.text("full", name=to.name, most=MOST)
    try:
        picture = Picture.of(images.decode(file.getvalue()))
    except ImageError as error:
        return str(error)
    for each in mine.classes:
        if any(photo.sha256 == picture.sha256 for photo in each.photos):
            return WORDS.text("twice", name=each.name)
    found = ask(DescribePhoto(MODEL, picture))
    if found is None:
        return WORDS.text("not_computed")
    to.photos.append(Photo(picture.sha256, found.values, thumbnail(picture.pixels)))
    return ""
