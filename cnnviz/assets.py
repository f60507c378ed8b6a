"""Where the project's own files lie, in a checkout and in an installed wheel alike.

>>> (GALLERY / "chelsea.jpg").exists()
True
"""

from base64 import b64encode
from functools import cache
from pathlib import Path

# A wheel has no room beside its packages: there the app and its files lie inside of this one, in the same order.
_PACKAGE = Path(__file__).parent
ROOT = _PACKAGE / "_app" if (_PACKAGE / "_app").is_dir() else _PACKAGE.parent

APP = ROOT / "app.py"
SERVER = _PACKAGE / "server" / "application.py"
ASSETS = ROOT / "assets"
WEIGHTS = ASSETS / "weights"
GALLERY = ASSETS / "gallery"
LESSONS = ASSETS / "lessons"
CURVES = ASSETS / "curves"
HOME = ASSETS / "home"
EXAMPLES = ASSETS / "examples"
TABLES = ASSETS / "tables"
GO = ASSETS / "go"


@cache
def icon() -> str:
    """Return the icon of a tab as an address that holds it: from a file Streamlit would make it anew at every run."""
    return f"data:image/png;base64,{b64encode((ASSETS / 'icon.png').read_bytes()).decode()}"
