"""Where the files lie that come with cnnviz: app.py, weights, photos, lessons."""

from pathlib import Path

_ROOT = Path(__file__).parents[1]
APP = _ROOT / "app.py"
ASSETS = _ROOT / "assets"
