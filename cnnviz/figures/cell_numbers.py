"""The numbers in the cells of a heatmap as texts: Plotly's own formats would write a hyphen for a minus sign."""

import numpy as np
from numpy.typing import NDArray


def cell_numbers(values: NDArray[np.floating], form: str) -> NDArray[np.object_]:
    """Return each of `values` (...) by a format such as ".2f", without a negative zero; "" where there is no number."""
    texts = ["" if np.isnan(value) else f"{float(value):z{form}}".replace("-", "−") for value in values.flat]
    return np.array(texts, object).reshape(values.shape)
