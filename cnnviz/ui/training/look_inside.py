"""A test image in Activations, with the very weights that the run has come to."""

import numpy as np
import streamlit as st
from numpy.typing import NDArray
from PIL import Image

from cnnviz.ui import links
from cnnviz.ui.learnt_networks import learnt, learnt_name
from cnnviz.ui.menu import SCREENS
from cnnviz.ui.picture_choice import OPENED, open_picture
from cnnviz.ui.training.state import FORM, WORDS, State


def open_with_weights(state: State, image: NDArray[np.uint8]) -> None:
    """Offer to open an image (H, W), or (H, W, 3), in Activations, once the run has rested."""
    name = learnt_name(state.settings)
    screen = next(each for each in SCREENS if each.name == "activations")
    if st.button(
        WORDS.label("open"),
        key=FORM.key("open"),
        icon=f":material/{screen.icon}:",
        # Another run of the same network may be on the list, while this one has learnt nothing yet.
        disabled=state.run.learnt is None or name not in learnt(),
    ):
        open_picture(Image.fromarray(image))
        st.switch_page(screen.path, query_params={**links.visit(), "model": str(name), "source": OPENED})
