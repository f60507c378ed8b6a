"""Files of strangers: what is read, what is refused, and that nothing in them runs."""

import argparse
import collections
import dataclasses
import datetime
import decimal
import importlib
import io
import os
import pathlib
import pickle
import pickletools
import sys
import types
import zipfile
import zlib
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from safetensors.torch import save
from torch import nn
from torchvision.models import squeezenet1_1

from cnnviz.errors import ModelError
from cnnviz.models import checkpoints
from cnnviz.models.checkpoints import read
from tests.models.saved import saved


@pytest.fixture
def state():
    return {"a.weight": torch.randn(3, 2), "a.bias": torch.randn(3), "n.num_batches_tracked": torch.tensor(4)}


def same(found, expected):
    return list(found) == list(expected) and all(torch.equal(found[k], expected[k]) for k in expected)


@pytest.mark.parametrize("file_name", ["x.pth", "x.PT", "C:\\models\\x.pt"])
@pytest.mark.parametrize("zipped", [True, False])
def test_torch_files_are_read(state, file_name, zipped):
    assert same(read(saved(state, _use_new_zipfile_serialization=zipped), file_name), state)


def test_safetensors_files_are_read(state):
    found = read(save(state), "x.safetensors")
    assert same({k: found[k] for k in state}, state)


@pytest.mark.parametrize("file_name", ["epoch=3.ckpt", "model_best.pth.tar", "pytorch_model.bin", "weights", ""])
def test_a_file_is_known_by_its_bytes_and_not_by_its_name(state, file_name):
    assert same(read(saved(state), file_name), state)
    found = read(save(state), file_name)
    assert same({k: found[k] for k in state}, state)


def test_tensors_in_a_nest_are_named_by_their_path_in_the_order_of_the_file(state):
    nest = {"epoch": 3, "model": {"state_dict": state}, "both": [state["a.bias"].clone(), {"x": torch.ones(2)}]}
    nest["itself"] = nest
    found = read(saved(nest), "x.pth")
    assert list(found) == [*(f"model.state_dict.{name}" for name in state), "both.1.x"]
    assert torch.equal(found["model.state_dict.a.bias"], state["a.bias"])


def test_names_of_any_length_and_letters_make_one_sentence(state):
    found = read(saved({"a\nb": torch.ones(1), "c" * 9999: torch.ones(2), (1, 2): {"d": torch.ones(3)}}), "x.pth")
    assert list(found) == ["a?b", "c" * 200, "?.d"]


def test_one_thing_a_million_times_is_read_once():
    nest = {"w": torch.ones(1)}
    for _ in range(30):
        nest = {"a": nest, "b": nest}
    # Deeper than any checkpoint nests: nothing is found, and at once.
    with pytest.raises(ModelError, match="holds no state_dict"):
        read(saved(nest), "x.pth")


@dataclasses.dataclass
class Settings:
    lr: float = 0.1


class Attributes(dict):
    """A dict whose items are attributes, as configuration libraries have them."""

    def __getattr__(self, name):
        return self[name]


BESIDE = {
    "args": argparse.Namespace(lr=0.1, schedule=[30, 60]),
    "best": np.float64(0.91),
    "history": np.arange(6.0).reshape(2, 3),
    "path": pathlib.PurePosixPath("runs/1"),
    "counts": collections.defaultdict(list, {"a": [1]}),
    "last": collections.deque([1, 2], maxlen=3),
    "when": datetime.datetime(2020, 1, 2, tzinfo=datetime.UTC),
    "span": datetime.timedelta(seconds=3),
    "settings": Settings(),
    "config": Attributes(lr=0.1, inner=Attributes(depth=3)),
    "exact": decimal.Decimal("0.1"),
    "names": frozenset("ab"),
    "nothing": b"",
    "random": np.random.RandomState(0),
    "space": types.SimpleNamespace(a=1),
    "rng": (np.random.RandomState(0).get_state(), torch.get_rng_state()),
}


@pytest.mark.parametrize("zipped", [True, False])
@pytest.mark.parametrize("key", BESIDE)
def test_what_lies_beside_the_tensors_is_passed_over(state, key, zipped):
    found = read(saved({key: BESIDE[key], "z": state}, _use_new_zipfile_serialization=zipped), "x.pth")
    assert same(found, {f"z.{name}": tensor for name, tensor in state.items()})


