"""Why this answer: from a class's logit back to the picture."""

from importlib import import_module

from cnnviz.ui.screen import choose_part, close_screen
from cnnviz.ui.words import Words

WORDS = Words("why")
# By their names in a link; only the one that is open is imported, and computed.
PARTS = {
    "": "cam",
    "Grad-CAM": "grad_cam",
    "Occlusion": "occlusion",
    "Gradients": "gradients",
    "Excite": "excitation",
    "Fool": "fool",
    "Honest": "honesty",
}
# What all parts look at.
COMMON = ("source", "photo", "digit_number", "clothe_number", "centre", "invert", "model", "weights", "target")

part = choose_part(WORDS, tuple(PARTS), carried=COMMON)
opened = import_module(f"cnnviz.ui.why.{PARTS[part]}")
opened.show()
close_screen(opened.WORDS)
