"""The first images of the training set as the numbers of a step move them."""

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnnviz.training.live.augmentation import augmented
from cnnviz.training.live.examples import IMAGES, load
from cnnviz.training.live.settings import Settings
from cnnviz.ui.training.state import WORDS

_COUNT, _SCALE, _GAP = 10, 2, 4


def show_moved(settings: Settings, step: int) -> None:
    """Draw ten images in a row, as they would be learnt from at a step."""
    st.image(moved(settings, step), WORDS.text("moved", count=_COUNT, step=step), output_format="PNG")


def moved(settings: Settings, step: int) -> NDArray[np.uint8]:
    """Return the row, (2 * 28, W) uint8, with white between the images."""
    mean, std = IMAGES[settings.examples]
    inputs = load(settings.examples).inputs[:_COUNT]
    drawn = augmented(inputs, settings.shift, settings.rotation, settings.flip, settings.black, settings.drawn_at(step))
    pixels = ((drawn[:, 0] * std + mean) * 255).round().clamp(0, 255).byte().numpy()
    large = pixels.repeat(_SCALE, axis=1).repeat(_SCALE, axis=2)
    return np.concatenate(np.pad(large, ((0, 0), (0, 0), (0, _GAP)), constant_values=255), axis=1)[:, :-_GAP]
