"""The gallery of architectures: who won ImageNet, what accuracy costs, each network, why they changed, and any two."""

from importlib import import_module

from cnnviz.ui.screen import choose_part, close_screen
from cnnviz.ui.words import Words

WORDS = Words("architectures")
# By their names in a link; only the one that is open is imported, and computed.
PARTS = {
    "": "timeline",
    "Networks": "networks",
    "Accuracy": "accuracy",
    "Why": "comparisons",
    "Compare": "pairs",
    "Pixels": "pixels",
    "Inception": "branches",
}

part = choose_part(WORDS, tuple(PARTS))
import_module(f"cnnviz.ui.architectures.{PARTS[part]}").show()
close_screen(WORDS)
