import numpy as np
import pytest
import torch

from cnnviz import models
from cnnviz.arithmetic.pose import similarity
from cnnviz.engine.requests import Classify, Maps, ModelChoice, Picture, Sweep, SweepMaps, View
from cnnviz.errors import ModelError
from cnnviz.images import gallery_image, sheet
from cnnviz.probes.invariance import joined

pytestmark = pytest.mark.interface

DIGIT, PHOTO = Picture.of(sheet("digits")[70]), Picture.of(gallery_image("chelsea"))
LENET, SMALL = ModelChoice("lenet-relu-mnist"), ModelChoice("alexnet-tiny")


@pytest.fixture
def engine(build):
    return build()


@pytest.mark.parametrize(("model", "picture"), [(LENET, DIGIT), (SMALL, PHOTO)])
def test_a_sweep_says_what_the_network_says_of_each_state(engine, model, picture):
    moves = View(), View(similarity(right=3)), View(similarity(degrees=90)), View(similarity(scale=0.8), brightness=0.5)
    found = engine.ask(Sweep(model, picture, moves)).found
    plain = engine.ask(Classify(model, picture)).probabilities
    np.testing.assert_allclose(found.unmoved, plain, atol=1e-4)
    np.testing.assert_allclose(found.probabilities[0], plain, atol=1e-4)
    np.testing.assert_allclose(found.changes[:, 0], 0, atol=1e-4)
    assert (found.changes[0, 1:] > 0.05).all()
    np.testing.assert_allclose(found.probabilities.sum(1), 1)
    assert len(found.layers) == len(found.norms) == len(found.changes)
    assert found.layers[0] == ""


def test_a_turned_digit_is_what_the_network_gets_of_a_digit_turned_before(engine):
    turned = Picture.of(np.rot90(sheet("digits")[70]))
    found = engine.ask(Sweep(LENET, DIGIT, (View(similarity(degrees=90)),))).found
    expected = engine.ask(Classify(LENET, turned)).probabilities
    np.testing.assert_allclose(found.probabilities[0], expected, atol=1e-3)


def test_flat_is_black_around_a_digit_and_the_mean_around_a_photo(engine):
    assert not engine.ask(Sweep(LENET, DIGIT, (View(similarity(right=500)),))).found.pictures.any()
    mean = models.card("alexnet-tiny").preprocessing.mean
    photo = engine.ask(Sweep(SMALL, PHOTO, (View(similarity(right=5000)),))).found.pictures
    np.testing.assert_allclose(photo[0, 5, 5], 255 * np.array(mean), atol=1)


def test_parts_joined_are_the_whole(engine):
    moves = tuple(View(similarity(degrees=degrees)) for degrees in range(0, 60, 10))
    whole = engine.ask(Sweep(LENET, DIGIT, moves)).found
    parts = [engine.ask(Sweep(LENET, DIGIT, part)).found for part in (moves[3:], moves[:3])]
    again = joined(parts, [3, 4, 5, 0, 1, 2])
    np.testing.assert_allclose(again.changes, whole.changes, atol=1e-5)
    np.testing.assert_allclose(again.probabilities, whole.probabilities, atol=1e-5)
    np.testing.assert_array_equal(again.pictures, whole.pictures)


def test_maps_of_a_layer_move_along(engine):
    moves = View(), View(similarity(right=4))
    maps = engine.ask(SweepMaps(LENET, DIGIT, moves, "conv1", (3, 0))).found
    still = engine.ask(Maps(LENET, DIGIT, "conv1")).values[[3, 0]]
    assert maps.shape == (3, *still.shape)
    np.testing.assert_allclose(maps[0], still, atol=1e-4)
    # But for the padding at the borders.
    np.testing.assert_allclose(maps[2][:, :, 6:-2], still[:, :, 2:-6], atol=1e-4)
    with pytest.raises(ModelError, match="nowhere"):
        engine.ask(SweepMaps(LENET, DIGIT, moves, "nowhere", (0,)))


def test_the_same_sweep_is_computed_once(engine):
    moves = View(), View(similarity(degrees=5))
    first = engine.ask(Sweep(LENET, DIGIT, moves))
    assert engine.ask(Sweep(LENET, Picture.of(sheet("digits")[70]), (View(), View(similarity(degrees=5))))) is first


def test_a_network_of_ones_own_is_swept(engine):
    model = ModelChoice("design:1x28x28: Conv 4 3, ReLU, MaxPool 2, Flatten, Linear 10", random_seed=0)
    found = engine.ask(Sweep(model, DIGIT, (View(similarity(right=1)), View(similarity(down=2))))).found
    assert found.probabilities.shape == (2, 10)
    assert len(found.layers) == 6
    assert torch.tensor(found.changes).isfinite().all()
