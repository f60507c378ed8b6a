"""`isinstance(x, torch.FloatTensor)` while a model is traced: the answer that the model itself would get.

torch.FloatTensor and its like are no classes; their metaclass, which is written in C, compares type and device, and a
tensor without numbers is none of them, so that a model would take the wrong branch in silence. What the metaclass says
is put aside for as long as models are traced; of all other tensors, and in other threads, it says what it always does.
"""

import ctypes
import gc
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor

from cnnviz.analysis import devices

_METACLASS = type(torch.FloatTensor)
_NAME = "__instancecheck__"
_ORIGINAL = vars(_METACLASS)[_NAME]
_lock = threading.Lock()
_homes = threading.local()
_traces = 0


@contextmanager
def told_of(home: torch.device) -> Iterator[None]:
    """Have tensors without numbers be of the types of tensors on the device `home`, in this thread."""
    global _traces
    before = getattr(_homes, "home", None)
    _homes.home = home
    with _lock:
        _traces += 1
        if _traces == 1:
            _put(_is_of)
    try:
        yield
    finally:
        _homes.home = before
        with _lock:
            _traces -= 1
            if not _traces:
                _put(_ORIGINAL)


def _is_of(kind: Any, item: Any) -> bool:
    home = getattr(_homes, "home", None)
    # A trace answers for a tensor's own attributes too.
    with torch._C.DisableTorchFunction():
        if home is None or not isinstance(item, Tensor) or not item.is_meta:
            return bool(_ORIGINAL(kind, item))
        return bool(devices.answer("type", item, home) == f"{kind.__module__}.{kind.__name__}")


def _put(check: Any) -> None:
    # A type that is written in C takes no new attributes; what it has lies in a dictionary, where CPython shows it.
    found = gc.get_referents(vars(_METACLASS))
    if len(found) != 1 or not isinstance(found[0], dict) or _NAME not in found[0]:
        return
    found[0][_NAME] = check
    ctypes.pythonapi.PyType_Modified(ctypes.py_object(_METACLASS))
