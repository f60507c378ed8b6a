"""The shipped pictures are there, small, sharp enough, and each one's author is named."""

from pathlib import Path

import numpy as np
import pytest

from cnnviz.images import decode, gallery_image, gallery_names, sheet, sheet_labels

FOLDER = Path(__file__).parents[2] / "assets" / "gallery"


def test_there_are_at_least_ten_photos():
    assert len(gallery_names()) >= 10
    assert {"chelsea", "coffee", "china"} <= set(gallery_names())


@pytest.mark.parametrize("name", gallery_names())
def test_a_photo_is_small_and_equal_to_its_decoded_file(name):
    path = FOLDER / f"{name}.jpg"
    image = gallery_image(name)
    assert max(image.size) <= 640
    assert path.stat().st_size <= 81_920
    assert np.array_equal(np.asarray(image), np.asarray(decode(path.read_bytes())))


def test_every_picture_has_an_attribution_row():
    rows = (FOLDER / "ATTRIBUTION.md").read_text(encoding="utf-8")
    missing = [
        path.name for path in FOLDER.iterdir() if path.suffix in (".jpg", ".png") and f"`{path.name}`" not in rows
    ]
    assert missing == []


@pytest.mark.parametrize("name", ["digits", "clothes"])
def test_a_sheet_has_a_hundred_different_tiles_on_black(name):
    tiles = sheet(name)
    assert tiles.shape == (100, 28, 28)
    assert tiles.dtype == np.uint8
    assert len({tile.tobytes() for tile in tiles}) == 100
    assert np.median(tiles[:, 0, 0]) == 0
    assert np.bincount(sheet_labels()).tolist() == [10] * 10


def test_ones_are_narrow_and_zeros_are_hollow():
    tiles, labels = sheet("digits"), sheet_labels()
    width = np.array([(tile.max(axis=0) > 0).sum() for tile in tiles])
    centre = tiles[:, 12:16, 12:16].mean(axis=(1, 2))
    assert width[labels == 1].mean() < width[labels != 1].mean() / 1.5
    assert centre[labels == 0].mean() < centre[labels != 0].mean() / 3


@pytest.mark.parametrize("call", [gallery_image, sheet])
def test_a_name_that_is_not_there(call):
    with pytest.raises(KeyError):
        call("../../pyproject")
