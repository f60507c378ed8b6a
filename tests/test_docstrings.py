"""The examples in docstrings run, and give what they say.

What they speak of without making it, such as `model` and `batch`, is the same for all of them, and is made here.
"""

import doctest
import importlib
from pathlib import Path

import numpy as np
import pytest
import torch
import torchvision
from torch import nn

import cnnviz
from cnnviz import calls, engine, images, models
from cnnviz.analysis import analyze
from cnnviz.arithmetic import conv2d
from cnnviz.arithmetic.affine import IDENTITY
from cnnviz.arithmetic.pose import Pose, similarity
from cnnviz.design import write
from cnnviz.engine import requests
from cnnviz.engine.local import LocalEngine
from cnnviz.probes.placement import moved
from cnnviz.probes.resampling import by_pixels

OPTIONS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
ROOT = Path(cnnviz.__file__).parent


def module_of(path):
    parts = path.relative_to(ROOT.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


# What the screens are made of needs a page to stand on.
UI = ROOT / "ui"
MODULES = sorted(
    module_of(path)
    for path in ROOT.rglob("*.py")
    if UI not in path.parents and ">>> " in path.read_text(encoding="utf-8")
)


@pytest.fixture(scope="module")
def names():
    photo = images.gallery_image("chelsea")
    resnet18 = models.load("resnet18", random_seed=0)
    batch = torch.from_numpy(images.prepare(photo, models.card("resnet18").preprocessing).tensor)
    digits = torch.from_numpy(images.gallery.sheet("digits").copy())[:, None] / 255
    running = LocalEngine()
    yield {
        **{name: each for name, each in vars(requests).items() if name[0].isupper()},
        "torch": torch,
        "np": np,
        "nn": nn,
        "torchvision": torchvision,
        "models": models,
        "observe": calls.observe,
        "analyze": analyze,
        "conv2d": conv2d,
        "write": write,
        "by_pixels": by_pixels,
        "Pose": Pose,
        "similarity": similarity,
        "moved": moved,
        "IDENTITY": IDENTITY,
        "photo": photo,
        "model": resnet18,
        "resnet18": resnet18,
        "batch": batch,
        "picture": batch[0],
        "digits": digits,
        "digit": digits[70, 0].double(),
        "on_call": lambda call: None,
        "LocalEngine": lambda: running,
        "engine": running,
    }
    running.close()


@pytest.fixture(autouse=True)
def nothing_registered(monkeypatch):
    monkeypatch.setattr(models.registered, "_TABLE", {})


def test_there_are_examples():
    assert len(MODULES) > 30
    assert engine.__name__ in MODULES


@pytest.mark.parametrize("module", MODULES)
def test_the_examples_of_a_module(module, names):
    found = importlib.import_module(module)
    told = []
    for test in doctest.DocTestFinder().find(found):
        test.globs = {**names, **test.globs}
        doctest.DocTestRunner(optionflags=OPTIONS).run(test, out=told.append)
    assert not told, "".join(told)
