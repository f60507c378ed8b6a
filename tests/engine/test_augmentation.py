"""Requests about augmentation, answered as torchvision's transforms and the networks themselves answer."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from PIL import Image
from torch.nn import functional
from torchvision.transforms import v2

from cnnviz import images, models
from cnnviz.engine.compute.augmentation import SIDE
from cnnviz.engine.requests import DRAWS, Augment, FilmOperations, LeaveOutBlocks, ModelChoice, Picture, SmoothLabel
from cnnviz.errors import ImageError, ModelError

TINY, DIGITS, LITE = (ModelChoice(name) for name in ("alexnet-tiny", "lenet-relu-mnist", "efficientnet-lite0"))
PHOTO = Picture.of(images.gallery_image("chelsea"))
OTHER = Picture.of(images.gallery_image("coffee"))
DIGIT = Picture.of(images.sheet("digits")[70])


@pytest.fixture
def engine(build):
    return build()


def view(picture, model):
    how = models.card(model.name).preprocessing
    return torch.tensor(images.prepare(picture.pixels, how).view).permute(2, 0, 1)


def shares(model, pictures):
    """What a network answers to pictures (N, 3, H, W) from 0 to 1."""
    how = models.card(model.name).preprocessing
    normalised = v2.functional.normalize(pictures[:, : how.channels], list(how.mean), list(how.std))
    with torch.no_grad():
        return models.load(model.name)(normalised).double().softmax(1).numpy()


@pytest.mark.parametrize(("model", "picture"), [(TINY, PHOTO), (DIGITS, DIGIT)])
def test_pictures_and_answers_are_torchvisions_and_the_networks(engine, model, picture):
    found = engine.ask(Augment(model, picture, "flip", (("chance", 0.5),), 3)).found
    torch.manual_seed(3)
    flip = v2.RandomHorizontalFlip(0.5)
    wanted = torch.stack([flip(view(picture, model)) for _ in range(DRAWS)])
    np.testing.assert_array_equal(found.pictures, wanted.permute(0, 2, 3, 1))
    np.testing.assert_allclose(found.probabilities, shares(model, wanted / 255), atol=1e-5)
    np.testing.assert_allclose(found.plain, shares(model, view(picture, model)[None] / 255)[0], atol=1e-5)
    assert found.targets is None


def test_a_crop_is_of_the_whole_photo_and_large_pictures_are_made_small(engine):
    found = engine.ask(Augment(LITE, PHOTO, "crop", (("least", 0.08), ("ratio", 4 / 3)), 0)).found
    torch.manual_seed(0)
    crop = v2.RandomResizedCrop(224)
    own = torch.stack([crop(torch.tensor(PHOTO.pixels).permute(2, 0, 1)) for _ in range(DRAWS)])
    np.testing.assert_allclose(found.probabilities, shares(LITE, own / 255), atol=1e-4)
    assert found.pictures.shape == (DRAWS, SIDE, SIDE, 3)
    assert found.size == PHOTO.pixels.shape[:2]
    for facts in found.facts:
        box = dict(facts)
        assert box["left"] + box["width"] <= found.size[1]
        assert box["top"] + box["height"] <= found.size[0]


def test_ten_crops_are_of_the_resized_photo(engine):
    found = engine.ask(Augment(LITE, PHOTO, "ten_crops", (), 0)).found
    resized = v2.Resize(256, v2.InterpolationMode.BICUBIC)(Image.fromarray(PHOTO.pixels))
    own = torch.stack(v2.TenCrop(224)(v2.functional.pil_to_tensor(resized)))
    np.testing.assert_allclose(found.probabilities, shares(LITE, own / 255), atol=1e-4)
    thin = Picture.of(np.zeros((10, 400, 3), np.uint8))
    with pytest.raises(ImageError, match="at most 16 times as long"):
        engine.ask(Augment(LITE, thin, "ten_crops", (), 0))


@pytest.mark.parametrize("kind", ["mixup", "cutmix"])
def test_mixed_pictures_have_mixed_labels_those_of_the_network_where_none_are_known(engine, kind):
    request = Augment(TINY, PHOTO, kind, (("alpha", 1.0),), 0, partner=OTHER)
    found = engine.ask(request).found
    pair = shares(TINY, torch.stack([view(PHOTO, TINY), view(OTHER, TINY)]) / 255)
    assert found.labels == tuple(pair.argmax(axis=1))
    known = engine.ask(replace(request, labels=(7, 3))).found
    assert known.labels == (7, 3)
    for target, facts in zip(known.targets, known.facts, strict=True):
        share = dict(facts)["share"]
        assert target[7] == pytest.approx(share, abs=1e-6)
        assert target[3] == pytest.approx(1 - share, abs=1e-6)
    np.testing.assert_array_equal(found.pictures, known.pictures)


@pytest.mark.parametrize(
    ("kind", "settings"),
    [
        ("jitter", (("brightness", 0.4), ("contrast", 0.4), ("saturation", 0.4), ("hue", 0.1))),
        ("colour_components", (("alpha_deviation", 0.5),)),
        ("randaugment", (("operations", 3), ("magnitude", 15))),
        ("erasing", (("area", 0.2), ("square", 1.0), ("noise", 1.0))),
        ("fractional_pooling", (("ratio", 1.4),)),
    ],
)
@pytest.mark.parametrize(("model", "picture"), [(TINY, PHOTO), (DIGITS, DIGIT), (DIGITS, PHOTO)])
def test_every_kind_is_answered_for_photos_and_digits(engine, kind, settings, model, picture):
    found = engine.ask(Augment(model, picture, kind, settings, 0, invert=model is DIGITS)).found
    side = models.card(model.name).input_size[2]
    assert found.pictures.shape == (DRAWS, side, side, 3)
    np.testing.assert_allclose(found.probabilities.sum(axis=1), 1)
    assert len(np.unique(found.pictures.reshape(DRAWS, -1), axis=0)) > 1


def test_the_components_of_colour_are_those_of_numpy(engine):
    """Drawn with one component at a time, the picture moves along the eigenvectors of all shipped pixels."""
    resized = [v2.Resize(256)(images.gallery_image(name)) for name in images.gallery_names()]
    pixels = np.concatenate([np.asarray(v2.CenterCrop(224)(each)).reshape(-1, 3) for each in resized]) / 255
    values, vectors = np.linalg.eigh(np.cov(pixels.T, bias=True))
    found = engine.ask(Augment(TINY, PHOTO, "colour_components", (("alpha_deviation", 0.1),), 0)).found
    small = view(PHOTO, TINY).permute(1, 2, 0).numpy()
    for picture, facts in zip(found.pictures, found.facts, strict=True):
        alphas = np.array([value for _, value in facts])
        inside = ((picture > 0) & (picture < 255)).all(axis=2)
        moved = (picture[inside].astype(float) - small[inside]).mean(axis=0) / 255
        lengths = np.abs(vectors[:, ::-1].T @ moved)
        np.testing.assert_allclose(lengths, np.abs(alphas * values[::-1]), atol=3e-3)


def test_blocks_are_left_out_and_networks_without_any_are_told(engine):
    found = engine.ask(LeaveOutBlocks(LITE, PHOTO, 0.8, 0)).found
    assert found.running.shape == (DRAWS, len(found.names)) == (DRAWS, 9)
    whole = engine.ask(LeaveOutBlocks(LITE, PHOTO, 1.0, 0)).found
    np.testing.assert_allclose(whole.probabilities, np.tile(whole.plain, (DRAWS, 1)), atol=1e-5)
    with pytest.raises(ModelError, match="no residual block"):
        engine.ask(LeaveOutBlocks(DIGITS, DIGIT, 0.8, 0))


def test_a_smoothed_label_has_torchs_loss(engine):
    found = engine.ask(SmoothLabel(DIGITS, DIGIT, 0.1, 7)).found
    how = models.card(DIGITS.name).preprocessing
    with torch.no_grad():
        scores = models.load(DIGITS.name)(torch.tensor(images.prepare(DIGIT.pixels, how).tensor))
    wanted = functional.cross_entropy(scores, torch.tensor([7]), label_smoothing=0.1)
    assert found.losses[1] == pytest.approx(wanted.item(), rel=1e-4)
    assert found.target[7] == pytest.approx(0.91)
    assert found.by_margin.shape == (2, len(found.margins))


def test_the_film_has_every_operation_at_every_magnitude(engine):
    found = engine.ask(FilmOperations(DIGITS, DIGIT)).found
    assert found.pictures.shape == (len(found.names), 31, 28, 28, 3)
    identity = found.pictures[found.names.index("Identity")]
    np.testing.assert_array_equal(identity, np.tile(view(DIGIT, DIGITS).permute(1, 2, 0), (31, 1, 1, 1)))
