"""Requests travel: hashable, picklable, and every one in the registry answers with frozen arrays."""

import dataclasses
import pickle
import subprocess
import sys
from typing import Any, get_type_hints

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis.extra.numpy import array_shapes, arrays
from PIL import Image

from cnnviz.arithmetic.pose import similarity
from cnnviz.assets import WEIGHTS
from cnnviz.engine import Analyze, Maps, ModelChoice, Picture, key_of, registry
from cnnviz.engine.requests import (
    Additions,
    AnswerChanged,
    AnswerGame,
    AnswerTurned,
    Augment,
    AverageMasks,
    Branches,
    Connect,
    Convolve,
    DerivePixel,
    DescribePhoto,
    FoldNorm,
    FollowChannel,
    LabelledFeatures,
    LeaveOutBlocks,
    LocateClass,
    MatchWeights,
    MeasureGradients,
    NormPairs,
    Numbers,
    Occlude,
    ReadPixels,
    Recognise,
    RemoveUnits,
    SeeBranches,
    Stack,
    TakeApart,
    TakeFrames,
    TakeWeights,
    TrainSlice,
    View,
    WithoutBlock,
)
from cnnviz.engine.results import nbytes_of
from cnnviz.errors import ImageError
from cnnviz.go import games
from cnnviz.models import card

GO = (AnswerChanged, AnswerGame, AnswerTurned, FollowChannel)
RESIDUAL = (Additions, TakeApart, WithoutBlock)
RUNS = (Recognise, TakeFrames, TakeWeights, TrainSlice)
RUN = (("network", "Linear 2"), ("examples", "photos"), ("kinds", 2))
UNITS = (("network", "Flatten, Linear 4, ReLU, Dropout 0.5, Linear 10"), ("optimiser", "SGD"), ("rate", 0.1))
RGB = arrays(np.uint8, array_shapes(min_dims=2, max_dims=2, max_side=6).map(lambda shape: (*shape, 3)))


@settings(max_examples=50)
@given(one=RGB, other=RGB)
def test_pictures_are_equal_when_shape_and_pixels_are(one: np.ndarray, other: np.ndarray) -> None:
    same = one.shape == other.shape and (one == other).all()
    assert (Picture.of(one) == Picture.of(other)) == same
    assert Picture.of(Image.fromarray(one)) == Picture.of(one)


def test_a_shape_is_part_of_a_picture() -> None:
    zeros = np.zeros(24, np.uint8)
    assert Picture.of(zeros.reshape(2, 4, 3)) != Picture.of(zeros.reshape(4, 2, 3))


def test_a_grey_picture_and_one_with_strides_become_rgb() -> None:
    grey = np.arange(12, dtype=np.uint8).reshape(3, 4)
    picture = Picture.of(grey)
    assert picture.pixels.shape == (3, 4, 3)
    assert (picture.pixels == grey[..., None]).all()
    assert Picture.of(Image.fromarray(grey)) == picture
    assert Picture.of(np.asfortranarray(picture.pixels)) == picture
    grey[:] = 0
    assert picture.pixels.any()


@pytest.mark.parametrize("shape", [(4, 4, 4), (0, 4, 3), (3,), (1, 4, 4, 3)])
def test_other_shapes_are_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(ImageError, match="height, width, 3"):
        Picture.of(np.zeros(shape, np.uint8))
    with pytest.raises(ImageError, match="float32"):
        Picture.of(np.zeros((4, 4, 3), np.float32))  # type: ignore[arg-type]


def test_a_key_carries_neither_pixels_nor_checkpoints(pictures: Any) -> None:
    choice = ModelChoice.of_checkpoint("alexnet", bytes(2_000_000), "mine.pth")
    request = Maps(choice, pictures(1, 600, 600), "conv1")
    assert len(pickle.dumps(key_of(request))) < 1000 < 3_000_000 < len(pickle.dumps(request))
    assert nbytes_of(request) > 3_000_000
    assert key_of(request) == key_of(pickle.loads(pickle.dumps(request)))
    for other in (
        dataclasses.replace(request, layer="conv2"),
        dataclasses.replace(request, invert=True),
        dataclasses.replace(request, picture=pictures(2)),
        dataclasses.replace(request, model=ModelChoice("alexnet")),
        dataclasses.replace(request, model=dataclasses.replace(choice, checkpoint_sha256="0")),
    ):
        assert key_of(other) != key_of(request)


