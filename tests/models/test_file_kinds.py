"""Files that are no checkpoints: each is called what it is, with what to do. Most are written by their own writers."""

import bz2
import gzip
import io
import json
import lzma
import pickle
import tarfile
import zipfile
from functools import cache

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from torch import nn

from cnnviz.errors import ModelError
from cnnviz.models.checkpoints import read
from cnnviz.models.file_kinds import what_it_is

SAVE = 'torch.save(model.state_dict(), "weights.pth")'


def written(write):
    buffer = io.BytesIO()
    write(buffer)
    return buffer.getvalue()


def checkpoint():
    return written(lambda file: torch.save({"w": torch.zeros(50)}, file))


def zipped(**members):
    def write(file):
        with zipfile.ZipFile(file, "w") as archive:
            for name, data in members.items():
                archive.writestr(name.replace("__", "/").replace("_dot_", "."), data)

    return written(write)


def tarred(**members):
    def write(file):
        with tarfile.open(fileobj=file, mode="w") as archive:
            for name, data in members.items():
                member = tarfile.TarInfo(name)
                member.size = len(data)
                archive.addfile(member, io.BytesIO(data))

    return written(write)


def scripted():
    return written(lambda file: torch.jit.save(torch.jit.script(nn.Linear(2, 2)), file))


def exported():
    """The members that torch.export.save writes; it takes seconds to do so."""
    return zipped(archive__models__model_dot_json=b"{}", archive__archive_format=b"pt2", archive__data__weights_0=b"")


def onnx():
    """The fields of a ModelProto as PyTorch's exporter writes them: ir_version 8, its producer, a graph with a node."""
    node = b"\x0a\x05input\x12\x06output\x22\x04Conv"
    graph = b"\x0a" + bytes([len(node)]) + node
    return b"\x08\x08\x12\x07pytorch\x1a\x052.1.0\x3a" + bytes([len(graph)]) + graph


