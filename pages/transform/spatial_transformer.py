"""Spatial transformers: six numbers that say where to look, by hand and as a network learns them."""

from importlib import import_module

from cnnviz.ui.screen import choose_part, close_screen
from cnnviz.ui.words import Words

WORDS = Words("spatial_transformer")
# By their names in a link; only the one that is open is imported.
PARTS = {"": "by_hand", "Why interpolation": "interpolation", "Learned": "learned", "Inside a network": "inside"}

part = choose_part(WORDS, tuple(PARTS), former="hand_|why_|learned_|inside_")
import_module(f"cnnviz.ui.spatial_transformer.{PARTS[part]}.report").show()
close_screen(WORDS)
