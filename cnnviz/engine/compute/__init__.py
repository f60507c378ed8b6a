"""How requests are computed: compute/NAME.py answers those of requests/NAME.py.

Every module in this folder is imported here, so that its functions enter cnnviz.engine.registry.
"""

from importlib import import_module
from pkgutil import iter_modules
from typing import Any

from cnnviz.engine.registry import ROWS, Row

for _module in iter_modules(__path__, f"{__name__}."):
    import_module(_module.name)


def row_of(request: Any) -> Row:
    """Return a request's row; TypeError for what is no known request."""
    try:
        return ROWS[type(request)]
    except KeyError:
        raise TypeError(f"{type(request).__name__} has no row in cnnviz.engine.registry.") from None
