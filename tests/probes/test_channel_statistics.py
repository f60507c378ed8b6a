"""What is taken out of a picture, against torchvision's own presets and against NumPy."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from torchvision.models import ResNet50_Weights, VGG16_Weights
from torchvision.transforms.functional import normalize, to_tensor

from cnnviz import images
from cnnviz.images.patch_sets import as_patches, pictures_of
from cnnviz.probes.channel_statistics import DEVIATION, MEAN, WAYS, channels, set_mean, step_by_step


def test_the_numbers_are_those_of_torchvisions_presets():
    for weights in (ResNet50_Weights.IMAGENET1K_V1, VGG16_Weights.IMAGENET1K_V1):
        preset = weights.transforms()
        assert tuple(preset.mean) == MEAN
        assert tuple(preset.std) == DEVIATION


@given(seed=st.integers(0, 999), count=st.integers(1, 6), side=st.integers(1, 8))
def test_the_means_of_a_set_are_those_of_numpy(seed, count, side):
    pictures = np.random.default_rng(seed).random((count, 3, side, side))
    found = set_mean(torch.tensor(each) for each in pictures)
    assert found.count == count
    np.testing.assert_allclose(found.image, pictures.mean(axis=0), atol=1e-6)
    np.testing.assert_allclose(found.mean, pictures.mean(axis=(0, 2, 3)), atol=1e-6)
    np.testing.assert_allclose(found.deviation, pictures.std(axis=(0, 2, 3)), atol=1e-5)


@pytest.mark.parametrize("name", ["chelsea", "rocket"])
def test_a_photo_is_prepared_as_torchvision_prepares_it(name):
    photo = images.gallery_image(name)
    pixels = as_patches("colour patches", np.asarray(photo))
    mean = set_mean(torch.tensor(each).permute(2, 0, 1) / 255 for each in pictures_of("colour patches"))
    made = step_by_step(pixels, mean)
    assert tuple(made) == WAYS
    preset = ResNet50_Weights.IMAGENET1K_V1.transforms()(photo)
    np.testing.assert_allclose(made["channel_deviation"].values, preset, atol=1e-6)
    whole = to_tensor(Image.fromarray(pixels))
    np.testing.assert_allclose(made["raw"].values, whole, atol=1e-7)
    np.testing.assert_allclose(made["channel_mean"].values, normalize(whole, MEAN, [1.0] * 3), atol=1e-6)
    np.testing.assert_allclose(made["mean_image"].values, whole.numpy() - mean.image, atol=1e-6)
    for each in made.values():
        np.testing.assert_allclose(each.mean, each.values.mean(axis=(1, 2)), atol=1e-5)
        np.testing.assert_allclose(each.deviation, each.values.std(axis=(1, 2)), atol=1e-5)
        np.testing.assert_allclose(each.counts.sum(axis=1), 1, atol=1e-4)
        assert each.edges[0] == pytest.approx(each.values.min(), abs=1e-6)


def test_the_mean_image_leaves_a_mean_of_nothing_over_the_set():
    pictures = [torch.tensor(each).permute(2, 0, 1) / 255 for each in pictures_of("colour patches")]
    mean = set_mean(pictures)
    assert mean.image.shape == (3, 224, 224)
    left = sum(each - torch.tensor(mean.image) for each in pictures)
    np.testing.assert_allclose(left, 0, atol=1e-4)


def test_a_picture_of_one_colour_has_a_histogram_too():
    found = channels(torch.full((1, 4, 4), 0.5))
    assert found.counts.sum() == pytest.approx(1)
    assert found.deviation[0] == pytest.approx(0, abs=1e-7)