KINDS = {
    "web page": (lambda: b"\n<!DOCTYPE html>\n<html><body>Not found</body></html>", "is a web page.* raw link"),
    "web page in capitals": (lambda: b"<HTML><HEAD></HEAD></HTML>", "is a web page"),
    "error of a bucket": (lambda: b'<?xml version="1.0"?><Error><Code>AccessDenied</Code></Error>', "is a web page"),
    "LFS pointer": (
        lambda: b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 46830571\n",
        "is a Git LFS pointer, which stands for a file of 46,830,571 bytes; .*git lfs pull",
    ),
    "TorchScript": (scripted, r"is a TorchScript archive.*torch\.jit\.load\(.*\)\.state_dict\(\)"),
    "torch.export": (exported, r"is a program of torch\.export \(\.pt2\).*torch\.save\(model\.state_dict\(\)"),
    "Keras, old": (lambda: b"\x89HDF\r\n\x1a\n" + bytes(500), "is an HDF5 file, as Keras"),
    "Keras": (
        lambda: zipped(config_dot_json=b"{}", metadata_dot_json=b"{}", model_dot_weights_dot_h5=b""),
        "is a Keras model",
    ),
    "ONNX": (onnx, "is an ONNX model"),
    "SavedModel": (lambda: b"\x08\x01\x12\xa4\x05\x0a\x9d\x04\x12\x05serve" + bytes(99), "is a TensorFlow SavedModel"),
    "graph": (lambda: b"\n\x2c\n\x05input\x12\x0bPlaceholder*\x0b\n\x05dtype\x12\x02\x30\x01", "is a TensorFlow graph"),
    "TensorFlow Lite": (lambda: b"\x1c\x00\x00\x00TFL3" + bytes(99), "is a TensorFlow Lite model"),
    "SavedModel, zipped": (
        lambda: zipped(my__saved_model_dot_pb=b"", my__variables=b""),
        "a zip of a TensorFlow model",
    ),
    "NumPy": (lambda: written(lambda file: np.save(file, np.zeros(3))), "is a NumPy array"),
    "NumPy archive": (
        lambda: written(lambda file: np.savez(file, a=np.zeros(3))),
        r"NumPy archive \(\.npz\) of 1 file",
    ),
    "zip of a checkpoint": (
        lambda: zipped(run__best_dot_pth=b"x", run__log_dot_txt=b"y"),
        r"is a zip archive of 2 files \(run/best\.pth, run/log\.txt\); unpack it and take run/best\.pth",
    ),
    "zip of something else": (
        lambda: zipped(a=b"", b=b"", c=b""),
        r"zip archive of 3 files \(a, b, \.\.\.\); it should",
    ),
    "zip of nothing": (lambda: zipped(), "is a zip archive with nothing in it"),
    "half a zip": (lambda: checkpoint()[:300], "is no whole PyTorch checkpoint, but the first 300 bytes"),
    "tar of a checkpoint": (lambda: tarred(**{"a.pth": b"x"}), r"is a tar archive of 1 file \(a\.pth\); unpack it and"),
    "old PyTorch": (lambda: tarred(storages=b"", tensors=b"", pickle=b""), r"written by PyTorch before 0\.1\.10"),
    "half a tar": (lambda: tarred(a=bytes(9000))[:600], "tar archive that is not whole|tar archive of 1 file"),
    "gzip": (lambda: gzip.compress(checkpoint()), "is compressed by gzip; unpack it and take the file inside"),
    "bzip2": (lambda: bz2.compress(checkpoint()), "is compressed by bzip2"),
    "xz": (lambda: lzma.compress(checkpoint()), "is compressed by xz"),
    "pickle": (lambda: pickle.dumps({"w": np.zeros(3)}), "is a pickle that torch.save did not write"),
    "picture": (lambda: written(lambda file: Image.new("L", (9, 9)).save(file, "png")), r"is a picture \(PNG\)"),
    "Python": (
        lambda: b"import torch\nfrom torch import nn\n",
        'is a text, which begins "import torch from torch import',
    ),
    "numbers": (lambda: "\ufeffepoch,loss\n1,0.5\n".encode(), 'is a text, which begins "epoch,loss'),
    "shards": (
        lambda: json.dumps({"metadata": {}, "weight_map": {"a": "b"}}).encode(),
        "the index of weights in several",
    ),
    "nothing yet": (lambda: bytes(100_000), "begins with 4,096 zeros"),
}


@pytest.mark.parametrize("name", KINDS)
@pytest.mark.filterwarnings("ignore")
def test_each_kind_is_called_what_it_is(name):
    make, says = KINDS[name]
    data = make()
    with pytest.raises(ModelError, match=says) as caught:
        read(data, "weights.pth")
    sentence = str(caught.value)
    assert sentence.startswith("weights.pth ")
    assert sentence.endswith(".")
    assert "\n" not in sentence


@pytest.mark.parametrize("new", [True, False])
def test_what_torch_writes_is_none_of_them(new):
    found = {"w": torch.zeros(50)}
    assert what_it_is(written(lambda file: torch.save(found, file, _use_new_zipfile_serialization=new))) == ""


@given(st.sampled_from(sorted(KINDS)), st.data())
@pytest.mark.filterwarnings("ignore")
def test_a_damaged_file_of_any_kind_is_one_sentence(name, data):
    whole = made(name)
    broken = bytearray(whole[: data.draw(st.integers(1, max(1, len(whole))))])
    for _ in range(data.draw(st.integers(0, 4))):
        broken[data.draw(st.integers(0, len(broken) - 1))] = data.draw(st.integers(0, 255))
    try:
        said = "x.pt is read" if read(bytes(broken), "x.pt") else ""
    except ModelError as error:
        said = str(error)
    assert said.startswith("x.pt ")
    assert said.isprintable()


@cache
def made(name):
    return KINDS[name][0]()
