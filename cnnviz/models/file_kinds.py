"""What a file is that holds no PyTorch tensors, told by its bytes, and what its owner should do instead."""

import io
import re
import tarfile
import zipfile
from collections.abc import Sequence

SAVE = 'torch.save(model.state_dict(), "weights.pth")'

_MOST_NAMES = 1000
_BEGINNINGS: tuple[tuple[bytes, str], ...] = (
    (b"\x89HDF\r\n\x1a\n", "an HDF5 file, as Keras writes them (.h5)"),
    (b"\x93NUMPY", "a NumPy array"),
    (b"GGUF", "a GGUF file of a language model"),
    (b"\x1f\x8b", "compressed by gzip"),
    (b"BZh", "compressed by bzip2"),
    (b"\xfd7zXZ\x00", "compressed by xz"),
    (b"\x28\xb5\x2f\xfd", "compressed by zstd"),
    (b"7z\xbc\xaf\x27\x1c", "compressed by 7-Zip"),
    (b"Rar!", "a RAR archive"),
    (b"%PDF", "a PDF document"),
    (b"\x89PNG", "a picture (PNG)"),
    (b"\xff\xd8\xff", "a picture (JPEG)"),
    (b"GIF8", "a picture (GIF)"),
    (b"SQLite format 3", "an SQLite database"),
    (b"\x7fELF", "a program"),
    (b"MZ", "a program"),
)
_PACKED = ("compressed", "a RAR")
# The fields that a protocol buffer of ONNX has after its version: producer, domain, model version, text, graph, opsets.
_ONNX = re.compile(rb"\x08[\x02-\x20][\x12\x1a\x22\x28\x32\x3a\x42]")
_GRAPH = re.compile(rb"\n[\s\S]{1,4}\n[\s\S]{1,200}\x12[\s\S](Placeholder|Const|VariableV2|VarHandleOp|NoOp)")
_WEIGHTS = (".pth", ".pt", ".ckpt", ".bin", ".safetensors", ".tar", ".pkl")


def what_it_is(data: bytes) -> str:
    """Return what a file is and what to do, to be read on from its name, "" where its bytes tell nothing."""
    for begin, kind in _BEGINNINGS:
        if data.startswith(begin):
            return f"is {kind}; {'unpack it and take the file inside' if kind.startswith(_PACKED) else _port(kind)}"
    return _archive(data) or _protocol_buffer(data) or _pickle(data) or _text(data)


def zip_kind(names: Sequence[str]) -> str:
    """Return what a zip of these members is and what to do, "" for what torch.save writes."""
    inner = {name.partition("/")[2] or name for name in names}
    if "constants.pkl" in inner and any(name.startswith("code/") for name in inner):
        return (
            "is a TorchScript archive, which holds code beside the weights; "
            'save the weights alone: torch.save(torch.jit.load("file.pt").state_dict(), "weights.pth")'
        )
    if "data.pkl" in inner:
        return ""
    if any("serialized_exported_program" in name or name.endswith("models/model.json") for name in names):
        return f"is a program of torch.export (.pt2); save the weights alone: {SAVE}"
    if "model.weights.h5" in names or ("metadata.json" in names and "config.json" in names):
        return f"is a Keras model (.keras); {_port('Keras')}"
    if any(name.endswith(("saved_model.pb", ".index")) for name in names):
        return f"is a zip of a TensorFlow model; {_port('TensorFlow')}"
    if names and all(name.endswith(".npy") for name in names):
        return f"is a NumPy archive (.npz) of {_files(names)}; {_port('NumPy')}"
    return f"is {_holding('a zip archive', names)}"


