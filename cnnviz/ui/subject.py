"""Which network looks at which picture: one row above a stage says it, and both are changed from there.

>>> SUBJECT = SubjectForm(FORM)
>>> SUBJECT.draw()  # the row, outside of the part's fragment: the menu takes the picture along
>>> subject = SUBJECT.read()  # inside it
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypedDict

import numpy as np
import streamlit as st
from PIL import Image

from cnnviz import images, models
from cnnviz.components.kept import draw_kept
from cnnviz.engine.requests import Input, ModelChoice, Picture
from cnnviz.figures import photo as figures
from cnnviz.models.cards import Card
from cnnviz.ui import links
from cnnviz.ui.chart import chart
from cnnviz.ui.engine import ask
from cnnviz.ui.form import Form
from cnnviz.ui.menu import SCREENS
from cnnviz.ui.model_choice import OWN, called, choose_model, kinds_of_picture, model_of, tell_faults
from cnnviz.ui.names import card
from cnnviz.ui.numbers import of_size
from cnnviz.ui.picture_choice import (
    INVERT,
    SHEETS,
    choose_invert,
    choose_picture,
    gallery_picture,
    inverted,
    photo,
    picture_of,
    sheet_number,
    sheet_picture,
    source,
)
from cnnviz.ui.words import COMMON

if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator

_THUMBNAIL = 56  # pixels


class Given(TypedDict):
    """What every request about a subject needs."""

    model: ModelChoice
    picture: Picture
    invert: bool


@dataclass(frozen=True)
class Subject:
    """A network, the picture that it looks at, and whether the picture is inverted for it."""

    model: ModelChoice
    picture: Picture
    invert: bool

    @property
    def card(self) -> Card:
        """What is known of the network."""
        return card(self.model.name)

    @property
    def given(self) -> Given:
        """The same as arguments of a request."""
        return {"model": self.model, "picture": self.picture, "invert": self.invert}


@dataclass(frozen=True)
class Row:
    """Places in the row above a stage for what is known once the stage has its answer: how the picture was prepared
    for the network, below the choice of the picture, the row's end, and behind it what stays while a page runs.
    """

    preparation: "DeltaGenerator"
    end: "DeltaGenerator"
    after: "DeltaGenerator"


@dataclass(frozen=True)
class SubjectForm:
    """The choice of a subject in a form; `first` and `network` are what a link leaves out, for a photo.

    `digit` is the test digit that a link leaves out.
    """

    form: Form
    first: str = "Gallery"
    network: str = models.DEFAULT
    digit: int | None = None

    def read(self) -> Subject | None:
        """Return the subject; where there is no picture yet, say so in place and return None."""
        picture = picture_of(self.form, self.first, self.digit)
        if picture is None:
            kind = self.form.get(source(self.first))
            st.info(COMMON.text("missing_drawing" if kind == "Draw" else "missing_photo"), icon=":material/image:")
            return None
        model = self.model
        return Subject(model, picture, inverted(self.form, models.card(model.name), self.first))

    @property
    def model(self) -> ModelChoice:
        """The network that is chosen."""
        return model_of(self.form, self.first, self.network)

    def draw(self) -> Row:
        """Draw the row: the picture, its name and the network's, each with what changes it."""
        form = self.form
        with st.container(horizontal=True, vertical_alignment="center", gap="small", key=form.key("subject")):
            picture = picture_of(form, self.first, self.digit)
            if picture is not None:
                st.image(_thumbnail(picture.sha256, picture), alt=COMMON.text("subject_picture"))
            with st.popover(self._picture_name(), icon=":material/image:", key=form.key("choose-picture")):
                choose_picture(form, self.first, self.digit, choice=kinds_of_picture(form, self.first, self.network))
                choose_invert(form, models.card(self.model.name), self.first)
                preparation = st.container()
            model = self.model
            with st.popover(called(model), icon=":material/schema:", key=form.key("choose-model")):
                choose_model(form, self.first, self.network)
            end = st.empty()
            after = st.container(width="content")
        tell_faults(form, model)
        return Row(preparation, end, after)

    def _picture_name(self) -> str:
        kind = self.form.get(source(self.first))
        if kind == "Gallery":
            return self.form.get(photo())
        if kind in SHEETS:
            number = self.form.get(sheet_number(kind, self.digit if kind == "Digits" else None))
            return COMMON.text(f"subject_{SHEETS[kind]}", number=number)
        return COMMON.label(f"source.{kind}")

    def link_elsewhere(self) -> None:
        """Link to the other screens that look into a network, with this picture and this network."""
        form, here = self.form, next(each for each in SCREENS if each.name == self.form.name)
        texts = links.texts(here.name, form.part)
        kind = form.get(source(self.first))
        link = {"source": kind, "model": self.model.name}
        link |= {name: texts[name] for name in (*links.PICTURE, INVERT.name) if name in texts}
        if texts.get("weights") == OWN:
            link["weights"] = OWN
        if link == texts:
            # Another spelling of the same: a link that says nothing new opens a screen as it was left.
            link[INVERT.name] = "false"
        link = {**links.visit(), **link}

        def draw() -> None:
            with st.container(horizontal=True, vertical_alignment="center", gap="small", key=form.key("elsewhere")):
                st.caption(COMMON.text("elsewhere"), width="content")
                for screen in SCREENS:
                    if screen.section == here.section and screen != here:
                        st.page_link(screen.path, label=screen.label, query_params=link)

        draw_kept((COMMON.text("elsewhere"), link), draw)


def show_preparation(form: Form, subject: Subject) -> None:
    """Show the original with the crop drawn on it, and beside it the tensor that the network gets, as a picture."""
    got, how = ask(Input(**subject.given)), subject.card.preprocessing
    if got is None:
        return
    if isinstance(how.resize, int):
        resize = COMMON.text("resize_side", side=how.resize)
    else:
        resize = COMMON.text("resize_exact", size=of_size(how.resize))
    COMMON.say("preprocessing", resize=resize, crop=of_size(how.crop))
    original, tensor = st.columns(2)
    chart(figures.crop(subject.picture.pixels, got.crop_box, height=200), key=form.key("crop"), at=original)
    original.caption(COMMON.text("original", size=of_size(got.original_size)), text_alignment="center")
    chart(figures.photo(got.view, height=200), key=form.key("view"), at=tensor)
    tensor.caption(COMMON.text("tensor", size=of_size(got.values.shape)), text_alignment="center")


def pictures_for(network: str, indices: Iterable[int]) -> tuple[Picture, ...]:
    """Return test pictures of the kind that a network reads: the gallery's photos, or of a sheet those at `indices`."""
    if models.card(network).input_size[0] != 1:
        return tuple(map(gallery_picture, images.gallery_names()))
    sheet = "clothes" if "fashion" in network else "digits"
    return tuple(sheet_picture(sheet, index) for index in indices)


@st.cache_data(max_entries=64, show_spinner=False)
def _thumbnail(sha256: str, _picture: Picture) -> np.ndarray:
    image = Image.fromarray(_picture.pixels)
    image.thumbnail((2 * _THUMBNAIL, _THUMBNAIL))
    return np.asarray(image)
