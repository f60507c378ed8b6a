"""What preprocessing did to a picture, shown honestly."""

from typing import TYPE_CHECKING

import streamlit as st

from cnnviz.figures.photo import crop, photo
from cnnviz.ui.chart import chart
from cnnviz.ui.lesson import text

if TYPE_CHECKING:
    from cnnviz.engine.requests import Picture
    from cnnviz.engine.results import NetworkInput
    from cnnviz.models.cards import Card


def show_preparation(picture: "Picture", got: "NetworkInput", card: "Card") -> None:
    """Show the original with the crop drawn on it, and beside it the tensor that the network gets, as a picture."""
    how = card.preprocessing
    if isinstance(how.resize, int):
        resize = text("activations", "resize_side", side=how.resize)
    else:
        resize = text("activations", "resize_exact", height=how.resize[0], width=how.resize[1])
    st.markdown(text("activations", "preprocessing", resize=resize, crop_h=how.crop[0], crop_w=how.crop[1]))
    original, tensor = st.columns(2)
    chart(crop(picture.pixels, got.crop_box, height=230), key="crop", at=original)
    original.caption(
        text("activations", "original", height=got.original_size[0], width=got.original_size[1]),
        text_alignment="center",
    )
    chart(photo(got.view, height=230), key="view", at=tensor)
    channels, height, width = got.values.shape
    tensor.caption(
        text("activations", "tensor", channels=channels, height=height, width=width), text_alignment="center"
    )
