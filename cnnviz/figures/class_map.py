"""A class's map laid over the photo: what speaks for the class is red, what speaks against it blue."""

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray
from PIL import Image

from cnnviz import colours
from cnnviz.figures.photo import image
from cnnviz.figures.plain import PICTURE, plain_figure

_STRONGEST = 0.75  # how much of the photo the strongest place covers


def class_map(photo: NDArray[np.uint8], values: NDArray[np.float32] | None, *, height: int = 260) -> go.Figure:
    """Return a photo (H, W, 3) with `values` (h, w) over all of it, the stronger the less is seen through.

    Between its places a map is drawn smooth; pointing tells the value of each place. Without values, the photo alone.
    """
    if values is None:
        return plain_figure([{**image(photo), "hoverinfo": "skip"}], PICTURE, height=height)
    high, wide = photo.shape[:2]
    rows, columns = values.shape
    told = {
        "type": "heatmap",
        "z": values,
        "x0": wide / columns / 2 - 0.5,
        "dx": wide / columns,
        "y0": high / rows / 2 - 0.5,
        "dy": high / rows,
        "opacity": 0,
        "showscale": False,
        "hovertemplate": "%{z:.3g}<extra></extra>",
    }
    return plain_figure([{**image(_laid_over(photo, values)), "hoverinfo": "skip"}, told], PICTURE, height=height)


def _laid_over(photo: NDArray[np.uint8], values: NDArray[np.float32]) -> NDArray[np.uint8]:
    high, wide = photo.shape[:2]
    smooth = np.asarray(Image.fromarray(values.astype(np.float32)).resize((wide, high), Image.Resampling.BILINEAR))
    share = smooth / (np.abs(values).max() or 1.0)
    stops = np.array([tuple(bytes.fromhex(each[1:])) for each in colours.SIGNED], float)
    at = (share + 1) / 2 * (len(stops) - 1)
    painted = np.stack([np.interp(at, np.arange(len(stops)), stops[:, channel]) for channel in range(3)], axis=-1)
    covers = _STRONGEST * np.abs(share)[..., None]
    mixed: NDArray[np.uint8] = np.rint(photo * (1 - covers) + painted * covers).astype(np.uint8)
    return mixed
