"""A person's checkpoint file -> tensors by name. No code in a file ever runs."""

import io
import re
import zipfile
from collections import OrderedDict
from collections.abc import Mapping
from pathlib import PurePath
from typing import Any

import safetensors.torch
import torch
from torch import Tensor

from cnnviz.errors import ModelError

MOST_BYTES = 600_000_000

_WRAPPERS = ("state_dict", "model_state_dict", "model", "net", "network")
_PREFIXES = ("module.", "_orig_mod.", "model.")


def read(data: bytes, file_name: str) -> dict[str, Tensor]:
    """Return the tensors by name that a `.safetensors`, `.pth` or `.pt` file of a person holds.

    A training checkpoint is looked into ("state_dict", "model", ...) and the prefixes of DataParallel, torch.compile
    and Lightning are taken off. Raises ModelError where the file is too large, broken or of another kind, and where it
    would run code.
    """
    name = PurePath(file_name.replace("\\", "/")).name or "the file"
    if len(data) > MOST_BYTES:
        raise ModelError(f"{name} has {len(data) / 1e6:,.0f} MB, and a checkpoint may have {MOST_BYTES / 1e6:,.0f} MB.")
    if not data:
        raise ModelError(f"{name} is empty; it should hold a network's tensors.")
    kind = PurePath(name).suffix.lower()
    if kind not in (".safetensors", ".pth", ".pt"):
        raise ModelError(f"{name} is no checkpoint file: its name should end in .safetensors, .pth or .pt.")
    reader = _pickled if keeps_order(data) and kind != ".safetensors" else _safetensors
    return _unwrapped(reader(data, name), name)


def keeps_order(data: bytes) -> bool:
    """Return whether a file lists its tensors in the order of the layers, as all but safetensors do."""
    return data[8:9] != b"{"


def _safetensors(data: bytes, name: str) -> object:
    try:
        return dict(sorted(safetensors.torch.load(data).items()))
    # A stranger's bytes make the readers raise nearly anything: IndexError, KeyError, RecursionError, ...
    except Exception as error:
        raise ModelError(f"{name} is no whole safetensors file; write it with safetensors.torch.save_file.") from error


def _pickled(data: bytes, name: str) -> object:
    try:
        if data.startswith(b"PK\x03\x04"):
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                unpacked = sum(member.file_size for member in archive.infolist())
            if unpacked > MOST_BYTES:
                raise ModelError(f"{name} unpacks to {unpacked / 1e6:,.0f} MB, more than {MOST_BYTES / 1e6:,.0f} MB.")
        return torch.load(io.BytesIO(data), map_location="cpu", weights_only=True)
    except ModelError:
        raise
    except Exception as error:
        raise refusal(error, name) from error


def refusal(error: Exception, name: str) -> ModelError:
    """Return the sentence for a file that torch.load(weights_only=True) did not take."""
    if wanted := re.search(r"GLOBAL ([\w.]{1,80})", str(error)):
        return ModelError(
            f"{name} is refused because loading it would run code from the file, {wanted[1]}; "
            "save only the tensors, with torch.save(model.state_dict(), ...) or as .safetensors."
        )
    return ModelError(f"{name} is no whole PyTorch checkpoint; write it with torch.save(model.state_dict(), ...).")


def _unwrapped(found: object, name: str) -> dict[str, Tensor]:
    for key in _WRAPPERS:
        if isinstance(found, Mapping) and isinstance(found.get(key), Mapping):
            found = found[key]
    if not isinstance(found, Mapping) or not found or not all(_is_weight(k, v) for k, v in found.items()):
        raise ModelError(f"{name} holds no state_dict: it should map names to tensors, as model.state_dict() does.")
    keys = list(found)
    while prefix := next((p for p in _PREFIXES if all(k.startswith(p) for k in keys)), ""):
        keys = [k.removeprefix(prefix) for k in keys]
    state: dict[str, Any] = OrderedDict(zip(keys, found.values(), strict=True))
    if (metadata := getattr(found, "_metadata", None)) and keys == list(found):
        state._metadata = metadata  # type: ignore[attr-defined]
    return state


def _is_weight(key: object, value: object) -> bool:
    return (
        isinstance(key, str)
        and isinstance(value, Tensor)
        and value.layout == torch.strided
        and value.device.type == "cpu"
        and not (value.is_quantized or value.is_complex())
    )
