"""Activation functions: their curves and slopes, and what they do to gradients, to units and to trained networks."""

from importlib import import_module

from cnnviz.ui.engine import starting
from cnnviz.ui.screen import choose_part, close_screen
from cnnviz.ui.words import Words

WORDS = Words("activation_functions")
# By their names in a link; only the one that is open is imported, and computed.
PARTS = {
    "": "curves",
    "Network": "trained_network",
    "Depth": "depth",
    "Zero-centred": "zero_centred",
    "Dying": "dying_units",
}

part = choose_part(WORDS, tuple(PARTS))
with starting():
    module = import_module(f"cnnviz.ui.activation_functions.{PARTS[part]}")
module.show()
close_screen(WORDS)
