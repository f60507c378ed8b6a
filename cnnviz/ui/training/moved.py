"""The first images of the training set as the numbers of a step move them."""

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnnviz.training.live.augmentation import augmented
from cnnviz.training.live.examples import load, standardised
from cnnviz.training.live.settings import Settings
from cnnviz.ui.training.state import WORDS

_COUNT, _SCALE, _GAP = 10, 2, 4


def show_moved(settings: Settings, step: int) -> None:
    """Draw ten images in a row, as they would be learnt from at a step."""
    st.image(moved(settings, step), WORDS.text("moved", count=_COUNT, step=step), output_format="PNG")


def moved(settings: Settings, step: int) -> NDArray[np.uint8]:
    """Return the row, (2 * H, W) uint8, in colour (2 * H, W, 3), with white between the images."""
    images = settings.images
    assert images is not None
    inputs = standardised(load(settings.examples).inputs[:_COUNT], settings.examples)
    drawn = augmented(inputs, settings.shift, settings.rotation, settings.flip, settings.black, settings.drawn_at(step))
    pixels = ((drawn * images.std + images.mean) * 255).round().clamp(0, 255).byte().movedim(1, -1).numpy()
    large = pixels.repeat(_SCALE, axis=1).repeat(_SCALE, axis=2)
    gapped = np.pad(large, ((0, 0), (0, 0), (0, _GAP), (0, 0)), constant_values=255)
    row = np.concatenate(gapped, axis=1)[:, :-_GAP]
    return row[..., 0] if images.channels == 1 else row
