"""What the environment says of the server, looked at before anything starts."""

import os
from pathlib import Path

from cnnviz.engine.memory import CACHES, megabytes
from cnnviz.errors import CnnvizError
from cnnviz.server.headers import frame_ancestors
from cnnviz.server.rooms.office import workers_told
from cnnviz.ui.photo_store import ADDRESS

_DATA = "CNNVIZ_DATA"  # as in training/live/data_root.py, which brings torch
_REDIS = ("redis://", "rediss://", "unix://")


def check() -> None:
    """Raise CnnvizError for a variable of docs/deploy.md whose value can't be what was meant."""
    frame_ancestors()
    for name in CACHES:
        megabytes(name)
    workers_told()
    if (address := os.environ.get(ADDRESS, "")) and not address.startswith(_REDIS):
        # Without what it says, which may hold a password.
        raise CnnvizError(f"{ADDRESS} should be an address such as redis://localhost:6379.")
    if (folder := os.environ.get(_DATA, "")) and not Path(folder).is_dir():
        raise CnnvizError(f"{_DATA} should name a folder with data sets; there is no folder {folder}.")
