"""Augmentation: one picture under every random change, its target, and what a real network answers to a dozen draws."""

from cnnviz.ui.engine import starting
from cnnviz.ui.screen import close_screen, open_screen
from cnnviz.ui.words import Words

WORDS = Words("augmentation")

open_screen(WORDS)
with starting():
    from cnnviz.ui.augmentation import report
report.show()
close_screen(WORDS)
