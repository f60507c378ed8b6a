"""Preparation against torchvision's own transforms, bit by bit, and the crop's place in the original."""

import sys
import time

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageOps
from torchvision import models, transforms
from torchvision.transforms import InterpolationMode
from torchvision.transforms._presets import ImageClassification

from cnnviz.images import Preprocessing, prepare

MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
WEIGHTS = [
    models.SqueezeNet1_1_Weights.DEFAULT,
    models.EfficientNet_B0_Weights.DEFAULT,
    models.ViT_B_16_Weights.DEFAULT,
    models.Inception_V3_Weights.DEFAULT,
]
# Thinner ones are resized in part, and have a test of their own.
sizes = st.tuples(st.integers(1, 500), st.integers(1, 500)).filter(lambda size: max(size) <= 200 * min(size))


def noise(size: tuple[int, int], mode: str = "RGB") -> Image.Image:
    width, height = size
    pixels = np.random.default_rng(width * 1000 + height).integers(0, 256, (height, width, 3), dtype=np.uint8)
    return Image.fromarray(pixels).convert(mode)


def same(prepared, wanted: torch.Tensor) -> None:
    assert prepared.tensor.dtype == np.float32
    assert np.array_equal(prepared.tensor, wanted[None].numpy())


@given(size=sizes, weights=st.sampled_from(WEIGHTS))
def test_equal_to_the_transforms_of_torchvisions_weights(size, weights):
    preset = weights.transforms()
    how = Preprocessing(
        preset.resize_size[0],
        (preset.crop_size[0],) * 2,
        tuple(preset.mean),
        tuple(preset.std),
        preset.interpolation.value,
    )
    same(prepare(noise(size), how), preset(noise(size)))


@given(
    size=sizes,
    resize=st.integers(1, 90),
    crop=st.integers(1, 120),
    kind=st.sampled_from(["nearest", "bilinear", "bicubic"]),
)
def test_equal_for_any_sizes_padded_or_not(size, resize, crop, kind):
    preset = ImageClassification(crop_size=crop, resize_size=resize, interpolation=InterpolationMode(kind))
    same(prepare(noise(size), Preprocessing(resize, (crop, crop), MEAN, STD, kind)), preset(noise(size)))


@given(
    size=sizes,
    resize=st.tuples(st.integers(1, 60), st.integers(1, 60)),
    crop=st.tuples(st.integers(1, 70), st.integers(1, 70)),
)
def test_equal_for_an_exact_height_and_width(size, resize, crop):
    steps = [
        transforms.Resize(resize),
        transforms.CenterCrop(crop),
        transforms.ToTensor(),
        transforms.Normalize(MEAN, STD),
    ]
    same(prepare(noise(size), Preprocessing(resize, crop, MEAN, STD)), transforms.Compose(steps)(noise(size)))


@given(size=sizes, invert=st.booleans())
def test_grey_and_inverted(size, invert):
    steps = [
        transforms.Resize(28),
        transforms.CenterCrop(32),
        transforms.ToTensor(),
        transforms.Normalize((0.1307,), (0.3081,)),
    ]
    grey = noise(size).convert("L")
    how = Preprocessing(28, (32, 32), (0.1307,), (0.3081,), channels=1, invert=invert)
    wanted = transforms.Compose(steps)(ImageOps.invert(grey) if invert else grey)
    same(prepare(noise(size), how), wanted)
    same(prepare(grey, how), wanted)


@settings(max_examples=40, deadline=None)
@given(size=sizes, mode=st.sampled_from(["RGB", "L"]), channels=st.sampled_from([1, 3]), invert=st.booleans())
def test_pixels_are_prepared_as_the_image_that_they_are_of(size, mode, channels, invert):
    image = noise(size, mode)
    how = Preprocessing(28, (32, 24), (0.5,) * channels, (0.25,) * channels, channels=channels, invert=invert)
    one, other = prepare(image, how), prepare(np.asarray(image), how)
    assert np.array_equal(one.tensor, other.tensor)
    assert np.array_equal(one.view, other.view)
    assert one.crop_box == other.crop_box


@given(
    size=sizes,
    crop=st.tuples(st.integers(1, 90), st.integers(1, 90)),
    channels=st.sampled_from([1, 3]),
    invert=st.booleans(),
)
def test_the_view_is_the_tensor_before_standardisation(size, crop, channels, invert):
    how = Preprocessing(40, crop, (0.5,) * channels, (0.25,) * channels, channels=channels, invert=invert)
    prepared = prepare(noise(size), how)
    assert prepared.view.dtype == np.uint8
    assert prepared.view.shape == (*crop, 3)
    back = (prepared.tensor[0].transpose(1, 2, 0) * 0.25 + 0.5) * 255
    assert np.abs(back - prepared.view).max() < 1e-3


def test_the_crop_box_of_a_landscape_photo():
    box = prepare(noise((512, 256)), Preprocessing(128, (96, 96), MEAN, STD)).crop_box
    assert box == (160, 32, 352, 224)


def test_the_crop_box_of_a_padded_photo_reaches_beyond_it():
    box = prepare(noise((100, 50)), Preprocessing(50, (70, 40), MEAN, STD)).crop_box
    assert box == (30, -10, 70, 60)


@settings(max_examples=40, deadline=None)
@given(
    size=st.tuples(st.integers(200, 500), st.integers(200, 500)),
    place=st.tuples(st.floats(0.4, 0.6), st.floats(0.4, 0.6)),
)
def test_a_bright_spot_is_where_the_crop_box_says(size, place):
    image = Image.new("RGB", size)
    x, y = int(place[0] * size[0]), int(place[1] * size[1])
    image.paste("white", (x - 5, y - 5, x + 5, y + 5))
    prepared = prepare(image, Preprocessing(100, (80, 80), MEAN, STD))
    weight = prepared.view[..., 0].astype(float)
    rows, columns = np.mgrid[0:80, 0:80] + 0.5
    left, top, right, bottom = prepared.crop_box
    assert left + (columns * weight).sum() / weight.sum() * (right - left) / 80 == pytest.approx(x, abs=0.2)
    assert top + (rows * weight).sum() / weight.sum() * (bottom - top) / 80 == pytest.approx(y, abs=0.2)


@pytest.mark.parametrize("size", [(700, 3), (3, 700)])
@pytest.mark.parametrize("resize", [64, (64, 48)])
def test_the_way_of_very_thin_images_agrees_with_the_ordinary_one(size, resize, monkeypatch):
    how = Preprocessing(resize, (40, 40), MEAN, STD)
    ordinary = prepare(noise(size), how)
    monkeypatch.setattr(sys.modules[prepare.__module__], "_MAX_RESIZED", 0)
    thin = prepare(noise(size), how)
    assert np.abs(ordinary.view.astype(int) - thin.view).max() <= 1
    assert thin.crop_box == ordinary.crop_box


@pytest.mark.parametrize("size", [(30_000, 1), (1, 30_000), (65_535, 381), (381, 65_535)])
@pytest.mark.parametrize("resize", [256, (299, 299)])
def test_very_thin_images_are_prepared_quickly(size, resize):
    start = time.process_time()
    prepared = prepare(Image.new("RGB", size, "white"), Preprocessing(resize, (224, 224), (0.0,) * 3, (1.0,) * 3))
    assert time.process_time() - start < 2
    assert (prepared.tensor == 1).all()
