"""The parts on photos and on principal components: their states, their questions, what goes to the browser."""

import re

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torchvision.transforms.functional import normalize

from cnnviz import images
from cnnviz.components import eigen as module
from cnnviz.components.eigen import message
from cnnviz.components.pack import unpack
from cnnviz.engine.local import LocalEngine
from cnnviz.engine.requests import Decompose, Picture, PreparePhoto
from cnnviz.errors import ShapeError
from cnnviz.images.patch_sets import SETS
from cnnviz.models import card
from cnnviz.probes.channel_statistics import DEVIATION, MEAN
from cnnviz.ui.form_controls import written
from cnnviz.ui.preprocessing.components import question as components
from cnnviz.ui.preprocessing.components.state import IMAGE, PATCHES, PRESETS, State, numbers
from cnnviz.ui.preprocessing.photos import question as photos
from cnnviz.ui.preprocessing.photos.report import picture
from cnnviz.ui.subject import Subject

CHELSEA = Picture.of(images.gallery_image("chelsea"))


@pytest.fixture(scope="module")
def engine():
    started = LocalEngine(device="cpu")
    yield started
    started.close()


@pytest.mark.parametrize("name", SETS)
def test_there_are_as_many_components_as_the_form_offers_and_they_rebuild_the_picture(engine, name):
    kind = SETS[name]
    asked = CHELSEA if kind.sheet is None else Picture.of(images.sheet(kind.sheet)[12])
    found = engine.ask(Decompose(name, asked)).found
    kept, component, patch = numbers(name)
    assert kept.high == component.high == len(found.components.eigenvalues) == found.coefficients.shape[1]
    assert patch.high + 1 == len(found.coefficients)
    assert found.errors[-1] == pytest.approx(0, abs=1e-10)
    assert (np.diff(found.errors) <= 1e-12).all()
    # The sum behind a coefficient, pixel by pixel.
    side = kind.side
    rows = found.pixels.shape[1] // side
    at = patch.default
    square = found.pixels[at // rows * side :, at % rows * side :][:side, :side].reshape(-1) / 255
    told = sum((x - m) * u for x, m, u in zip(square, found.components.mean, found.components.basis[2], strict=True))
    assert found.coefficients[at, 2] == pytest.approx(told, abs=1e-9)


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_sets_what_there_is_to_set(name):
    patches = PRESETS[name].get("patches", "grey patches")
    known = {each.name: each for each in (PATCHES, IMAGE, *numbers(patches))}
    for key, value in PRESETS[name].items():
        assert known[key].parse(written(value)) == value
        assert value != known[key].default


@pytest.mark.parametrize("network", ["efficientnet-lite0", "lenet5-mnist", "vgg16"])
def test_what_a_network_gets_is_its_preprocessing_and_needs_no_network(engine, network):
    how = card(network).preprocessing
    found = engine.ask(PreparePhoto(CHELSEA, how)).found
    prepared = images.prepare(CHELSEA.pixels, how)
    whole = torch.tensor(prepared.view[..., : how.channels]).permute(2, 0, 1) / 255
    np.testing.assert_allclose(found.got.values, normalize(whole, how.mean, how.std), atol=1e-5)
    assert found.gallery.count == len(images.gallery_names())


def test_a_picture_of_signed_values_has_grey_for_0_and_is_large_enough_to_be_seen():
    values = np.stack([np.full((4, 4), value) for value in (-1.0, 0.0, 1.0)])
    drawn = picture(values, 1.0, signed=True)
    assert drawn.shape == (224, 224, 3)
    assert drawn[0, 0].tolist() == [0, 128, 255]
    assert picture(np.zeros((1, 28, 28)), 1.0, signed=True).shape == (224, 224, 3)
    assert picture(np.ones((1, 300, 300)), 1.0, signed=False).min() == 255


def told(text: str) -> list[float]:
    return [float(each.replace("−", "-").replace(",", "")) for each in re.findall(r"−?\d[\d,]*(?:\.\d+)?", text)]


@given(number=st.integers(0, 200))
def test_a_question_on_photos_is_answered_as_torchvision_answers_it(number):
    subject = Subject(None, CHELSEA, False)
    standardised, stored, byte = (photos.question(subject, None, 3 * number + kind) for kind in range(3))
    value, mean, deviation = told(standardised.asked)
    at = MEAN.index(mean)
    assert DEVIATION[at] == deviation
    one = normalize(torch.full((3, 1, 1), value), MEAN, DEVIATION)[at]
    assert told(standardised.right)[0] == pytest.approx(float(one), abs=0.006)
    side = int(told(stored.asked)[1])
    assert stored.right == torch.zeros(3, side, side).numel()
    value, mean, _ = told(byte.asked)[:3]
    at = MEAN.index(mean)
    back = normalize(torch.full((3, 1, 1), byte.right / 255), MEAN, DEVIATION)[at]
    assert float(back) == pytest.approx(value, abs=6e-4)
    for each in (standardised, stored, byte):
        assert len(each.options) >= 3


@given(number=st.integers(0, 200))
def test_a_question_on_components_is_answered_as_torch_answers_it(number):
    state = State("digits", CHELSEA, 8, 1, 0)
    coefficient, error, share = (components.question(state, None, 3 * number + kind) for kind in range(3))
    sizes = told(coefficient.asked.split("is (", 1)[1].replace(", ", " "))
    patch, vector = torch.tensor(sizes[:4]), torch.tensor(sizes[4:8])
    assert float(vector.norm()) == pytest.approx(1)
    assert coefficient.right == pytest.approx(float(patch @ vector))
    *given_numbers, kept = told(error.asked.split("coefficients", 1)[1].replace(", ", " "))[:5]
    basis = torch.linalg.qr(torch.randn(4, 4, generator=torch.Generator().manual_seed(number)))[0]
    whole = torch.tensor(given_numbers) @ basis
    part = torch.tensor(given_numbers[: int(kept)]) @ basis[: int(kept)]
    assert told(error.right)[0] == pytest.approx(float((whole - part).square().mean()), abs=0.006)
    *values, kept = told(share.asked.replace(", ", " "))
    assert told(share.right)[0] == pytest.approx(sum(values[: int(kept)]) / sum(values), rel=0.06)
    for each in (coefficient, error, share):
        assert len(each.options) >= 3


PIXELS, MEAN_OF, BASIS = np.zeros((4, 6, 3), np.uint8), np.zeros(12), np.eye(12)[:5]


def test_the_buffer_holds_the_picture_once_and_what_changes_apart():
    given_arrays = PIXELS, MEAN_OF, BASIS, np.arange(5.0), np.ones(5), 0.25
    data, rest = message(*given_arrays, side=2, kept=9, component=7, patch=80, key="a")
    again, same = message(*given_arrays, side=2, kept=1, key="a")
    assert same == rest
    assert again != data
    meta, (coefficients,) = unpack(data)
    assert (meta["kept"], meta["component"], meta["patch"], meta["error"]) == (5, 4, 5, 0.25)
    assert coefficients.tolist() == [1] * 5
    parcel, arrays = unpack(rest)
    assert parcel["grid"] == {"rows": 2, "columns": 3, "side": 2, "channels": 3}
    assert [each.shape for each in arrays] == [(5, 12), (12,), (5,), (4, 6, 3)]


@pytest.mark.parametrize("change", [
    {"pixels": PIXELS[:3]}, {"pixels": PIXELS.astype(float)}, {"mean": MEAN_OF[:9]}, {"basis": BASIS[:4]},
    {"coefficients": np.ones(4)},
])  # fmt: skip
def test_other_shapes_are_refused_in_a_sentence(change):
    arrays = {"pixels": PIXELS, "mean": MEAN_OF, "basis": BASIS, "eigenvalues": np.ones(5), "coefficients": np.ones(5)}
    with pytest.raises(ShapeError, match=r"\d.*\.$"):
        message(**{**arrays, **change}, error=0.0, side=2, kept=1)


def test_what_was_picked_is_heard(monkeypatch):
    heard = []
    monkeypatch.setattr(module, "send", lambda key, rest: None)
    monkeypatch.setattr(module, "picked", lambda mount, data, key, tell: tell({"kept": 3, "other": 1}))
    module.eigen(PIXELS, MEAN_OF, BASIS, np.ones(5), np.ones(5), 0.0, side=2, kept=1, key="a",
                 on_pick=lambda name, number: heard.append((name, number)))  # fmt: skip
    assert heard == [("kept", 3)]
