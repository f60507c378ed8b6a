"""What the part on one's own classes is set to, its photos, and the run that follows from both."""

from dataclasses import dataclass
from functools import cache

import numpy as np
import streamlit as st

from cnnviz.engine.requests import DescribePhoto, LabelledFeatures, Picture
from cnnviz.engine.results import Recognised, RunView
from cnnviz.errors import CnnvizError
from cnnviz.images.collections import COLLECTIONS, CUT, collection
from cnnviz.training.classes import FASHION_CLASSES
from cnnviz.training.live.photos import check, held_out
from cnnviz.training.live.settings import BATCHES, PHOTOS, Settings
from cnnviz.ui import names
from cnnviz.ui.engine import ask_each, engine
from cnnviz.ui.form import Form, Preset
from cnnviz.ui.form_controls import Choice
from cnnviz.ui.learnt_networks import follow
from cnnviz.ui.number_controls import Number
from cnnviz.ui.own_classes.own import MODEL, WORDS, leave_copy, own, take_in, thumbnail
from cnnviz.ui.picture_choice import picture_of
from cnnviz.ui.refusals import refuse
from cnnviz.ui.training.driver import Driver
from cnnviz.ui.training.player import RUN, begin_anew

PART = "Your own classes"
FORM = Form(WORDS, screen="training", part=PART)
OWN = "own"
COLLECTION = Choice("collection", "things", options=(*COLLECTIONS, OWN))
HIDDEN = Number("hidden", 0, high=64)
RATE = Choice("rate", "0.001", options=("0.0001", "0.0003", "0.001", "0.003", "0.01"), technical=True)
L2 = Choice("l2", "0", options=("0", "0.0001", "0.001", "0.01", "0.1"), technical=True)
SEED = Number("seed", 0, high=9999, slider=False)
MAP = Choice("map", "first", options=("first", "second", "none"), style="pills")
PRESETS: dict[str, Preset] = {
    **{name: {} if name == COLLECTION.default else {COLLECTION.name: name} for name in COLLECTIONS},
    OWN: {COLLECTION.name: OWN},
}


@dataclass(frozen=True, eq=False)
class State:
    """The photos with a JPEG of each, the settings of the layer, its run, and the picture that is tried, if any."""

    photos: LabelledFeatures
    thumbnails: tuple[bytes, ...]
    settings: Settings
    run: Driver
    tried: Picture | None

    @property
    def out(self) -> list[bool]:
        """Which photos are held out."""
        return held_out(self.photos.labels)


@dataclass(frozen=True, eq=False)
class Found:
    """What there is to see of the run, and of the picture that is tried."""

    view: RunView
    recognised: Recognised | None


def read() -> State | None:
    """Return the state, None where the engine refused; raise CnnvizError while photos of one's own are missing."""
    if FORM.get(COLLECTION) == OWN:
        take_in()
        leave_copy()
        labels = [number for number, each in enumerate(own().classes) for _ in each.photos]
        check(labels, [each.name for each in own().classes])
        photos, thumbnails = own().features(), [photo.thumbnail for each in own().classes for photo in each.photos]
    else:
        name = FORM.get(COLLECTION)
        shipped = _shipped(name)
        if shipped is None:
            return None
        photos, thumbnails = shipped, _thumbnails(name)
    kinds, hidden = len(photos.classes), FORM.get(HIDDEN)
    settings = Settings(
        network=f"Linear {hidden}, ReLU, Linear {kinds}" if hidden else f"Linear {kinds}",
        examples=PHOTOS,
        rate=float(FORM.get(RATE)),
        batch_size=BATCHES[1],
        l2=float(FORM.get(L2)),
        seed=FORM.get(SEED),
        kinds=kinds,
    )
    return State(photos, tuple(thumbnails), settings, _run_of(settings, photos), picture_of(FORM, first_source()))


def find(state: State) -> Found | None:
    """Return what there is to see; while the layer learns, the picture is not asked about again."""
    key = FORM.key("recognised")
    if not state.run.playing:
        state.run.wait(1)  # what the slice under way comes to
    try:
        if state.tried is not None and not state.run.playing:
            st.session_state[key] = state.run.recognise(MODEL, state.tried)
        seen: Recognised | None = st.session_state.get(key)
        fits = seen is not None and len(seen.scores) == state.settings.kinds and state.tried is not None
        return Found(state.run.look(), seen if fits else None)
    except CnnvizError as error:
        refuse(error)
        return None


def first_source() -> str:
    """Return the kind of picture that is tried without a word in the link: of clothes, one of the test images."""
    return "Clothes" if FORM.get(COLLECTION) == "clothes" else "Gallery"


def class_names(name: str) -> tuple[str, ...]:
    """Return what the classes of a shipped collection are called."""
    if name in CUT:
        return tuple(WORDS.label(f"class.{photo}") for photo in CUT[name])
    return names.class_names(FASHION_CLASSES)


def _run_of(settings: Settings, photos: LabelledFeatures) -> Driver:
    key = FORM.key(RUN)
    run: Driver | None = st.session_state.get(key)
    if run is not None and run.settings == settings and run.photos == photos:
        # Another name for a class is no other run.
        run.photos = photos
        return run
    begin_anew(FORM)
    st.session_state[key] = made = Driver(engine(), settings, photos)
    follow(made)
    return made


@st.cache_resource(show_spinner=False)
def _described() -> dict[str, np.ndarray]:
    """Return where the features of shipped pictures stay, by collection: half a megabyte each."""
    return {}


def _shipped(name: str) -> LabelledFeatures | None:
    kept, pictures = _described(), collection(name)
    if name not in kept:
        found = ask_each([DescribePhoto(MODEL, Picture.of(pixels)) for pixels, _ in pictures], WORDS)
        if found is None:
            return None
        kept[name] = np.stack([each.values for each in found])
    return LabelledFeatures.of(kept[name], tuple(label for _, label in pictures), class_names(name))


@cache
def _thumbnails(name: str) -> list[bytes]:
    return [thumbnail(pixels) for pixels, _ in collection(name)]
