"""Filters: what each filter learned, and what it looks for in a picture."""

from cnnviz.ui.engine import starting
from cnnviz.ui.screen import close_screen, open_screen
from cnnviz.ui.words import Words

WORDS = Words("filters")

open_screen(WORDS)
with starting():
    from cnnviz.ui.filters.deeper import show_deeper, show_templates
    from cnnviz.ui.filters.report import PART
    from cnnviz.ui.filters.state import SUBJECT
SUBJECT.draw()
if PART.show() is not None:
    show_deeper()
    show_templates()
close_screen(WORDS)
