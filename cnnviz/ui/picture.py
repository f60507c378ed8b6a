"""Where the picture comes from: gallery, test images, upload, camera or drawing pad."""

import numpy as np
import streamlit as st
from PIL import Image
from streamlit_drawable_canvas import st_canvas

from cnnviz import images
from cnnviz.components.tiles import tiles
from cnnviz.engine.requests import Picture
from cnnviz.errors import ImageError
from cnnviz.models.cards import Card
from cnnviz.ui.lesson import text

SOURCES = ("Gallery", "Upload", "Camera", "Digits", "Clothes", "Draw")
PHOTOS = ("Gallery", "Upload", "Camera")
SHEETS = {"Digits": "digits", "Clothes": "clothes"}
FILES = ["jpg", "jpeg", "png", "webp", "gif", "bmp", "tif", "tiff", "ppm", "pgm", "pbm", "mpo"]
# In a choice of pictures the pixels under the pointer are of no interest, only whose they are.
_WORDS = {"idle": text("common", "choose_picture"), "channel": "{channel}", "place": "", "weights": "", "value": ""}
_THUMBNAIL = 96
_PAD = 280


def choose_picture(first: str = "Gallery") -> Picture | None:
    """Show the choice of a picture and return it, or None while there is none; keeps the last good one of a person.

    `first` is the kind to begin with; a link leaves it out, and holds any other.
    """
    source = st.pills("Picture", SOURCES, default=first, key="source", bind="query-params", required=True)
    if source in SHEETS:
        return _from_sheet(SHEETS[source])
    if source == "Draw":
        return _drawn()
    if source in ("Upload", "Camera"):
        return _own(source)
    return _from_gallery()


def choose_invert(card: Card) -> bool:
    """Offer to invert a photo for a model of white strokes on black, and return whether to."""
    if card.input_size[0] != 1 or st.session_state["source"] not in PHOTOS:
        return False
    return st.toggle("Dark ink on light paper: invert", key="invert", bind="query-params")


@st.cache_data(max_entries=1, show_spinner=False)
def _thumbnails() -> np.ndarray:
    pictures = [images.gallery_image(name) for name in images.gallery_names()]
    small = []
    for picture in pictures:
        side = min(picture.size)
        left, top = (picture.width - side) // 2, (picture.height - side) // 2
        small.append(np.asarray(picture.resize((_THUMBNAIL,) * 2, box=(left, top, left + side, top + side))))
    return np.stack(small)


@st.cache_resource(max_entries=32, show_spinner=False)
def gallery_picture(name: str) -> Picture:
    """Return a gallery photo by its name, ready for the engine."""
    return Picture.of(images.gallery_image(name))


@st.cache_resource(max_entries=200, show_spinner=False)
def sheet_picture(sheet: str, index: int) -> Picture:
    """Return test image `index` (0 to 99) of a sheet, ready for the engine."""
    return Picture.of(Image.fromarray(images.sheet(sheet)[index]).convert("RGB"))


def _from_gallery() -> Picture:
    names = images.gallery_names()

    def choose(index: int) -> None:
        st.session_state["photo"] = names[index]

    tiles(
        _thumbnails(),
        key="gallery-tiles",
        mode="rgb",
        columns=7,
        labels=names,
        label=text("common", "gallery"),
        on_pick=choose,
    )
    name = st.selectbox(
        "Photo",
        names,
        index=names.index("chelsea"),
        key="photo",
        bind="query-params",
    )
    return gallery_picture(name)


def _from_sheet(sheet: str) -> Picture:
    key = f"{sheet[:-1]}_number"

    def choose(index: int) -> None:
        st.session_state[key] = index

    tiles(
        images.sheet(sheet).astype(np.float32),
        key=f"{sheet}-tiles",
        mode="positive",
        shared=True,
        columns=20,
        label=text("common", sheet),
        words=_WORDS,
        on_pick=choose,
    )
    index = st.number_input("Test image", 0, 99, 70 if sheet == "digits" else 90, key=key, bind="query-params")
    return sheet_picture(sheet, int(index))


def _drawn() -> Picture | None:
    st.caption(text("common", "draw"))
    result = st_canvas(
        stroke_width=20,
        stroke_color="#ffffff",
        background_color="#000000",
        width=_PAD,
        height=_PAD,
        drawing_mode="freedraw",
        return_image_data=True,
        key="pad",
    )
    centre = st.toggle("Centre it as MNIST's makers did", value=True, key="centre", bind="query-params")
    if result.image_data is None or not (drawn := np.asarray(result.image_data)[..., 0]).any():
        return None
    return Picture.of(Image.fromarray(images.centre_digit(drawn) if centre else drawn).convert("RGB"))


def _own(source: str) -> Picture | None:
    if source == "Upload":
        file = st.file_uploader(text("common", "upload"), type=FILES, key="upload")
    else:
        file = st.camera_input("A photo from your camera", key="camera")
    if file is not None:
        try:
            st.session_state["own-picture"] = Picture.of(images.decode(file.getvalue()))
        except ImageError as error:
            st.error(str(error))
    own: Picture | None = st.session_state.get("own-picture")
    if own is None:
        st.caption(text("common", "no_picture"))
    return own
