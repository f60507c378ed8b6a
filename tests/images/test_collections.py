"""Small collections of pictures: as many of each class, all different, and the same at every run."""

import numpy as np
import pytest

from cnnviz.images import gallery_image
from cnnviz.images.collections import COLLECTIONS, collection, crops


@pytest.mark.parametrize("name", COLLECTIONS)
def test_collections_have_ten_pictures_of_each_class(name):
    found = collection(name)
    labels = [label for _, label in found]
    assert set(np.bincount(labels)) == {10}
    assert len({pixels.tobytes() for pixels, _ in found}) == len(found)
    assert {pixels.dtype.name for pixels, _ in found} == {"uint8"}


def test_crops_are_repeated_by_a_seed_and_lie_in_the_photo():
    photo = gallery_image("coffee")
    first, same, other = crops(photo, 4, 1), crops(photo, 4, 1), crops(photo, 4, 2)
    assert all(np.array_equal(one, two) for one, two in zip(first, same, strict=True))
    assert not np.array_equal(first[0], other[0])
    assert {each.shape for each in first} == {(256, 256, 3)}
    # What lies beyond a photo would be black.
    assert min(each.mean() for each in crops(photo.point(lambda value: 255), 20)) == 255
