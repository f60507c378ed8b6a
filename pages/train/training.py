"""Training: a network that learns while it is watched, and what every step does to it."""

from cnnviz.ui.screen import close_screen, open_screen
from cnnviz.ui.training.report import PART

open_screen(PART.form.words)
PART.show()
close_screen(PART.form.words)
