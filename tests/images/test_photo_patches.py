"""Patches of the gallery's photos: which pixels they are, and that none is in both parts."""

import numpy as np
import pytest

from cnnviz.images.example_sets import EXAMPLE_SETS, PATCHED, PATCHES
from cnnviz.images.gallery import gallery_image, gallery_names
from cnnviz.images.photo_patches import corners_of, photo_patches

SIZE = EXAMPLE_SETS[PATCHES]


@pytest.mark.parametrize("name", PATCHED)
def test_no_pixel_is_in_both_parts(name):
    width, height = gallery_image(name).size
    seen = {part: np.zeros((height, width), bool) for part in ("train", "test")}
    for part, count in (("train", 400), ("test", 100)):
        for row, column in corners_of(name, part, count, 32, 0):
            assert row + 32 <= height
            assert column + 32 <= width
            seen[part][row : row + 32, column : column + 32] = True
    assert not (seen["train"] & seen["test"]).any()
    # Most of the photo is learnt from, and there is something to be tested with.
    assert seen["train"].mean() > 0.4
    assert seen["test"].mean() > 0.05


def test_a_patch_is_a_piece_of_its_photo():
    patches, labels = photo_patches("test")
    assert patches.shape == (1000, 32, 32, 3)
    assert labels.tolist() == list(range(10)) * 100
    for at in (0, 37, 999):
        name = PATCHED[labels[at]]
        row, column = corners_of(name, "test", 100, 32, 0)[at // 10]
        assert np.array_equal(patches[at], np.asarray(gallery_image(name).crop((column, row, column + 32, row + 32))))


def test_a_seed_repeats_them_and_another_draws_others():
    photo_patches.cache_clear()
    first = photo_patches("train")[0].copy()
    photo_patches.cache_clear()
    assert np.array_equal(photo_patches("train")[0], first)
    assert not np.array_equal(photo_patches("train", seed=1)[0], first)
    assert first.shape == (SIZE.count, 32, 32, 3)


def test_mean_and_deviation_are_those_of_the_patches():
    pixels = photo_patches("train")[0] / 255
    assert pixels.mean() == pytest.approx(SIZE.mean, abs=1e-3)
    assert pixels.std() == pytest.approx(SIZE.std, abs=1e-3)


def test_the_photos_are_of_the_gallery():
    assert set(PATCHED) <= set(gallery_names())
