"""cnnviz: a laboratory for convolutional networks. The library knows no browser.

    >>> import cnnviz
    >>> model = cnnviz.models.load("lenet5-mnist")
    >>> cnnviz.analyze(model, (1, 1, 28, 28)).parameters
    61706

Everything is imported when it is first used, so `import cnnviz` itself costs nothing and does not import torch.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cnnviz import images, models, probes
    from cnnviz.analysis import analyze
    from cnnviz.errors import CnnvizError, ImageError, ModelError, ShapeError
    from cnnviz.server.notebook import show

__all__ = ["CnnvizError", "ImageError", "ModelError", "ShapeError", "analyze", "images", "models", "probes", "show"]

_FROM = dict.fromkeys(("CnnvizError", "ImageError", "ModelError", "ShapeError"), "cnnviz.errors")
_FROM["analyze"] = "cnnviz.analysis"
_FROM["show"] = "cnnviz.server.notebook"


def __getattr__(name: str) -> Any:
    if name in _FROM:
        return getattr(import_module(_FROM[name]), name)
    if name in __all__:
        return import_module(f"cnnviz.{name}")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
