"""Where the picture comes from: gallery, test images, a file, the camera, or a drawing pad.

What is chosen is known before it is drawn: `picture_of(form)` first, `choose_picture(form)` where there is room for it,
or `offer_pictures(form)`, which is folded.
"""

from collections.abc import Sequence

import numpy as np
import streamlit as st
from PIL import Image

from cnnviz import images
from cnnviz.components.tiles import tiles
from cnnviz.engine.requests import Picture
from cnnviz.errors import ImageError
from cnnviz.images.source import MAX_BYTES
from cnnviz.models.cards import Card
from cnnviz.ui.form import Form
from cnnviz.ui.form_controls import Choice, Switch
from cnnviz.ui.number_controls import Number
from cnnviz.ui.own_photo import own_photo, take_photo
from cnnviz.ui.refusals import refuse
from cnnviz.ui.words import COMMON, listed

PHOTOS = ("Gallery", "Upload", "Camera")
SHEETS = {"Digits": "digits", "Clothes": "clothes"}
SOURCES = (*PHOTOS, *SHEETS, "Draw")
DIGIT, CLOTHES = 70, 90
INVERT = Switch("invert", default=False)
_CENTRE = Switch("centre", default=True)
_THUMBNAIL = 96
_PAD = 280
# A drawing stays with the person, not with a screen, as a photo of one's own does; no link can hold them. Nor what
# another screen opened, such as a test image that a network mistook: it can be chosen while there is one.
_DRAWN, _OPENED = "drawn-picture", "opened-picture"
OPENED = "Opened"


def source(first: str = "Gallery") -> Choice:
    """Return the choice of a kind of picture, `first` without a word in the link."""
    opened = (OPENED,) if _OPENED in st.session_state else ()
    return Choice("source", first, options=(*SOURCES, *opened), style="pills")


def open_picture(image: Image.Image) -> None:
    """Have an image on the list of pictures, beside the visitor's own: "source=Opened" chooses it."""
    st.session_state[_OPENED] = Picture.of(image.convert("RGB"))


def photo() -> Choice:
    """Return the choice of a gallery photo."""
    return Choice("photo", "chelsea", options=tuple(images.gallery_names()), technical=True)


def sheet_number(kind: str, default: int | None = None) -> Number:
    """Return the number of a test image of "Digits" or "Clothes"."""
    usual = DIGIT if kind == "Digits" else CLOTHES
    name = f"{SHEETS[kind].removesuffix('s')}_number"
    return Number(name, usual if default is None else default, low=0, high=99, slider=False)


def picture_of(form: Form, first: str = "Gallery", digit: int | None = None) -> Picture | None:
    """Return the chosen picture, None while there is none; `first` and `digit` are what a link leaves out."""
    kind = form.get(source(first))
    if kind in SHEETS:
        return sheet_picture(SHEETS[kind], form.get(sheet_number(kind, digit if kind == "Digits" else None)))
    if kind == "Gallery":
        return gallery_picture(form.get(photo()))
    kept: dict[str, Picture | None] = {
        kind: st.session_state.get(key) for kind, key in (("Draw", _DRAWN), (OPENED, _OPENED))
    }
    return kept[kind] if kind in kept else own_photo()


def choose_picture(
    form: Form,
    first: str = "Gallery",
    digit: int | None = None,
    *,
    resets: Sequence[str] = (),
    choice: Choice | None = None,
) -> None:
    """Draw the choice of a picture; names in `resets` begin anew with another one.

    `choice` is that of the kind of picture, where the screen has one of its own.
    """
    choice = choice or source(first)
    form.draw(choice, columns=1)
    kind = form.get(choice)
    if kind in SHEETS:
        choose_from_sheet(form, kind, digit if kind == "Digits" else None, resets)
    elif kind == "Draw":
        _draw(form)
    elif kind == "Gallery":
        _choose_from_gallery(form, resets)
    elif kind == OPENED:
        st.caption(COMMON.text("opened"))
    else:
        _take_own(form, kind)


def offer_pictures(form: Form, *, resets: Sequence[str] = ()) -> None:
    """Draw the choice folded, its pictures only while it is open; the form's lesson has its title, "choose"."""
    key = form.key("choose")
    with st.expander(form.words.text("choose"), icon=":material/image:", key=key, on_change="rerun") as opened:
        if opened.open:
            choose_picture(form, resets=resets)


def choose_invert(form: Form, card: Card, first: str = "Gallery") -> None:
    """Offer to invert a photo for a model of white strokes on black."""
    if _may_invert(form, card, first):
        form.draw(INVERT)


