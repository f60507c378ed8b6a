"""What lies beside the tensors of a training checkpoint, made harmless: settings, dates, paths, NumPy's numbers.

torch.load(weights_only=True) refuses a file for one argparse.Namespace in it. Nothing of that kind is needed here, so
each name in a file is given an empty stand-in: no class of the file's choosing is imported, and no code of one runs.
What a file wants to call is refused by name, but for the few that only make a value.
"""

import re
from collections import OrderedDict
from collections.abc import Iterator
from itertools import islice, pairwise
from typing import Any

from cnnviz.errors import ModelError

# What is called to make a value, which is left empty here. A class whose objects only get their state needs no row.
_VALUES = frozenset(
    f"{module}.{name}"
    for modules, names in (
        ("numpy.core.multiarray numpy._core.multiarray", "scalar _reconstruct"),
        ("numpy.core.numeric numpy._core.numeric", "_frombuffer"),
        ("numpy", "dtype ndarray"),
        ("pathlib pathlib._local", "Path PosixPath WindowsPath PurePath PurePosixPath PureWindowsPath"),
        ("datetime", "datetime date time timedelta timezone"),
        ("decimal", "Decimal"),
        ("fractions", "Fraction"),
        ("uuid", "UUID"),
        ("numpy.random._pickle", "__randomstate_ctor __bit_generator_ctor"),
        ("builtins", "bytes frozenset range slice int float bool str list dict tuple set complex"),
        ("types", "SimpleNamespace"),
        ("functools", "partial"),
    )
    for module in modules.split()
    for name in names.split()
)
_DICTS = frozenset({"collections.defaultdict"})
_LISTS = frozenset({"collections.deque"})
# Pickle's second protocol writes two modules by the names that Python 2 had for them.
_TODAY = {"__builtin__": "builtins", "copy_reg": "copyreg"}
_WORDS = re.compile(rb"[\w.]+$")
_LONGEST = 200
_MOST = 1000


class _Uncallable(type):
    """The type of a stand-in for an unknown name: if it is a class, its objects may be made and given their state."""

    path: str

    def __call__(cls, *arguments: object, **named: object) -> Any:
        raise would_run(cls.path)


class _Object(metaclass=_Uncallable):
    def __new__(cls, *arguments: object) -> Any:
        # An OrderedDict takes the attributes of any object as well as the items of a dict's subclass.
        made: OrderedDict[Any, Any] = OrderedDict()
        made.__dict__["stands_for"] = cls.path
        return made


class _Value:
    def __init__(self, *arguments: object) -> None:
        pass

    def __setstate__(self, state: object) -> None:
        pass


class _List(list[Any]):
    def __init__(self, *arguments: object) -> None:
        super().__init__()


def _dict(*arguments: object) -> dict[Any, Any]:
    return {}


def stand_ins(pickled: bytes) -> list[Any]:
    """Return what torch.serialization.safe_globals takes: a stand-in for each name that a pickle may hold.

    Names that torch itself allows stay what they are.
    """
    names = set(islice(_names(pickled), _MOST))
    found: list[Any] = []
    for module, name in sorted(names):
        path = f"{_TODAY.get(module, module)}.{name}"
        if path in _DICTS:
            found.append((_dict, path))
        elif path in _LISTS or path in _VALUES:
            found.append((type(name, (_List if path in _LISTS else _Value,), {}), path))
        else:
            found.append((_Uncallable(name, (_Object,), {"path": path}), path))
    return found


def _names(pickled: bytes) -> Iterator[tuple[str, str]]:
    """Yield every (module, name) that may stand after a pickle's opcode for a global, c, and some that do not."""
    lines = pickled.split(b"\n")
    for line, name in pairwise(lines):
        if 0 < len(name) <= _LONGEST and _WORDS.fullmatch(name) and (ending := _WORDS.search(line[-_LONGEST:])):
            # What comes before the opcode may end with letters too, so that each c may be it.
            for start, letter in enumerate(ending[0][:-1]):
                if letter == ord("c"):
                    yield ending[0][start + 1 :].decode(), name.decode()


def would_run(path: str) -> ModelError:
    """Return the sentence, without the file's name before it, for a file that wants to have something called."""
    return ModelError(
        f"is refused because loading it would run code from the file, {path}; "
        "save only the tensors, with torch.save(model.state_dict(), ...) or as .safetensors."
    )


def network_in(found: object) -> str:
    """Return the class of a whole pickled network, or of the first that is in a checkpoint, "" where there is none."""
    inside = list(found.values())[:1000] if isinstance(found, dict) else []
    for each in (found, *inside):
        if isinstance(each, OrderedDict) and "_modules" in each.__dict__:
            return str(each.__dict__.get("stands_for", "torch.nn.Module"))
    return ""


def holds_arrays(found: object) -> bool:
    """Return whether there are NumPy's arrays where a state dict has tensors."""
    inside = list(found.values())[:1000] if isinstance(found, dict) else []
    deeper = [value for each in inside if isinstance(each, dict) for value in list(each.values())[:1000]]
    return any(isinstance(each, _Value) and type(each).__name__ == "_reconstruct" for each in (*inside, *deeper))
