"""A component and a figure, on a page that may become dark while it is looked at."""

import numpy as np

from cnnviz.components.connections import connections
from cnnviz.components.library import bring_library
from cnnviz.components.theme import follow_theme
from cnnviz.figures.plain import plain_figure
from cnnviz.ui.chart import chart

bring_library()
weights = np.eye(3, dtype=np.float32)
connections(weights[0], weights[0], weights, np.arange(9).reshape(3, 3), sizes=((3,), (3,)), key="connections")
chart(plain_figure([{"type": "bar", "y": [1, 2]}], {"xaxis": {"title": {"text": "x"}}}, height=200), key="figure")
follow_theme()
