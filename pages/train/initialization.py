"""Initialisation: how weights begin, and what that does to deep networks before and while they learn."""

from importlib import import_module

from cnnviz.ui.screen import choose_part, close_screen
from cnnviz.ui.words import Words

WORDS = Words("initialization")
# By their names in a link; only the one that is open is imported, and computed.
PARTS = {
    "": "depth",
    "Symmetry": "symmetry",
    "Residual": "residual",
    "First steps": "first_steps",
    "Derivation": "derivation",
}

part = choose_part(WORDS, tuple(PARTS))
import_module(f"cnnviz.ui.initialization.{PARTS[part]}").show()
close_screen(WORDS)