def example(kind: type, pictures: Any) -> Any:
    """Return a request of a kind, each field by its name, so that a new kind needs nothing here."""
    file = WEIGHTS / "lenet-relu-mnist.safetensors"
    own = ModelChoice.of_checkpoint("lenet-relu-mnist", file.read_bytes(), file.name)
    model = ModelChoice("lenet-relu-mnist", random_seed=1)
    if kind in (NormPairs, FoldNorm):
        model = ModelChoice("cnn-r-mnist")
    elif kind in (Branches, SeeBranches):
        model = ModelChoice("squeezenet1_1", random_seed=1)
    elif kind in (DescribePhoto, LeaveOutBlocks, LocateClass, ReadPixels, Recognise):
        model = ModelChoice("efficientnet-lite0")
    elif kind in GO:
        model = ModelChoice("go-policy", random_seed=1)
    elif kind in RESIDUAL:
        model = ModelChoice("resnet18", random_seed=1)
    settings = {
        **dict.fromkeys(RUNS, RUN),
        **dict.fromkeys((AverageMasks, RemoveUnits), UNITS),
        Augment: (("chance", 0.5),),
    }
    values = {
        "model": own if kind is MatchWeights else model,
        "picture": pictures(1),
        "pictures": tuple(pictures(number) for number in range(4)),
        "layer": {ReadPixels: "blocks.3.1.conv_pw", FollowChannel: "features.2"}.get(kind, "conv2"),
        "block": "features.3",
        "channel": 3,
        "row": 2,
        "column": 5,
        "invert": True,
        "architecture": "squeezenet1_1",
        "input_size": (1, 3, 96, 64) if kind is Analyze else None,
        "kind": {Convolve: "Conv2d", Augment: "flip"}.get(kind, "MaxPool2d"),
        "inputs": Numbers.of(np.arange(128).reshape((16, 8) if kind is Connect else (2, 8, 8))),
        "weights": Numbers.of(np.ones((3, 3) if kind is Connect else (3, 2, 3, 3))),
        "image": Numbers.of(np.eye(9)),
        "first": Numbers.of(np.eye(3)),
        "second": Numbers.of(np.ones((3, 3))),
        "kernel": Numbers.of(np.eye(3)),
        "settings": settings.get(kind, (("kernel_size", 2),)),
        "widths": (3, 2, 2, 1),
        "keep": 0.5,
        "scaling": "at test",
        "passes": 2,
        "run": "one",
        "photos": LabelledFeatures.of(np.eye(20, 1280, dtype="f4"), (0, 1) * 10, ("a", "b")),
        "until": 3,
        "seconds": 1.0,
        "look": True,
        "columns": 1,
        "signal": Numbers.of(np.arange(8)),
        "theta": (0.9, 0.1, 0.2, -0.1, 0.9, 0.1),
        "right": 2,
        "down": 1,
        "step": 0.01 if kind is DerivePixel else "shared",
        "reach": 0.5,
        "number": 2,
        "low": -0.5,
        "high": 0.5,
        "rate": 0.03,
        "steps": 5,
        "momentum": 0.9,
        "only_shift": True,
        "views": (View(similarity(degrees=30.0)), View(similarity(right=0.1))),
        "poses": (similarity(degrees=30.0), similarity(right=0.1)),
        "channels": (0, 2),
        "way": "layer",
        "gamma": (1.0,) * 8,
        "beta": (0.0,) * 8,
        "other": pictures(9),
        "batch_size": 4,
        "batches": 2,
        "sizes": (2, 4),
        "norm": "bn1",
        "stack": Stack((784, 6, 10), "tanh", "xavier"),
        "part": 1,
        "kept": (0, 5),
        "fan_in": 16,
        "deviation": 0.25,
        "drawn": "relu",
        "seed": 1,
        "activation": "tanh",
        "activations": ("relu", "mish"),
        "prelu_slope": 0.25,
        "threshold": 0.05,
        "sheet": "digits",
        "width": 8,
        "depth": 8 if kind is MeasureGradients else 3,
        "residual": True,
        "removed": (1, 4),
        "normalised": True,
        "batch": 4,
        "at": 1,
        "beginning": "xavier",
        "examples": 4,
        "first_bias": 0.01,
        "patches": "digits",
        "how": card("lenet-relu-mnist").preprocessing,
        "count": 20,
        "apart": 1.0,
        "centre": (1.0, 2.0),
        "spread": (2.0, 0.5),
        "turn": 30.0,
        "rotate": 5.0,
        "last": 0.8,
        "smoothing": 0.1,
        "target": 3,
        "filling": "black",
        "places": ((0, 0), (4, 8)),
        "method": "integrated",
        "points": 3,
        "share": 0.5,
        "record": games.game("1").up_to(12),
        "since": 3,
        "changed": (60, 72),
        "stone": 1,
    }
    if kind is Occlude:
        values["size"] = 8
    return kind(**{each.name: values[each.name] for each in dataclasses.fields(kind) if each.name in values})


