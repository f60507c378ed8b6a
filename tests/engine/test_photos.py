"""A layer on a trained network's features, through the engine: it answers as the whole network would with it."""

from dataclasses import asdict

import numpy as np
import pytest
import torch
from safetensors.torch import load

from cnnviz import images, models
from cnnviz.engine.local import LocalEngine
from cnnviz.engine.parcels import Inbox, Mark, Outbox
from cnnviz.engine.requests import (
    DescribePhoto,
    LabelledFeatures,
    ModelChoice,
    Picture,
    Recognise,
    TakeWeights,
    TrainSlice,
)
from cnnviz.training.live.settings import Settings

MODEL = ModelChoice("efficientnet-lite0")
SETTINGS = Settings("Linear 2", "photos", kinds=2, rate=0.003)
PLAIN = tuple(asdict(SETTINGS).items())
RATES = ((0, 0.003),)


@pytest.fixture(scope="module")
def engine():
    made = LocalEngine(device="cpu")
    yield made
    made.close()


@pytest.fixture(scope="module")
def whole():
    return models.load("efficientnet-lite0")


def picture(name):
    return Picture.of(images.gallery_image(name))


@pytest.fixture(scope="module")
def photos(engine):
    """Ten photos with features, of which the first class is the cat's, moved a little by noise."""
    rows = [engine.ask(DescribePhoto(MODEL, picture(name))).values for name in ("chelsea", "coffee")]
    noise = np.random.default_rng(0).normal(0, 0.02, (2, 5, 1280)).astype(np.float32)
    features = (np.stack(rows)[:, None] + noise).reshape(10, 1280)
    return LabelledFeatures.of(features, (0,) * 5 + (1,) * 5, ("cat", "coffee"))


def test_features_are_what_the_last_layer_reads(engine, whole):
    seen = []
    handle = whole.classifier.register_forward_pre_hook(lambda module, given: seen.append(given[0]))
    prepared = images.prepare(picture("chelsea").pixels, models.card("efficientnet-lite0").preprocessing)
    with torch.no_grad():
        whole(torch.tensor(prepared.tensor))
    handle.remove()
    found = engine.ask(DescribePhoto(MODEL, picture("chelsea")))
    assert found.values.shape == (1280,)
    assert np.allclose(found.values, seen[0][0].numpy(), atol=1e-5)
    assert found.nbytes < 6000


def test_the_layer_in_the_networks_place_gives_the_same_scores(engine, whole, photos):
    engine.ask(TrainSlice("one", PLAIN, RATES, 40, 9.0, photos=photos))
    weights = load(engine.ask(TakeWeights("one", PLAIN, RATES, 40, photos)).file.tobytes())
    layer = torch.nn.Linear(1280, 2)
    layer.load_state_dict({name.removeprefix("fc1."): each for name, each in weights.items()})
    prepared = images.prepare(picture("rocket").pixels, models.card("efficientnet-lite0").preprocessing)
    before, whole.classifier = whole.classifier, layer
    with torch.no_grad():
        wanted = whole(torch.tensor(prepared.tensor))[0]
    whole.classifier = before
    found = engine.ask(Recognise(MODEL, picture("rocket"), "one", PLAIN, RATES, 40, photos))
    assert found.scores.tolist() == pytest.approx(wanted.tolist(), abs=1e-4)
    assert found.probabilities.tolist() == pytest.approx(wanted.softmax(0).tolist(), abs=1e-4)
    assert found.maps.shape == (2, 7, 7)
    assert (found.maps.mean((1, 2)) + found.biases).tolist() == pytest.approx(wanted.tolist(), abs=1e-4)
    assert np.array_equal(found.view, prepared.view)


def test_other_photos_are_another_run_and_a_forgotten_one_is_made_again(engine, photos):
    more = LabelledFeatures.of(photos.features + 0.1, photos.labels, photos.classes)
    assert more != photos
    assert LabelledFeatures.of(photos.features.copy(), photos.labels, ("a", "b")) == photos
    asked = [Recognise(MODEL, picture("chelsea"), "one", PLAIN, RATES, 30, each) for each in (photos, more)]
    one, other = (engine.ask(each).scores.tolist() for each in asked)
    assert one != other
    engine.forget()
    assert engine.ask(asked[0]).scores.tolist() == one
    assert engine.ask(asked[0]).probabilities[0] > 0.9


def test_features_travel_once():
    photos = LabelledFeatures.of(np.zeros((20, 1280), "f4"), (0,) * 20, ("a",))
    outbox, inbox = Outbox(10**8), Inbox(10**8)
    request = TrainSlice("one", PLAIN, photos=photos)
    packed = [outbox.packed(request) for _ in range(3)]
    assert [each.photos.features is Mark.SENT for each in packed] == [False, True, True]
    for each in packed:
        assert np.array_equal(inbox.unpacked(each).photos.features, photos.features)
