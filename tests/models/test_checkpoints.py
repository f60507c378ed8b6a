"""Files of strangers: what is read, what is refused, and that nothing in them runs."""

import io
import os
import zipfile

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from safetensors.torch import save
from torch import nn
from torchvision.models import squeezenet1_1

from cnnviz import models
from cnnviz.errors import ModelError
from cnnviz.models import checkpoints
from cnnviz.models.checkpoints import read


def saved(found, **settings):
    buffer = io.BytesIO()
    torch.save(found, buffer, **settings)
    return buffer.getvalue()


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


@pytest.mark.parametrize(
    "wrap",
    [
        lambda s: {"state_dict": s, "epoch": 3, "optimizer": {"lr": 0.1}},
        lambda s: {"model": s},
        lambda s: {"model_state_dict": s, "loss": 0.5},
        lambda s: {f"module.{k}": v for k, v in s.items()},
        lambda s: {f"_orig_mod.{k}": v for k, v in s.items()},
        lambda s: {"state_dict": {f"_orig_mod.module.{k}": v for k, v in s.items()}},
        lambda s: {k: nn.Parameter(v) if v.is_floating_point() else v for k, v in s.items()},
    ],
)
def test_wrappers_are_taken_off(state, wrap):
    assert same(read(saved(wrap(state)), "x.pth"), state)


class Bomb:
    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return os.mkdir, (str(self.path),)


@pytest.mark.parametrize("zipped", [True, False])
def test_code_is_refused_by_name_and_never_runs(tmp_path, zipped):
    trap = tmp_path / "ran"
    data = saved({"weight": Bomb(trap)}, _use_new_zipfile_serialization=zipped)
    with pytest.raises(ModelError, match=r"x\.pth is refused because loading it would run code .*(posix|nt)\.mkdir;"):
        read(data, "x.pth")
    assert not trap.exists()
    torch.load(io.BytesIO(data), weights_only=False)
    assert trap.exists(), "the trap itself does not work, so the test proves nothing"


def test_a_whole_pickled_network_is_refused_by_its_class():
    with pytest.raises(ModelError, match=r"torchvision\.models\.squeezenet\.SqueezeNet; save only the tensors"):
        read(saved(squeezenet1_1()), "net.pt")


GOOD = saved({"w": torch.zeros(50)})


@pytest.mark.parametrize(
    ("data", "file_name", "says"),
    [
        (b"", "x.pth", "x.pth is empty"),
        (b"<html>not found</html>", "x.pth", "no whole PyTorch checkpoint"),
        (GOOD[: len(GOOD) // 2], "x.pth", "no whole PyTorch checkpoint"),
        (b"PK\x03\x04" + bytes(100), "x.pth", "no whole PyTorch checkpoint"),
        (GOOD, "x.safetensors", "no whole safetensors file"),
        (save({"w": torch.zeros(50)})[:-1], "x.safetensors", "no whole safetensors file"),
        (GOOD, "x.onnx", r"should end in \.safetensors, \.pth or \.pt"),
        (GOOD, "", r"should end in \.safetensors, \.pth or \.pt"),
        (saved([1, 2]), "x.pth", "holds no state_dict"),
        (saved({}), "x.pth", "holds no state_dict"),
        (saved(torch.zeros(3)), "x.pth", "holds no state_dict"),
        (saved({"w": torch.zeros(3), "epoch": 1}), "x.pth", "holds no state_dict"),
        (saved({1: torch.zeros(3)}), "x.pth", "holds no state_dict"),
        (saved({"w": torch.zeros(3, 3).to_sparse()}), "x.pth", "holds no state_dict"),
        (saved({"w": torch.zeros(3, dtype=torch.complex64)}), "x.pth", "holds no state_dict"),
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


@pytest.mark.parametrize("kind", ["pth", "safetensors"])
@pytest.mark.parametrize("name", ["lenet-relu-mnist", "resnet18", "mnasnet0_5"])
def test_a_persons_own_weights_come_back_as_they_were(name, kind):
    theirs = models.load(name, random_seed=5)
    state = theirs.state_dict()
    data = saved(state) if kind == "pth" else save(state)
    loaded = models.load(name, checkpoint=data, checkpoint_name=f"mine.{kind}")
    assert not loaded.training
    batch = torch.randn(2, *models.card(name).input_size)
    with torch.inference_mode():
        assert torch.equal(loaded(batch), theirs(batch))
