"""Filters: what each filter learned, and what it looks for in a picture."""

from cnnviz.ui.filters.deeper import show_deeper, show_templates
from cnnviz.ui.filters.report import PART
from cnnviz.ui.filters.state import SUBJECT
from cnnviz.ui.screen import close_screen, open_screen

open_screen(PART.form.words)
SUBJECT.draw()
if PART.show() is not None:
    show_deeper()
    show_templates()
close_screen(PART.form.words)
