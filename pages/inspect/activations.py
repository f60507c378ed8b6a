"""Activations: a photo in, every layer's activation maps out, down to the sum behind a single number."""

from importlib import import_module

from cnnviz.ui.activations.view import NETWORK, WORDS, open_view
from cnnviz.ui.engine import starting
from cnnviz.ui.screen import close_screen

view = open_view()
with starting():
    from cnnviz.ui.activations.report import finish_row
    from cnnviz.ui.activations.state import SUBJECT

    part = import_module(f"cnnviz.ui.activations.{'map' if view == NETWORK else 'report'}").PART
row = SUBJECT.draw()
if part.show() is not None:
    finish_row(row)
close_screen(WORDS)
