"""Connectivity: from all connections to local ones to local and shared ones, which are a convolution."""

from cnnviz.ui.connectivity.images import show_counts, show_digits
from cnnviz.ui.connectivity.report import PART
from cnnviz.ui.screen import close_screen, open_screen

open_screen(PART.form.words)
PART.show()
show_counts()
show_digits()
close_screen(PART.form.words)
