import numpy as np
import pytest

from cnnviz.images.square import small_square


@pytest.mark.parametrize(("shape", "made"), [
    ((300, 200), (3, 96, 96)), ((28, 28), (3, 28, 28)), ((1, 7), (3, 8, 8)), ((97, 500), (3, 96, 96)),
])  # fmt: skip
def test_any_picture_becomes_a_small_square(shape, made):
    pixels = np.random.default_rng(0).integers(0, 256, (*shape, 3), dtype=np.uint8)
    assert small_square(pixels, 96).shape == made
    assert small_square(np.repeat(pixels[..., :1], 3, axis=2), 96).shape == (1, *made[1:])
