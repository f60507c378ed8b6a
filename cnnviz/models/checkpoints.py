"""A person's checkpoint file -> all its tensors, by their path in it. No code in a file ever runs.

What a file is, its bytes say, whatever its name: what torch.save writes (.pth, .pt, .bin, .ckpt, .pth.tar, no suffix at
all), or safetensors. `cnnviz.models.fitting.fit` finds a network's tensors among those of a file.
"""

import io
import re
import threading
import warnings
import zipfile
from collections import OrderedDict
from collections.abc import Mapping
from pathlib import PurePath
from typing import Any

import safetensors.torch
import torch
from torch import Tensor

from cnnviz.errors import ModelError
from cnnviz.models.file_kinds import SAVE, what_it_is
from cnnviz.models.matching import size_text
from cnnviz.models.parts import is_optimisers
from cnnviz.models.stand_ins import holds_arrays, network_in, stand_ins, would_run

MOST_BYTES = 600_000_000
# A tensor takes some 200 bytes of a pickle: these are the largest networks with their averages and optimiser's state.
MOST_PICKLED = 4_000_000
MOST_TENSORS = 20_000
# Objects of other classes, which take torch's unpickler 100 us each.
MOST_OBJECTS = 50_000
MOST_DEPTH = 16
MOST_LETTERS = 200

_ARRAYS = f"holds NumPy arrays and no tensors; load them into the network (torch.from_numpy), and save that: {SAVE}."
_NEWOBJ = b"\x81"

# torch's table of harmless names is one for the whole process.
_READING = threading.Lock()


def read(data: bytes, file_name: str) -> dict[str, Tensor]:
    """Return all tensors that a file of a person holds, named by their path in it: "state_dict.module.conv1.weight".

    They stand in the order of the file. Raises ModelError, which says what the file is and what to do, where it is too
    large, broken or of another kind, and where it would run code.
    """
    name = PurePath(file_name.replace("\\", "/")).name or "the file"
    if len(data) > MOST_BYTES:
        raise ModelError(f"{name} has {len(data) / 1e6:,.0f} MB, and a checkpoint may have {MOST_BYTES / 1e6:,.0f} MB.")
    if not data:
        raise ModelError(f"{name} is empty; it should hold a network's tensors.")
    try:
        found = _pickled(data) if keeps_order(data) else _safetensors(data)
        tensors = _flat(found)
        if all(map(is_optimisers, tensors)):
            raise ModelError(_no_tensors(found))
    except ModelError as error:
        # What is said of a file may quote from it.
        raise ModelError(" ".join(f"{name} {error}".split())) from error.__cause__
    return tensors


def keeps_order(data: bytes) -> bool:
    """Return whether a file lists its tensors in the order of the layers, as all but safetensors do."""
    # A safetensors file begins with the length of its header, which is JSON.
    return data[8:9] != b"{" or int.from_bytes(data[:8], "little") > MOST_BYTES


def refusal(error: Exception, name: str) -> ModelError:
    """Return the sentence for a file that torch.load(weights_only=True) did not take."""
    return ModelError(f"{name} {_refused(error)}")


def _safetensors(data: bytes) -> object:
    try:
        return dict(sorted(safetensors.torch.load(data).items()))
    # A stranger's bytes make the readers raise nearly anything: IndexError, KeyError, RecursionError, ...
    except Exception as error:
        raise ModelError(
            "is no whole safetensors file; download or copy it again, or write it with safetensors.torch.save_file."
        ) from error


def _pickled(data: bytes) -> object:
    kind = what_it_is(data)
    if kind:
        raise ModelError(f"{kind}.")
    try:
        pickled = _pickle_of_zip(data) if data[:2] == b"PK" else data[:MOST_PICKLED]
        if data[:2] == b"PK" and pickled.count(_NEWOBJ) > MOST_OBJECTS:
            raise _too_much()
        if pickled[:1] == b"\x80" and pickled[1:2] not in b"\x02\x03":
            raise ModelError(f"was pickled by protocol {pickled[1]}; save it by protocol 2, as this line does: {SAVE}.")
        with (
            _READING,
            torch.serialization.safe_globals(stand_ins(pickled)),
            # The places of a sparse tensor's numbers are a stranger's: torch looks whether they lie in it.
            torch.sparse.check_sparse_tensor_invariants(),
            warnings.catch_warnings(),
        ):
            warnings.simplefilter("ignore")
            return torch.load(_Bounded(data), map_location="cpu", weights_only=True)
    except ModelError:
        raise
    except Exception as error:
        raise ModelError(_refused(error)) from error