def _archive(data: bytes) -> str:
    if data[:4] in (b"PK\x03\x04", b"PK\x05\x06"):
        try:
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                return zip_kind(archive.namelist()[:_MOST_NAMES])
        except Exception:
            return (
                f"is no whole PyTorch checkpoint, but the first {len(data):,} bytes of one or of another zip; "
                "download or copy it again"
            )
    if data[257:262] != b"ustar":
        return ""
    try:
        with tarfile.open(fileobj=io.BytesIO(data), mode="r:") as archive:
            names = [member.name for member, _ in zip(archive, range(_MOST_NAMES), strict=False)]
    except Exception:
        return "is a tar archive that is not whole; download or copy it again"
    if {"pickle", "storages", "tensors"} <= set(names):
        return (
            f"was written by PyTorch before 0.1.10; load it there, or with weights_only=False, and save it anew: {SAVE}"
        )
    return f"is {_holding('a tar archive', names)}"


def _holding(archive: str, names: Sequence[str]) -> str:
    names = [name for name in names if not name.endswith("/")]
    if not names:
        return f"{archive} with nothing in it; it should hold a network's tensors"
    inside = next((name for name in names if name.lower().endswith(_WEIGHTS)), None)
    return f"{archive} of {_files(names)}; " + (
        f"unpack it and take {inside[-80:]}" if inside else f"it should be a file that this line writes: {SAVE}"
    )


def _files(names: Sequence[str]) -> str:
    shown = ", ".join(name[-60:] for name in names[:2])
    return f"{len(names):,} file{'' if len(names) == 1 else 's'} ({shown}{', ...' if len(names) > 2 else ''})"


def _protocol_buffer(data: bytes) -> str:
    if data[4:8] == b"TFL3":
        return f"is a TensorFlow Lite model; {_port('TensorFlow')}"
    if data.startswith(b"\x08\x01\x12"):
        return f"is a TensorFlow SavedModel (.pb); {_port('TensorFlow')}"
    if data.endswith(b"\x57\xfb\x80\x8b\x24\x75\x47\xdb"):
        return f"is the index of a TensorFlow checkpoint; {_port('TensorFlow')}"
    if _ONNX.match(data) and any(word in data for word in (b"Conv", b"Gemm", b"MatMul", b"onnx", b"pytorch", b"Relu")):
        return f"is an ONNX model; {_port('ONNX')}"
    if _GRAPH.match(data[:400]):
        return f"is a TensorFlow graph (.pb); {_port('TensorFlow')}"
    return ""


def _pickle(data: bytes) -> str:
    if data[:1] == b"\x80" and data[1:2] in b"\x02\x03\x04\x05" and not data.startswith(b"\x80\x02\x8a\nl\xfc\x9cF"):
        return f"is a pickle that torch.save did not write; save the tensors with {SAVE}"
    return ""


def _text(data: bytes) -> str:
    head = data[:2048].lstrip(b"\xef\xbb\xbf").lstrip()
    if head.startswith(b"version https://git-lfs"):
        size = re.search(rb"\nsize (\d{1,18})", data[:2048])
        whole = f"a file of {int(size[1]):,} bytes" if size else "the file itself"
        return f"is a Git LFS pointer, which stands for {whole}; get that by git lfs pull, or by its download button"
    lower = head[:512].lower()
    if lower.startswith((b"<!doctype html", b"<html", b"<head", b"<body", b"<script", b"<!--", b"<?xml", b"<error")):
        return "is a web page, not the file that it should lead to; use the page's download button or its raw link"
    if not any(data[:4096]):
        return f"begins with {min(len(data), 4096):,} zeros, as a download does that did not finish; download it again"
    try:
        text = head.decode("utf-8", "strict" if len(head) < 2000 else "ignore")
    except UnicodeDecodeError:
        return ""
    if not text or not all(character.isprintable() or character in "\r\n\t" for character in text):
        return ""
    if '"weight_map"' in text:
        return "is the index of weights in several files; merge them into one, or give the one file that has them all"
    return f'is a text, which begins "{" ".join(text.split())[:40]}"; it should be a file that this line writes: {SAVE}'


def _port(kind: str) -> str:
    if kind.startswith(("a picture", "a PDF", "a program", "an SQLite")):
        return f"it should be a file that this line writes: {SAVE}"
    return f"its weights have to be loaded into the network in PyTorch first, and saved from there: {SAVE}"
