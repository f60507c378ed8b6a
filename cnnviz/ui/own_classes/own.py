"""A visitor's own classes of photos. Of a photo there stay its features and a thumbnail, some 8 kB.

They stay with the visit; no link holds them. With CNNVIZ_REDIS they go with the page to another process, as one's own
photo does.
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
from cnnviz.ui.own_photo import leave, taken_over
from cnnviz.ui.photo_store import CLASSES
from cnnviz.ui.refusals import translated
from cnnviz.ui.words import Words

WORDS = Words("own_classes")
MODEL = ModelChoice("efficientnet-lite0")
_KEPT, _LEFT = "own-classes", "own-classes-left"
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
    if _KEPT not in st.session_state:
        left = taken_over(CLASSES)
        st.session_state[_KEPT] = Own([OwnClass(new_name(number)) for number in (1, 2)] if left is None else read(left))
    made: Own = st.session_state[_KEPT]
    return made


def leave_copy() -> None:
    """Leave the classes for the process that may take this visit over, where they are others than before."""
    now = [(each.name, *(photo.sha256 for photo in each.photos)) for each in own().classes]
    if any(each.photos for each in own().classes) and st.session_state.get(_LEFT) != now:
        st.session_state[_LEFT] = now
        leave(written(own().classes), CLASSES)


def written(classes: Sequence[OwnClass]) -> bytes:
    """Return classes as a file: an .npz of names, and by photo its class, SHA-256, features and thumbnail."""
    photos = [(number, photo) for number, each in enumerate(classes) for photo in each.photos]
    file = io.BytesIO()
    np.savez(
        file,
        names=np.array([each.name for each in classes]),
        labels=np.array([number for number, _ in photos]),
        sha256=np.array([photo.sha256 for _, photo in photos]),
        features=np.stack([photo.features for _, photo in photos]),
        thumbnails=np.frombuffer(b"".join(photo.thumbnail for _, photo in photos), np.uint8),
        lengths=np.array([len(photo.thumbnail) for _, photo in photos]),
    )
    return file.getvalue()


def read(file: bytes) -> list[OwnClass]:
    """Return the classes of a file of `written`."""
    with np.load(io.BytesIO(file)) as found:
        classes = [OwnClass(str(name)) for name in found["names"]]
        thumbnails = np.split(found["thumbnails"], found["lengths"].cumsum()[:-1])
        rows = zip(found["labels"], found["sha256"], found["features"], thumbnails, strict=True)
        for label, sha256, features, small in rows:
            classes[label].photos.append(Photo(str(sha256), features, small.tobytes()))
    return classes


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
        return translated(error)
    for each in mine.classes:
        if any(photo.sha256 == picture.sha256 for photo in each.photos):
            return WORDS.text("twice", name=each.name)
    found = ask(DescribePhoto(MODEL, picture))
    if found is None:
        return WORDS.text("not_computed")
    to.photos.append(Photo(picture.sha256, found.values, thumbnail(picture.pixels)))
    return ""