def _pickle_of_zip(data: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        members = archive.infolist()
        if (unpacked := sum(member.file_size for member in members)) > MOST_BYTES:
            raise ModelError(f"unpacks to {unpacked / 1e6:,.0f} MB, more than {MOST_BYTES / 1e6:,.0f} MB.")
        pickles = [member for member in members if member.filename.endswith("data.pkl")]
        if (pickled := sum(member.file_size for member in pickles)) > MOST_PICKLED:
            with archive.open(pickles[0]) as opened:
                if b"numpy" in opened.read(10_000):
                    raise ModelError(_ARRAYS)
            raise ModelError(
                f"holds {pickled / 1e6:,.0f} MB beside its tensors, more than {MOST_PICKLED / 1e6:,.0f} MB; "
                f"save only the tensors: {SAVE}."
            )
        return b"".join(map(archive.read, pickles))


class _Bounded(io.BytesIO):
    """A file whose pickle must be no longer than a zip's may be: the unpickler reads it opcode by opcode."""

    reads = 0
    objects = 0

    def read(self, size: int | None = -1, /) -> bytes:
        found = super().read(size)
        self.reads += 1
        self.objects += found == _NEWOBJ
        if self.reads > MOST_PICKLED or self.objects > MOST_OBJECTS:
            raise _too_much()
        return found


def _too_much() -> ModelError:
    return ModelError(f"holds too much beside its tensors; save only these: {SAVE}.")


def _refused(error: Exception) -> str:
    said = str(error)
    if wanted := re.search(r"GLOBAL ([\w.]{1,80})", said):
        return str(would_run(wanted[1]))
    if "Only persistent_load of storage" in said:
        return _whole_network("torch.nn.Module")
    return f"is no whole PyTorch checkpoint; download or copy it again, or write it with {SAVE}."


def _whole_network(kind: str) -> str:
    return (
        f"holds a whole pickled network, and loading it would run code from the file, {kind}; "
        f"save only the tensors, with {SAVE}."
    )


def _no_tensors(found: object) -> str:
    if network := network_in(found):
        return _whole_network(network)
    if holds_arrays(found):
        return _ARRAYS
    return f"holds no state_dict: it should map names to tensors, as model.state_dict() does; save it with {SAVE}."


def _flat(found: object) -> dict[str, Tensor]:
    """Return the tensors in a nest of mappings and lists by their joined names, with the layout's version of each."""
    tensors: OrderedDict[str, Tensor] = OrderedDict()
    metadata: dict[str, Any] = {}
    seen: set[int] = set()
    others: set[str] = set()
    unpacked = 0

    def dense(tensor: Tensor) -> Tensor:
        nonlocal unpacked
        if tensor.layout == torch.strided:
            return tensor
        unpacked += tensor.numel() * tensor.element_size()
        if unpacked > MOST_BYTES:
            size = size_text(tuple(tensor.shape))
            raise ModelError(f"holds sparse tensors that would take more than {MOST_BYTES / 1e6:,.0f} MB ({size}).")
        return tensor.to_dense()

    def visit(node: object, path: str, depth: int) -> None:
        # A pickle may hold itself, or one thing a million times.
        if depth > MOST_DEPTH or id(node) in seen or not isinstance(node, Mapping | list | tuple):
            return
        seen.add(id(node))
        versions = getattr(node, "_metadata", None)
        if isinstance(versions, Mapping):
            metadata.update({f"{path}{key}": dict(each) for key, each in versions.items() if _is_version(each)})
        for key, value in node.items() if isinstance(node, Mapping) else enumerate(node):
            if isinstance(value, Tensor):
                if (kind := _unlike_weights(value)) or not isinstance(key, str):
                    others.add(kind)
                else:
                    tensors.setdefault(path + _printed(key), dense(value))
            else:
                visit(value, f"{path}{_printed(key)}.", depth + 1)

    visit(found, "", 0)
    if not tensors and any(others):
        kinds = " or ".join(sorted(filter(None, others)))
        instead = " of the network before it was quantised" if "quantised" in others else ""
        raise ModelError(f"holds no state_dict of real numbers: its tensors are {kinds}; save it{instead} with {SAVE}.")
    if len(tensors) > MOST_TENSORS:
        raise ModelError(f"holds {len(tensors):,} tensors, and a checkpoint may have {MOST_TENSORS:,}.")
    if metadata:
        tensors._metadata = metadata  # type: ignore[attr-defined]
    return tensors


def _printed(key: object) -> str:
    """Return a name as a sentence can hold it; a network's own names are not touched."""
    text = str(key)[:MOST_LETTERS] if isinstance(key, str | int) else "?"
    return text if text.isprintable() else "".join(letter if letter.isprintable() else "?" for letter in text)


def _is_version(value: object) -> bool:
    return isinstance(value, Mapping) and isinstance(value.get("version", 1), int)


def _unlike_weights(value: Tensor) -> str:
    """Return what keeps a tensor from being a network's, "" where nothing does."""
    if value.is_quantized:
        return "quantised"
    if value.is_complex():
        return "complex"
    return "" if value.device.type == "cpu" else "without numbers"
