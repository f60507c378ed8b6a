"""Normalisation: which numbers share a mean and a variance, what the batch has to do with it, and what it buys."""

from importlib import import_module

from cnnviz.ui.screen import choose_part, close_screen
from cnnviz.ui.words import Words

WORDS = Words("normalization")
# By their names in a link; only the one that is open is imported, and computed.
PARTS = {"": "sets", "Training and test": "batch", "In a network": "network", "What it buys": "rates"}

part = choose_part(WORDS, tuple(PARTS))
import_module(f"cnnviz.ui.normalization.{PARTS[part]}").show()
close_screen(WORDS)
