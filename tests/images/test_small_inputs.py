import numpy as np
import pytest
from PIL import Image

from cnnviz import images
from cnnviz.engine.requests import Picture
from cnnviz.images.kernels import KERNELS, kernel, kernel_values
from cnnviz.images.small_inputs import INPUTS, input_values, patch

# As Gonzalez and Woods, "Digital Image Processing", print them.
PUBLISHED = {
    "identity": [[0, 0, 0], [0, 1, 0], [0, 0, 0]],
    "sharpen": [[0, -1, 0], [-1, 5, -1], [0, -1, 0]],
    "Sobel x": [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]],
    "Sobel y": [[-1, -2, -1], [0, 0, 0], [1, 2, 1]],
    "Laplacian": [[0, 1, 0], [1, -4, 1], [0, 1, 0]],
    "emboss": [[-2, -1, 0], [-1, 1, 1], [0, 1, 2]],
}


@pytest.mark.parametrize(("name", "weights"), PUBLISHED.items())
def test_the_kernels_are_those_of_image_processing(name, weights):
    assert kernel(name, 3, 2).tolist() == weights


def test_blurs_as_published():
    assert (9 * kernel("box blur", 3, 2)).round(9).tolist() == [[1] * 3] * 3
    assert (16 * kernel("Gaussian blur", 3, 2)).tolist() == [[1, 2, 1], [2, 4, 2], [1, 2, 1]]


@pytest.mark.parametrize("rank", [1, 2, 3])
@pytest.mark.parametrize("size", [1, 2, 3, 4, 5])
@pytest.mark.parametrize("name", KERNELS)
def test_every_size_keeps_what_the_kernel_is_for(name, size, rank):
    weights = kernel(name, size, rank)
    assert weights.shape == (size,) * rank
    assert np.isfinite(weights).all()
    total = {"Sobel x": 0, "Sobel y": 0, "Laplacian": 0, "random": weights.sum()}.get(name, 1)
    assert weights.sum() == pytest.approx(total, abs=1e-9)


@pytest.mark.parametrize("rank", [1, 2, 3])
@pytest.mark.parametrize("name", INPUTS)
def test_every_channel_of_every_input_is_another(name, rank):
    picture = Picture.of(images.gallery_image("coffee"))
    values = input_values(name, 3, 6, rank, picture)
    assert values.shape == (3, *(6,) * rank)
    assert 0 <= values.min() < values.max() <= 9
    assert (rank == 1 and name == "edge") or not np.array_equal(values[0], values[1])


def test_filters_are_different_and_channels_share_a_named_kernel():
    weights = kernel_values("Sobel x", 3, 2, 3, 2)
    assert weights.shape == (3, 2, 3, 3)
    assert np.array_equal(weights[:, 0], weights[:, 1])
    assert len({each.tobytes() for each in weights}) == 3
    drawn = kernel_values("random", 2, 2, 3, 2).reshape(4, -1)
    assert len({each.tobytes() for each in drawn}) == 4


@pytest.mark.parametrize("size", [(1, 1), (3, 500), (40, 30), (640, 427)])
def test_a_patch_is_cut_from_any_photo_and_from_its_liveliest_place(size):
    flat = Picture.of(Image.new("RGB", size, "grey"))
    assert patch(flat, 5).shape == (5, 5, 3)
    if min(size) > 100:
        pixels = np.full((*size[::-1], 3), 128, np.uint8)
        pixels[-120:, -120:] = np.random.default_rng(1).integers(0, 256, (120, 120, 3))
        assert patch(Picture.of(pixels), 5).std() > 0
