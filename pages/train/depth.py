"""Why residual: plain and residual networks by depth, their gradients, a block taken apart, and one left out."""

from importlib import import_module

from cnnviz.ui.screen import choose_part, close_screen
from cnnviz.ui.words import Words

WORDS = Words("depth")
# By their names in a link; only the one that is open is imported, and computed.
PARTS = {"": "curves", "Gradients": "gradients", "Block": "block", "Removal": "removal"}

part = choose_part(WORDS, tuple(PARTS))
import_module(f"cnnviz.ui.depth.{PARTS[part]}").show()
close_screen(WORDS)
