"""Pooling: windows that keep one number each, and what that keeps of a picture that moves."""

from cnnviz.ui.pooling.report import PART
from cnnviz.ui.screen import close_screen, open_screen

open_screen(PART.form.words)
PART.show()
close_screen(PART.form.words)
