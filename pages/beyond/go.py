"""Go: a board is an image of 361 points, and a move is one of 361 classes."""

from importlib import import_module

from cnnviz.ui.go.state import SHARED
from cnnviz.ui.screen import choose_part, close_screen
from cnnviz.ui.words import Words

WORDS = Words("go")
# By their names in a link; only the one that is open is imported, and computed.
PARTS = {
    "": "board",
    "Image": "image",
    "Symmetry": "symmetry",
    "Ladder": "ladder",
    "Take a stone away": "occlusion",
}

part = choose_part(WORDS, tuple(PARTS), carried=SHARED)
opened = import_module(f"cnnviz.ui.go.{PARTS[part]}")
opened.show()
close_screen(opened.WORDS)
