"""Screens that open without torch, whose import takes a second: all in one process, which has none of it before."""

import subprocess
import sys

from tests.pages.opening import ROOT

WALK = """
import sys
from tests.pages.opening import assert_well, open_screen

def opened(screen, title, **link):
    app = open_screen(screen, **link)
    assert_well(app)
    assert app.title[0].value == title, app.title
    assert "torch" not in sys.modules, f"{screen} {link} imports torch"
    return app

# The first page, and that of a class, which is the first that a student's phone loads.
opened("pages/home.py", "cnnviz")
opened("pages/class/room.py", "Class", code="ABCDEF")
opened("pages/design/network.py", "Network")
for part in ("", "Networks", "Accuracy", "Why", "Compare"):
    opened("pages/design/architectures.py", "Architectures", part=part)
layer = opened("pages/design/layer.py", "One layer")
layer.slider(key="layer.stride-slider").set_value(3).run()
assert_well(layer)
assert "torch" not in sys.modules, "a slider imports torch"
"""


def test_they_open_without_torch():
    done = subprocess.run([sys.executable, "-c", WALK], cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr[-2000:]
