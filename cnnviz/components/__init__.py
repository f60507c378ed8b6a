"""Browser components, for what must answer the pointer at frame rate: NAME.py with NAME.js and NAME.css beside it."""

from cnnviz.components.strip import strip
from cnnviz.components.tiles import tiles
from cnnviz.components.unit import unit

__all__ = ["strip", "tiles", "unit"]
