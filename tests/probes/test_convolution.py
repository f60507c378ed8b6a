import numpy as np
import pytest
import torch
from PIL import Image, ImageFilter

from cnnviz.errors import ShapeError
from cnnviz.probes.convolution import LONGEST_SIDE, convolve, convolved, convolved_photo, learned

SOBEL = torch.tensor([[-1.0, 0, 1], [-2, 0, 2], [-1, 0, 1]])


def test_flipped_it_is_convolution_as_mathematicians_define_it():
    image, kernel = torch.randn(9, 8), torch.randn(3, 4)
    ours = convolve("Conv2d", image[None, None], kernel[None, None], flip=True)[0, 0]
    # The convolution theorem: a product of spectra.
    size = (9 + 2, 8 + 3)
    product = np.fft.rfft2(image.numpy(), size) * np.fft.rfft2(kernel.numpy(), size)
    np.testing.assert_allclose(ours, np.fft.irfft2(product, size)[2:9, 3:8], atol=1e-5)


def test_a_photo_keeps_its_colours_apart():
    pixels = np.random.default_rng(0).integers(0, 256, (30, 40, 3), dtype=np.uint8)
    found = convolved_photo(pixels, torch.full((3, 3), 1 / 9), padding=1, padding_mode="replicate")
    expected = np.asarray(Image.fromarray(pixels).filter(ImageFilter.BoxBlur(1)), int)
    assert np.abs(found.after - expected).max() <= 1
    assert found.scale == 0
    np.testing.assert_array_equal(found.before, pixels)


def test_the_answer_of_an_edge_detector_is_drawn_around_grey():
    flat = np.full((20, 20, 3), 77, np.uint8)
    assert np.unique(convolved_photo(flat, SOBEL).after).tolist() == [128]
    step = flat.copy()
    step[:, 10:] = 200
    found = convolved_photo(step, SOBEL)
    assert found.scale == pytest.approx(4 * (200 - 77) / 255, rel=1e-5)
    assert found.after.max() == 255
    assert convolved_photo(step[:, ::-1], SOBEL).after.min() == 0


def test_the_largest_photo_is_made_smaller():
    found = convolved_photo(np.zeros((3, 5000, 3), np.uint8), torch.ones(1, 1))
    assert found.before.shape == found.after.shape == (1, LONGEST_SIDE, 3)


def test_one_by_one_is_a_linear_layer_at_each_pixel():
    inputs, weights, bias = torch.randn(3, 5, 6), torch.randn(4, 3, 1, 1), torch.randn(4)
    found = convolved("Conv2d", inputs, weights, bias)
    pixel = weights[:, :, 0, 0] @ inputs[:, 2, 4] + bias
    np.testing.assert_allclose(found.linear[:, 2, 4], pixel, atol=1e-6)
    np.testing.assert_allclose(found.linear, found.output, atol=1e-5)
    assert convolved("Conv2d", inputs, torch.randn(4, 3, 3, 1), bias).linear is None
    assert convolved("Conv2d", inputs, weights, bias, stride=2).linear is None


@pytest.mark.parametrize("shape", [(1, 1), (3, 3), (2, 5)])
def test_both_conventions_learn_the_same_function(shape):
    kernel = torch.randn(shape, generator=torch.Generator().manual_seed(3))
    found = learned(kernel)
    np.testing.assert_allclose(found.kernels[0], kernel, atol=1e-2)
    np.testing.assert_allclose(found.kernels[0], found.kernels[1][::-1, ::-1], atol=1e-5)
    np.testing.assert_allclose(found.losses[0], found.losses[1], atol=1e-5)
    assert found.losses[0, -1] < 1e-3 * found.losses[0, 0]


def test_what_torch_refuses_is_one_sentence():
    with pytest.raises(ShapeError, match=r"\d.*\.$"):
        convolve("Conv2d", torch.zeros(1, 1, 4, 4), torch.zeros(1, 1, 5, 5))
    with pytest.raises(ShapeError, match=r"\d.*\.$"):
        convolve("Conv2d", torch.zeros(1, 1, 4, 4), torch.zeros(1, 1, 3, 3), padding="same", stride=2)
