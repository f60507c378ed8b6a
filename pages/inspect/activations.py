"""Activations: a photo in, every layer's activation maps out, down to the sum behind a single number."""

from cnnviz.ui.activations.report import PART, finish_row
from cnnviz.ui.activations.state import SUBJECT
from cnnviz.ui.screen import close_screen, open_screen

open_screen(PART.form.words)
row = SUBJECT.draw()
if PART.show() is not None:
    finish_row(row)
close_screen(PART.form.words)
