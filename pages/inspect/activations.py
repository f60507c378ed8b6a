"""Activations: a photo in, every layer's activation maps out, down to the sum behind a single number."""

from cnnviz.ui.engine import starting
from cnnviz.ui.screen import close_screen, open_screen
from cnnviz.ui.words import Words

WORDS = Words("activations")

open_screen(WORDS)
with starting():
    from cnnviz.ui.activations.report import PART, finish_row
    from cnnviz.ui.activations.state import SUBJECT
row = SUBJECT.draw()
if PART.show() is not None:
    finish_row(row)
close_screen(WORDS)
