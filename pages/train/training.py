"""Training: a network that learns while it is watched, on examples that are at hand or on photos of one's own."""

from importlib import import_module

from cnnviz.ui.engine import starting
from cnnviz.ui.screen import choose_part, close_screen
from cnnviz.ui.words import Words

# By their names in a link, with their lessons; only the one that is open is imported, and computed.
PARTS = {"": ("training", "training"), "Your own classes": ("own_classes", "own_classes")}

part = choose_part(Words("training"), tuple(PARTS))
folder, lesson = PARTS[part]
with starting():
    module = import_module(f"cnnviz.ui.{folder}.report")
module.show()
close_screen(Words(lesson))