def test_no_name_in_a_file_is_imported(state, tmp_path, monkeypatch):
    (tmp_path / "trainer_of_theirs.py").write_text("class Config: pass\nran = True\n")
    monkeypatch.syspath_prepend(tmp_path)
    data = saved({"state_dict": state, "config": importlib.import_module("trainer_of_theirs").Config()})
    del sys.modules["trainer_of_theirs"]
    assert len(read(data, "x.pth")) == len(state)
    assert "trainer_of_theirs" not in sys.modules
    # What stands in for their class is gone again: torch refuses the file as it always did.
    with pytest.raises(pickle.UnpicklingError, match=r"trainer_of_theirs\.Config"):
        torch.load(io.BytesIO(data), weights_only=True)


class Bomb:
    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return os.mkdir, (str(self.path),)


@pytest.mark.parametrize("zipped", [True, False])
def test_code_is_refused_by_name_and_never_runs(tmp_path, zipped):
    trap = tmp_path / "ran"
    data = saved({"state_dict": {"a": torch.ones(2)}, "weight": Bomb(trap)}, _use_new_zipfile_serialization=zipped)
    with pytest.raises(ModelError, match=r"x\.pth is refused because loading it would run code .*(posix|nt)\.mkdir;"):
        read(data, "x.pth")
    assert not trap.exists()
    torch.load(io.BytesIO(data), weights_only=False)
    assert trap.exists(), "the trap itself does not work, so the test proves nothing"


class Call:
    def __reduce__(self):
        return zlib.crc32, (b"",)


def test_any_other_call_is_refused_too(state):
    with pytest.raises(
        ModelError, match=r"x\.pth is refused because loading it would run code from the file, zlib\.crc32"
    ):
        read(saved({"state_dict": state, "digest": Call()}), "x.pth")


@pytest.mark.parametrize("zipped", [True, False])
@pytest.mark.parametrize(
    "wrap", [lambda net: net, lambda net: {"net": net, "optimizer": {"m": torch.ones(1)}}, nn.DataParallel]
)
def test_a_whole_pickled_network_is_called_that(wrap, zipped):
    with pytest.raises(
        ModelError, match=r"net\.pt holds a whole pickled network, .*; save only the tensors, with torch"
    ) as e:
        read(saved(wrap(squeezenet1_1()), _use_new_zipfile_serialization=zipped), "net.pt")
    assert not zipped or "SqueezeNet" in str(e.value) or "DataParallel" in str(e.value)


GOOD = saved({"w": torch.zeros(50)})


