"""A whole network as a table of rows: its sizes, costs and receptive fields, live and exact."""

from cnnviz.ui.network import report
from cnnviz.ui.network.state import WORDS
from cnnviz.ui.screen import close_screen, open_screen

open_screen(WORDS)
report.show()
close_screen(WORDS)
