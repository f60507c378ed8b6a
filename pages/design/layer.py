"""One layer: what it does to sizes, what it learns, what it costs, and why."""

from cnnviz.ui.layer import questions, report
from cnnviz.ui.layer.state import WORDS
from cnnviz.ui.screen import close_screen, open_screen

open_screen(WORDS)
report.show()
questions.ask()
close_screen(WORDS)
