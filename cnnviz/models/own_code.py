"""Networks in somebody's own code, by where they stand: "package.module:Net", or "folder/net.py:Net" for a file.

What stands there is a function without arguments that makes the network, its class, or the network itself. The code
runs, so only whoever starts the program may name it.
"""

import re
import sys
from collections.abc import Callable
from difflib import get_close_matches
from importlib import import_module
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

from cnnviz.errors import ModelError

if TYPE_CHECKING:
    from torch import nn

Factory = Callable[[], "nn.Module"]

_PLACE = re.compile(r"(?P<where>.+\.py|[A-Za-z_][\w.]*):(?P<what>[A-Za-z_][\w.]*)")
_SHOWN = 5


def is_place(text: str) -> bool:
    """Return whether a text is written as MODULE:NAME or FILE.py:NAME."""
    return _PLACE.fullmatch(text) is not None


def title(text: str) -> str:
    """Return what is called after a place: the same without the folders of a file."""
    where, _, what = text.rpartition(":")
    return f"{Path(where).name}:{what}" if where.endswith(".py") else text


def found(text: str) -> "Factory | nn.Module":
    """Return what stands at a place: a function or a class that can be called, or a network.

    Modules and the neighbours of a file are looked for where the command was given, too. Raises ModelError where the
    code can't be imported, has no such name, or where it is the name of something else.
    """
    place = _PLACE.fullmatch(text)
    if place is None:
        raise ModelError(f"{text!r} names no function; write it as package.module:factory or file.py:Net.")
    where, what = place["where"], place["what"]
    here: object = _module(where, text)
    for part in what.split("."):
        if not hasattr(here, part):
            raise ModelError(f"{where} has no {what}; {_hint(here, part)}")
        here = getattr(here, part)
    if not callable(here):
        raise ModelError(
            f"{text} is a {type(here).__name__}; it should be a function that makes a network, its class, or a network."
        )
    factory: Factory = here
    return factory


def _module(where: str, text: str) -> ModuleType:
    try:
        if where.endswith(".py"):
            return _of_file(Path(where).expanduser())
        _look_in(Path.cwd())
        return import_module(where)
    except ModelError:
        raise
    # Whatever somebody's own module does while it is imported; a script may well end the program.
    except (Exception, SystemExit) as error:
        raise ModelError(f"{text} cannot be imported: {_reason(error)}.") from error


def _of_file(path: Path) -> ModuleType:
    path = path.resolve()
    if not path.is_file():
        raise ModelError(f"There is no file {path}.")
    folder, name = path.parent, path.stem
    # A file of a package is imported as a part of it, so that its relative imports work.
    while (folder / "__init__.py").is_file():
        folder, name = folder.parent, f"{folder.name}.{name}"
    _look_in(folder)
    if folder != path.parent:
        return import_module(name)
    if (known := sys.modules.get(name)) is not None:
        if getattr(known, "__file__", None) == str(path):
            return known
        # Another module has this name already, as one of Python's own may.
        name = str(path)
    spec = spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None, "A file that ends in .py has a loader."
    # Known before it runs, as Python does it: dataclasses look their module up.
    module = sys.modules[name] = module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[name]
        raise
    return module


def _look_in(folder: Path) -> None:
    if str(folder) not in sys.path:
        sys.path.insert(0, str(folder))


def _hint(here: object, name: str) -> str:
    of_its_own = getattr(here, "__name__", None)
    names = [each for each, value in vars(here).items() if getattr(value, "__module__", None) == of_its_own]
    near = get_close_matches(name, names, n=1) or names[:_SHOWN]
    if not near:
        return "it defines neither a function nor a class."
    return f"did you mean {near[0]}?" if len(near) == 1 else f"it defines {', '.join(near)}."


def _reason(error: BaseException) -> str:
    reason = " ".join(str(error).split()).rstrip(".")
    if isinstance(error, ImportError | SyntaxError) and reason:
        return reason
    return ": ".join(filter(None, (type(error).__name__, reason)))
