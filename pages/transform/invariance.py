"""What a network is invariant to, what it is equivariant to, and what it is not."""

from importlib import import_module

from cnnviz.ui.screen import choose_part, close_screen
from cnnviz.ui.words import Words

WORDS = Words("invariance")
# By their names in a link; only the one that is open is imported, and computed.
PARTS = {"": "sweep", "Equivariance": "equivariance", "Augmentation": "augmentation"}

part = choose_part(WORDS, tuple(PARTS))
import_module(f"cnnviz.ui.invariance.{PARTS[part]}.report").show()
close_screen(WORDS)