@pytest.mark.parametrize(
    ("data", "file_name", "says"),
    [
        (b"", "x.pth", "x.pth is empty"),
        (GOOD[: len(GOOD) // 2], "x.pth", "no whole PyTorch checkpoint"),
        (b"PK\x03\x04" + bytes(100), "x.pth", "no whole PyTorch checkpoint"),
        (GOOD[:-1], "x.safetensors", "no whole PyTorch checkpoint"),
        (saved({"w": torch.zeros(50)}, pickle_protocol=4), "x.pth", "pickled by protocol 4; save it by protocol 2"),
        (save({"w": torch.zeros(50)})[:-1], "x.safetensors", "no whole safetensors file"),
        (saved([1, 2]), "x.pth", "holds no state_dict"),
        (saved({}), "x.pth", "holds no state_dict"),
        (saved(torch.zeros(3)), "x.pth", "holds no state_dict"),
        (saved({1: torch.zeros(3)}), "x.pth", "holds no state_dict"),
        (saved({"epoch": 3, "optimizer": {"m": torch.zeros(3)}}), "x.pth", "holds no state_dict"),
        (saved({"net": {"w": np.zeros(3)}}), "x.pth", "holds NumPy arrays and no tensors"),
        (saved({"w": np.zeros(600_000)}), "x.pth", "holds NumPy arrays and no tensors"),
        (saved({"w": torch.zeros(3, device="meta")}), "x.pth", "its tensors are without numbers"),
        (
            saved({"w": torch.quantize_per_tensor(torch.ones(3), 1.0, 0, torch.qint8)}),
            "x.pth",
            "its tensors are quantised; save it of the network before it was quantised with torch",
        ),
        (saved({"w": torch.zeros(3, dtype=torch.complex64)}), "x.pth", "are complex"),
    ],
)
def test_other_files_get_one_sentence(data, file_name, says):
    with pytest.raises(ModelError, match=says) as caught:
        read(data, file_name)
    assert "\n" not in str(caught.value)


def test_too_large_a_file(monkeypatch):
    monkeypatch.setattr(checkpoints, "MOST_BYTES", 1000)
    with pytest.raises(ModelError, match=r"x\.pth has 1 MB, and a checkpoint may have 0 MB"):
        read(bytes(1_000_000), "x.pth")


def test_a_small_file_that_unpacks_to_a_large_one():
    source = zipfile.ZipFile(io.BytesIO(saved({"w": torch.zeros(1_000_000)})))
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for member in source.namelist():
            archive.writestr(member, source.read(member))
    assert len(packed.getvalue()) < 20_000
    limit, checkpoints.MOST_BYTES = checkpoints.MOST_BYTES, 3_000_000
    try:
        with pytest.raises(ModelError, match="unpacks to 4 MB, more than 3 MB"):
            read(packed.getvalue(), "x.pth")
    finally:
        checkpoints.MOST_BYTES = limit


def with_pickle(pickled, zipped):
    """A file of torch.save's whose pickle is another one."""
    good = saved({"w": torch.zeros(2)}, _use_new_zipfile_serialization=zipped)
    if not zipped:
        file = io.BytesIO(good)
        for _ in range(3):
            list(pickletools.genops(file))
        return good[: file.tell()] + pickled
    source, packed = zipfile.ZipFile(io.BytesIO(good)), io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for member in source.namelist():
            archive.writestr(member, pickled if member.endswith("data.pkl") else source.read(member))
    return packed.getvalue()


@pytest.mark.parametrize("zipped", [True, False])
@pytest.mark.parametrize(
    ("pickled", "says"),
    [
        (b"\x80\x02(" + b"]" * 3000 + b"t.", "holds .* beside its tensors"),
        (b"\x80\x02](" + b"cm\nB\n)\x81" * 50 + b"e.", "holds .* beside its tensors"),
        (b"\x80\x02cbuiltins\nbytearray\n\x8a\x06\x00\x00\x00\x00\x00\x10\x85R.", "no whole PyTorch checkpoint"),
        (b"\x80\x02cm\nB\n)\x81K\x05b.", "no whole PyTorch checkpoint"),
    ],
)
def test_what_is_made_to_use_up_time_or_memory(monkeypatch, pickled, says, zipped):
    monkeypatch.setattr(checkpoints, "MOST_PICKLED", 2500)
    monkeypatch.setattr(checkpoints, "MOST_OBJECTS", 40)
    with pytest.raises(ModelError, match=says):
        read(with_pickle(pickled, zipped), "x.pth")


def test_more_tensors_than_a_network_has(monkeypatch):
    monkeypatch.setattr(checkpoints, "MOST_TENSORS", 3)
    with pytest.raises(ModelError, match="holds 4 tensors, and a checkpoint may have 3"):
        read(saved({str(number): torch.zeros(1) for number in range(4)}), "x.pth")


def test_files_are_read_in_many_threads_at_once(state):
    beside = ({"args": argparse.Namespace(a=1)}, {"when": datetime.date(2020, 1, 2)})
    files = [saved({**each, "z": state}) for each in beside]
    before = set(torch.serialization.get_safe_globals())
    with ThreadPoolExecutor(8) as pool:
        assert all(len(found) == len(state) for found in pool.map(lambda n: read(files[n % 2], "x.pth"), range(200)))
    assert set(torch.serialization.get_safe_globals()) == before


def tensors_or_sentence(data, file_name):
    try:
        found = read(data, file_name)
    except ModelError as error:
        return str(error).startswith(file_name) and "\n" not in str(error)
    return all(isinstance(t, torch.Tensor) for t in found.values())


@given(st.binary(max_size=200), st.sampled_from([b"", b"PK\x03\x04", b"\x80\x02}", b"\x80\x02ccopyreg\n"]))
def test_any_bytes_give_tensors_or_a_sentence(tail, head):
    for file_name in ("x.pth", "x.safetensors"):
        assert tensors_or_sentence(head + tail, file_name)


@given(st.data())
def test_a_good_file_with_changed_bytes_gives_tensors_or_a_sentence(data):
    broken = bytearray(GOOD)
    for _ in range(data.draw(st.integers(1, 5))):
        broken[data.draw(st.integers(0, len(broken) - 1))] = data.draw(st.integers(0, 255))
    assert tensors_or_sentence(bytes(broken), "x.pth")
