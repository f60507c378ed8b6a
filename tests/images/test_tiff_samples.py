"""TIFF samples of 8 to 64 bits: the array that was written comes back, brought to 8 bits."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnviz.errors import ImageError
from cnnviz.images import decode
from tests.images.tiff_files import samples_tiff


def grey_levels(array):
    """Return what 8 bits should show: floats here lie within 0 to 1, and whole numbers lose their lower bits."""
    if array.dtype.kind == "f":
        return np.array([int(255 * float(value) + 0.5) for value in array.ravel()]).reshape(array.shape)
    brightest = int(array.max())
    bits = next(bits for bits in (8, 10, 12, 14, 15, *range(16, 65)) if brightest < 2**bits)
    return np.array([int(value) * 256 >> bits for value in array.ravel()]).reshape(array.shape)


@given(
    dtype=st.sampled_from(["u1", "u2", "u4", "u8", "i1", "i2", "i4", "i8", "f2", "f4", "f8"]),
    shape=st.tuples(st.integers(1, 20), st.integers(1, 40), st.sampled_from([1, 2, 3, 5])),
    bits=st.integers(1, 63),
    order=st.sampled_from("<>"),
    deflated=st.booleans(),
    differences=st.booleans(),
    planar=st.booleans(),
    tile=st.sampled_from([None, (16, 16), (16, 32)]),
    seed=st.integers(0, 2**32 - 1),
)
def test_the_samples_come_back(dtype, shape, bits, order, deflated, differences, planar, tile, seed):
    random = np.random.default_rng(seed)
    if dtype[0] == "f":
        array = random.random(shape).astype(dtype)
    else:
        array = random.integers(0, 2 ** min(bits, 8 * int(dtype[1]) - 1), shape).astype(dtype)
    predictor = (3 if dtype[0] == "f" else 2) if differences else 1
    data = samples_tiff(array, order, deflated=deflated, predictor=predictor, planar=planar, tile=tile)
    wanted = grey_levels(array[..., : 3 if shape[2] in (3, 5) else 1])
    out = np.asarray(decode(data)).astype(int)
    assert out.shape == (*shape[:2], 3)
    # A float's product may be rounded the other way where it is nearly a half.
    assert np.abs(out - wanted).max() <= (1 if dtype[0] == "f" else 0)


@pytest.mark.parametrize("dtype", ["u2", "f4"])
def test_white_may_be_zero(dtype):
    array = np.linspace(0, 1 if dtype == "f4" else 65_535, 60).astype(dtype).reshape(6, 10)
    out = np.asarray(decode(samples_tiff(array, photometric=0)))[..., 0].astype(int)
    assert np.abs(out - (255 - grey_levels(array))).max() <= 1


@pytest.mark.parametrize(("extra", "inside"), [(0, 0.25), (1, 0.25 + 0.5), (2, 0.25 * 0.5 + 0.5)])
@pytest.mark.parametrize("planar", [False, True])
def test_alpha_is_laid_on_white_and_other_samples_are_left_out(extra, inside, planar):
    array = np.full((5, 8, 4), 0.25, "f4")
    array[..., 3] = 0.5
    array[0, 0] = (1, 1, 1, 1)
    out = np.asarray(decode(samples_tiff(array, planar=planar, extra=extra))).astype(int)
    assert np.abs(out[1:] - round(255 * inside)).max() <= 1


def test_numbers_below_zero_and_wide_floats_are_stretched():
    array = np.array([[-1000, 0], [500, 1000]], "i2")
    assert np.asarray(decode(samples_tiff(array)))[..., 0].tolist() == [[0, 128], [191, 255]]
    array = np.array([[-1e300, np.nan], [0, 1e300]], "f8")
    assert np.asarray(decode(samples_tiff(array)))[..., 0].tolist() == [[0, 0], [128, 255]]


@pytest.mark.parametrize("bits", [10, 12, 14])
def test_colours_of_a_camera_keep_their_tones(bits):
    levels = np.linspace(0, 2**bits - 1, 48).astype("u2").reshape(4, 4, 3)
    assert np.array_equal(np.asarray(decode(samples_tiff(levels, ">"))), levels // 2 ** (bits - 8))


@pytest.mark.parametrize(
    ("array", "photometric", "words"),
    [
        (np.zeros((4, 4, 3), "u2"), 8, "3 whole numbers of 16 bits a pixel, photometric interpretation 8"),
        (np.zeros((4, 4), "f4"), 32_844, "1 floats of 32 bits a pixel, photometric interpretation 32,844"),
    ],
)
def test_a_whole_file_of_a_rare_kind_is_not_called_damaged(array, photometric, words):
    with pytest.raises(ImageError) as refusal:
        decode(samples_tiff(array, photometric=photometric))
    assert words in str(refusal.value)
    assert "damaged" not in str(refusal.value)
