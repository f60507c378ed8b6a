"""Convolution: a window slides over numbers, and every sum can be pointed at."""

from cnnviz.ui.convolution.report import PART
from cnnviz.ui.screen import close_screen, open_screen

open_screen(PART.form.words)
PART.show()
close_screen(PART.form.words)
