"""Regularisation: penalties on weights, dropout, and what many methods share: random in training, averaged at test."""

from importlib import import_module

from cnnviz.ui.screen import choose_part, close_screen
from cnnviz.ui.words import Words

WORDS = Words("regularization")
# By their names in a link; only the one that is open is imported, and computed.
PARTS = {"": "penalties", "Dropout": "dropout", "Redundancy": "redundancy", "Random and averaged": "pattern"}

part = choose_part(WORDS, tuple(PARTS))
import_module(f"cnnviz.ui.regularization.{PARTS[part]}").show()
close_screen(WORDS)
