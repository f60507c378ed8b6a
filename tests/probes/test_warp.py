"""Warps against torch, and the account of every pixel, in closed form, against torch's grid_sample."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.nn import functional

from cnnviz.arithmetic.affine import IDENTITY, inverse
from cnnviz.engine.local import LocalEngine
from cnnviz.engine.requests import Numbers, Warp, WarpIdentity, WarpPixel, WarpTwice
from cnnviz.errors import ShapeError
from cnnviz.probes.warp import PAIRS, Sampling, identities, warp, warped, warped_twice
from cnnviz.probes.warped_pixel import sampled

MODES, PADDINGS = ("nearest", "bilinear", "bicubic"), ("zeros", "border", "reflection")
NUMBER = st.floats(-3, 3, allow_nan=False, width=32)
THETA = st.tuples(*[NUMBER] * 6)
SIDE = st.integers(1, 7)
SAMPLING = st.builds(Sampling, st.sampled_from(MODES), st.sampled_from(PADDINGS), st.booleans(), st.booleans())


def image_of(seed: int, *shape: int) -> torch.Tensor:
    return torch.rand(shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def by_torch(image, theta, size, sampling):
    matrix = torch.tensor(theta, dtype=torch.float64).view(1, 2, 3)
    grid = functional.affine_grid(matrix, (1, image.shape[0], *size), align_corners=sampling.align_grid)
    return functional.grid_sample(
        image[None], grid, sampling.mode, sampling.padding_mode, sampling.align_sample
    )[0].numpy()  # fmt: skip


@given(THETA, SAMPLING, SIDE, SIDE, SIDE, SIDE, st.integers(0, 9))
def test_the_warp_and_the_account_of_every_pixel_are_torchs(theta, sampling, high, wide, rows, columns, seed):
    image = image_of(seed, 2, high, wide)
    expected = by_torch(image, theta, (rows, columns), sampling)
    found = warped(image, theta, (rows, columns), sampling).output
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-6)
    options = {name: getattr(sampling, name) for name in ("mode", "padding_mode", "align_grid", "align_sample")}
    told = 0
    for channel, plane in enumerate(image.tolist()):
        for row in range(rows):
            for column in range(columns):
                account = sampled(plane, theta, (rows, columns), row=row, column=column, **options)
                assert account.value == pytest.approx(sum(tap.weight * tap.value for tap in account.taps), abs=1e-12)
                assert len(account.taps) == {"nearest": 1, "bilinear": 4, "bicubic": 16}[sampling.mode]
                assert math.fsum(tap.weight for tap in account.taps) == pytest.approx(1, abs=1e-9)
                if not account.tie:
                    told += 1
                    assert account.value == pytest.approx(expected[channel, row, column], abs=1e-6)
    assert told or sampling.mode == "nearest"


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("padding", PADDINGS)
@pytest.mark.parametrize("pair", PAIRS)
def test_every_combination_on_a_digit_sized_image(mode, padding, pair):
    generator = torch.Generator().manual_seed(7)
    image = image_of(3, 1, 28, 28)
    for _ in range(3):
        theta = tuple((torch.tensor(IDENTITY) + 0.7 * torch.randn(6, generator=generator)).tolist())
        sampling = Sampling(mode, padding, *pair)
        expected = by_torch(image, theta, (9, 11), sampling)
        np.testing.assert_allclose(warp(image, theta, (9, 11), sampling).numpy(), expected, rtol=0, atol=1e-12)
        plane = image[0].tolist()
        mine = [
            [
                sampled(plane, theta, (9, 11), row=row, column=column, mode=mode, padding_mode=padding,
                        align_grid=pair[0], align_sample=pair[1]).value
                for column in range(11)
            ]
            for row in range(9)
        ]  # fmt: skip
        np.testing.assert_allclose(mine, expected[0], rtol=0, atol=1e-6)


def test_single_precision_as_a_person_writes_it_gives_the_same():
    image = image_of(1, 3, 28, 28)
    theta = (0.8, -0.3, 0.1, 0.25, 0.9, -0.2)
    grid = functional.affine_grid(torch.tensor(theta).view(1, 2, 3), [1, 3, 28, 28], align_corners=False)
    plain = functional.grid_sample(image[None].float(), grid, align_corners=False)[0].numpy()
    np.testing.assert_allclose(warped(image, theta, (28, 28), Sampling()).output, plain, rtol=0, atol=2e-5)


def test_the_identity_is_one_where_both_agree_and_moves_the_image_where_they_are_mixed():
    image = torch.zeros(1, 8, 8, dtype=torch.float64)
    image[0, :, 4:] = 1
    found = identities(image)
    assert found.outputs.shape == (4, 1, 8, 8)
    assert [each.most < 1e-12 for each in found.apart] == [True, True, False, False]
    # Mixed one way, the 7 steps between the centres become 8 pixels, and the edges are half zeros.
    row = found.outputs[2, 0, 4]
    places = [column * 8 / 7 - 0.5 for column in range(8)]
    edge = [min(max(place - 3, 0), 1) for place in places]
    edge[-1] = 0.5
    np.testing.assert_allclose(row, edge, atol=1e-6)
    assert found.apart[2].most == pytest.approx(np.abs(found.outputs[2] - image.numpy()).max())
    assert found.apart[2].mean == pytest.approx(np.abs(found.outputs[2] - image.numpy()).mean(), abs=1e-6)


def test_a_tie_between_two_pixels_is_told():
    plane = [[0.0, 1.0], [2.0, 3.0]]
    half = (1.0, 0.0, 0.5, 0.0, 1.0, 0.0)
    assert sampled(plane, half, (2, 2), row=0, column=0, mode="nearest").tie
    assert not sampled(plane, half, (2, 2), row=0, column=0).tie
    assert not sampled(plane, IDENTITY, (2, 2), row=0, column=0, mode="nearest").tie


def test_there_and_back_is_the_identity_in_one_warp_and_less_sharp_in_two():
    image = image_of(5, 1, 16, 16)
    theta = (0.9, -0.3, 0.05, 0.3, 0.9, 0.0)
    found = warped_twice(image, theta, inverse(theta), (16, 16), Sampling())
    assert found.product == pytest.approx(IDENTITY, abs=1e-12)
    np.testing.assert_allclose(found.direct, image.numpy(), atol=1e-6)
    assert found.apart.mean > 0.05
    assert found.from_input.mean == pytest.approx(found.apart.mean, abs=1e-9)
    np.testing.assert_allclose(found.first, by_torch(image, theta, (16, 16), Sampling()), atol=1e-6)


def test_two_quarter_turns_are_a_half_turn_to_the_last_pixel():
    image, quarter = image_of(2, 1, 6, 6), (0.0, -1.0, 0.0, 1.0, 0.0, 0.0)
    found = warped_twice(image, quarter, quarter, (6, 6), Sampling())
    np.testing.assert_allclose(found.second, image.flip(1, 2).numpy(), atol=1e-6)
    np.testing.assert_allclose(found.direct, image.flip(1, 2).numpy(), atol=1e-6)
    # The content turns against the box: the first row's last pixel comes from the right of the turned box.
    np.testing.assert_allclose(found.first, np.rot90(image.numpy(), 1, (1, 2)), atol=1e-6)


def test_the_order_of_two_warps_is_that_of_the_last_read_first():
    image = image_of(4, 1, 9, 9)
    shift, zoom = (1.0, 0.0, 4 / 9, 0.0, 1.0, 0.0), (1 / 3, 0.0, 0.0, 0.0, 1 / 3, 0.0)
    found = warped_twice(image, shift, zoom, (9, 9), Sampling("nearest"))
    # Moved by two pixels first, then enlarged about the centre: the centre is what was two pixels to its right.
    assert found.second[0, 4, 4] == pytest.approx(float(image[0, 4, 6]))
    assert found.product == pytest.approx((1 / 3, 0, 4 / 9, 0, 1 / 3, 0))
    assert found.apart.most < 1e-6


def test_requests_are_answered_and_kept():
    engine = LocalEngine(device="cpu")
    image = Numbers.of(image_of(0, 2, 5, 5).numpy())
    theta = (0.5, 0.1, 0.0, 0.0, 0.5, 0.25)
    first = engine.ask(Warp(image, theta, (3, 4), mode="bicubic"))
    assert first.found.output.shape == (2, 3, 4)
    assert engine.ask(Warp(image, theta, (3, 4), mode="bicubic")) is first
    pixel = engine.ask(WarpPixel(image, theta, (3, 4), row=2, column=1, plane=1, mode="bicubic")).found
    assert pixel.value == pytest.approx(first.found.output[1, 2, 1], abs=1e-6)
    assert engine.ask(WarpIdentity(image)).found.outputs.shape == (4, 2, 5, 5)
    assert engine.ask(WarpTwice(image, theta, theta, (3, 4))).found.second.shape == (2, 5, 5)
    for wrong, message in (
        (Warp(image, theta, (0, 4)), r"0 × 4.*1 to 512\.$"),
        (Warp(image, theta, (3, 4), mode="cubic"), "'cubic'"),
        (Warp(image, (math.nan, *theta[1:]), (3, 4)), "nan"),
        (WarpPixel(image, theta, (3, 4), row=3, column=0), r"row 3.*0 to 2"),
    ):
        with pytest.raises(ShapeError, match=message):
            engine.ask(wrong)
    engine.close()