def inverted(form: Form, card: Card, first: str = "Gallery") -> bool:
    """Return whether the picture is inverted."""
    return _may_invert(form, card, first) and form.get(INVERT)


def _may_invert(form: Form, card: Card, first: str) -> bool:
    return card.input_size[0] == 1 and form.get(source(first)) in PHOTOS


@st.cache_resource(max_entries=32, show_spinner=False)
def gallery_picture(name: str) -> Picture:
    """Return a gallery photo by its name, ready for the engine."""
    return Picture.of(images.gallery_image(name))


@st.cache_resource(max_entries=200, show_spinner=False)
def sheet_picture(sheet: str, index: int) -> Picture:
    """Return test image `index` (0 to 99) of a sheet, ready for the engine."""
    return Picture.of(Image.fromarray(images.sheet(sheet)[index]).convert("RGB"))


@st.cache_data(max_entries=1, show_spinner=False)
def _thumbnails() -> np.ndarray:
    small = []
    for name in images.gallery_names():
        picture = images.gallery_image(name)
        side = min(picture.size)
        left, top = (picture.width - side) // 2, (picture.height - side) // 2
        small.append(np.asarray(picture.resize((_THUMBNAIL,) * 2, box=(left, top, left + side, top + side))))
    return np.stack(small)


def _chooses() -> dict[str, str]:
    """Return the words of a mosaic whose pixels are of no interest, only whose they are."""
    return {"idle": COMMON.text("choose_picture"), "channel": "", "place": "", "weights": "", "value": ""}


def _choose_from_gallery(form: Form, resets: Sequence[str]) -> None:
    choice = photo()
    names = list(choice.options)

    def pick(index: int) -> None:
        form.put({choice.name: None if names[index] == choice.default else names[index]}, resets=resets)

    tiles(
        _thumbnails(),
        key=form.key("gallery"),
        mode="rgb",
        columns=7,
        labels=names,
        selected=names.index(form.get(choice)),
        label=COMMON.text("gallery"),
        words=_chooses(),
        on_pick=pick,
    )
    form.draw(choice, columns=1)


def choose_from_sheet(form: Form, kind: str, default: int | None = None, resets: Sequence[str] = ()) -> None:
    """Draw the choice of a test image of "Digits" or "Clothes": the number that `sheet_number` says."""
    choice = sheet_number(kind, default)

    def pick(index: int) -> None:
        form.put({choice.name: None if index == choice.default else index}, resets=resets)

    tiles(
        images.sheet(SHEETS[kind]).astype(np.float32),
        key=form.key(SHEETS[kind]),
        mode="positive",
        shared=True,
        columns=20,
        selected=form.get(choice),
        label=COMMON.text(SHEETS[kind]),
        words={**_chooses(), "channel": "{channel}"},
        on_pick=pick,
    )
    form.draw(choice, columns=1)


def _draw(form: Form) -> None:
    # Imported here, for it is only to be had while Streamlit runs.
    from streamlit_drawable_canvas import st_canvas

    st.caption(COMMON.text("draw"))
    result = st_canvas(
        stroke_width=20,
        stroke_color="#ffffff",
        background_color="#000000",
        width=_PAD,
        height=_PAD,
        drawing_mode="freedraw",
        return_image_data=True,
        key=form.key("pad"),
    )
    form.draw(_CENTRE)
    drawn = None if result.image_data is None else np.asarray(result.image_data)[..., 0]
    if drawn is None or not drawn.any():
        return
    made = Picture.of(Image.fromarray(images.centre_digit(drawn) if form.get(_CENTRE) else drawn).convert("RGB"))
    before: Picture | None = st.session_state.get(_DRAWN)
    if before is None or before.sha256 != made.sha256:
        st.session_state[_DRAWN] = made
        # What was drawn above this pad is of the drawing before.
        st.rerun()


def _take_own(form: Form, kind: str) -> None:
    key = form.key(kind)

    def take() -> None:
        file = st.session_state[key]
        st.session_state.pop(f"{key}-refused", None)
        if file is None:
            return
        try:
            take_photo(file.getvalue())
        except ImageError as error:
            st.session_state[f"{key}-refused"] = str(error)

    if kind == "Upload":
        # Of any type: what is no picture gets a sentence of ours, and not a line that is cut off in the widget.
        label = COMMON.text("upload", kinds=listed(images.KINDS))
        st.file_uploader(label, key=key, on_change=take, max_upload_size=MAX_BYTES // 2**20)
    else:
        st.camera_input(COMMON.label("camera"), key=key, on_change=take)
    if refused := st.session_state.get(f"{key}-refused"):
        refuse(refused)
    if own_photo() is None:
        st.caption(COMMON.text("no_picture"))
