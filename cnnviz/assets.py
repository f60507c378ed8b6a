"""Where the files lie that come with cnnviz: weights, photos, lessons."""

from pathlib import Path

ASSETS = Path(__file__).parents[1] / "assets"
