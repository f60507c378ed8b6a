"""Receptive field: what one unit sees of the layer before it and of the input, and what of that matters to it."""

from cnnviz.ui.engine import starting
from cnnviz.ui.screen import close_screen, open_screen
from cnnviz.ui.words import Words

WORDS = Words("receptive_field")

open_screen(WORDS)
with starting():
    from cnnviz.ui.receptive_field.dots import show_dots
    from cnnviz.ui.receptive_field.growth import show_growth
    from cnnviz.ui.receptive_field.report import PART
    from cnnviz.ui.receptive_field.state import SUBJECT
SUBJECT.draw()
if PART.show() is not None:
    show_dots()
    show_growth()
close_screen(WORDS)