@pytest.fixture(params=list(registry.ROWS), ids=lambda kind: kind.__name__)
def kind(request: pytest.FixtureRequest) -> type:
    return request.param


def test_every_request_is_a_frozen_value_that_travels(kind: type, pictures: Any) -> None:
    request = example(kind, pictures)
    assert kind.__dataclass_params__.frozen  # type: ignore[attr-defined]
    copy = pickle.loads(pickle.dumps(request))
    assert copy == request
    assert hash(copy) == hash(request)
    assert key_of(copy) == key_of(request)
    named = {"model", "architecture", "kind", "kernel", "step", "image", "signal", "picture"}
    named |= {"inputs", "pictures", "batch_size", "sizes", "stack", "fan_in", "activation", "activations"}
    assert (named | {"patches", "seed", "run", "residual"}) & set(get_type_hints(kind, {"results": None}))


@pytest.mark.interface
def test_every_result_is_frozen_read_only_and_travels(kind: type, pictures: Any, build: Any) -> None:
    result = build().ask(example(kind, pictures))
    copy = pickle.loads(pickle.dumps(result))
    assert type(copy) is type(result)
    assert nbytes_of(result) > 0
    things = list(walk(result))
    assert all(type(thing).__dataclass_params__.frozen for thing in things if dataclasses.is_dataclass(thing))
    for array in (thing for thing in things if isinstance(thing, np.ndarray)):
        assert not array.flags.writeable
        assert array.dtype in (np.float32, np.float64, np.uint8, np.int32, np.bool_)
    plain = str | int | float | bool | np.ndarray | None
    others = [thing for thing in things if not (isinstance(thing, plain) or dataclasses.is_dataclass(thing))]
    assert all(type(thing) in (tuple, dict) or type(thing).__module__ == "fractions" for thing in others), others


def walk(value: Any) -> Any:
    yield value
    if dataclasses.is_dataclass(value):
        for each in dataclasses.fields(value):
            yield from walk(getattr(value, each.name))
    elif isinstance(value, dict):
        for item in value.values():
            yield from walk(item)
    elif isinstance(value, tuple | list):
        for item in value:
            yield from walk(item)


@pytest.mark.parametrize("module", ["cnnviz", "cnnviz.engine", "cnnviz.engine.requests"])
def test_asking_needs_neither_torch_nor_streamlit_nor_plotly(module: str) -> None:
    code = f"import sys, {module}; sys.exit(', '.join({{'torch', 'streamlit', 'plotly'}} & set(sys.modules)) or 0)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_the_names_of_the_library_are_there() -> None:
    import cnnviz

    assert cnnviz.analyze.__module__.startswith("cnnviz.analysis")
    assert issubclass(cnnviz.ShapeError, cnnviz.CnnvizError)
    assert {cnnviz.models.__name__, cnnviz.images.__name__, cnnviz.probes.__name__} == {
        "cnnviz.models",
        "cnnviz.images",
        "cnnviz.probes",
    }
    assert set(dir(cnnviz)) >= {"analyze", "images", "models", "probes", "CnnvizError", "ImageError", "ModelError"}
    with pytest.raises(AttributeError, match="nonsense"):
        cnnviz.nonsense  # noqa: B018
