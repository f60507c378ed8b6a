"""Pictures before and after warps, side by side, and what lies between two of them."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from cnnviz.colours import SIGNED, table
from cnnviz.figures.photo import sheet


def as_pixels(image: np.ndarray) -> np.ndarray:
    """Return an image (C, H, W) of values from 0 to 1, grey or in three colours, as uint8 (H, W, 3)."""
    pixels = np.round(255 * np.clip(image, 0, 1)).astype(np.uint8).transpose(1, 2, 0)
    return np.repeat(pixels, 3, axis=2) if pixels.shape[2] == 1 else pixels


def difference(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Return one - other, (C, H, W) each, averaged over channels, as uint8 (H, W, 3): red is more, blue is less.

    The colours always run from -1 to 1, so that a small difference looks small.
    """
    gap = (one.astype(np.float64) - other).mean(axis=0)
    colours = np.frombuffer(table(SIGNED), np.uint8).reshape(-1, 3)
    return np.asarray(colours[np.clip(np.round(127.5 + 127.5 * gap), 0, 255).astype(np.uint8)])


def pictures(panels: Sequence[np.ndarray], captions: Sequence[str]) -> go.Figure:
    """Return pictures, uint8 (H, W, 3) each, two a row, each over its caption."""
    return sheet(panels, captions, columns=2, side=180)
