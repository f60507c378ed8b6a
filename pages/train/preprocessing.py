"""Preprocessing: what centring, scaling, decorrelating and whitening do to data, and what a network's input has had."""

from importlib import import_module

from cnnviz.ui.engine import starting
from cnnviz.ui.screen import choose_part, close_screen
from cnnviz.ui.words import Words

WORDS = Words("preprocessing")
# By their names in a link; only the one that is open is imported.
PARTS = {"": "points", "Photos": "photos", "Principal components": "components"}

part = choose_part(WORDS, tuple(PARTS))
with starting():
    report = import_module(f"cnnviz.ui.preprocessing.{PARTS[part]}.report")
report.show()
close_screen(report.WORDS)
