"""Derivatives of a warped pixel, and descent on theta, against torch's own and against hand-worked numbers."""

import numpy as np
import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from torch.nn import functional

from cnnviz import images
from cnnviz.engine.local import LocalEngine
from cnnviz.engine.requests import DerivePixel, LossAlong, Numbers, PixelProfile, PullBack
from cnnviz.probes.descent import IDENTITY, back, descend, loss_curve
from cnnviz.probes.interpolation import derivatives, profile
from cnnviz.probes.resampling import by_pixels

DIGITS = images.sheet("digits")
GRID = torch.tensor(
    [[0, 1, 2, 1, 0], [1, 3, 5, 3, 1], [2, 4, 9, 5, 2], [1, 2, 6, 3, 1], [0, 1, 2, 1, 0]], dtype=torch.float64
)
# The output pixel (3, 1) lies at (1, 3); 0.6 pixels of 5 are 0.24 of the width 2.
LECTURE = torch.tensor([1, 0, 0.24, 0, 1, -0.24], dtype=torch.float64)
NUMBERS = st.floats(-1.5, 1.5)
THETAS = st.tuples(*[NUMBERS] * 6).map(lambda each: torch.tensor(each, dtype=torch.float64))
SIDES = st.integers(0, 27)


def digit(index: int) -> torch.Tensor:
    return torch.tensor(DIGITS[index], dtype=torch.float64) / 255


def through_torch(image, theta, mode):
    grid = functional.affine_grid(theta.view(1, 2, 3), [1, 1, *image.shape], align_corners=False)
    return functional.grid_sample(image[None, None], grid, mode=mode, align_corners=False)[0, 0]


def test_the_lectures_point_worked_by_hand():
    found = derivatives(GRID, LECTURE, 3, 1)
    assert (found.x, found.y) == (pytest.approx(1.6), pytest.approx(2.4))
    assert (found.left, found.top, found.rounded) == (1, 2, (2, 2))
    assert found.neighbours.tolist() == [[4, 9], [2, 6]]
    np.testing.assert_allclose(found.weights, [[0.24, 0.36], [0.16, 0.24]], atol=1e-6)
    assert found.bilinear.value == pytest.approx(0.24 * 4 + 0.36 * 9 + 0.16 * 2 + 0.24 * 6)
    # 0.6 * (9 - 4) + 0.4 * (6 - 2) and 0.4 * (2 - 4) + 0.6 * (6 - 9)
    assert (found.by_x, found.by_y) == (pytest.approx(4.6), pytest.approx(-2.6))
    np.testing.assert_allclose(found.bilinear.automatic, np.array([-4.6, 4.6, 11.5, 2.6, -2.6, -6.5]), atol=1e-5)
    assert found.nearest.value == 9
    assert found.nearest.automatic.tolist() == found.nearest.numeric.tolist() == [0] * 6
    assert not found.kinks


def test_what_lies_in_the_picture_and_how_far_the_derivatives_are_apart():
    found = derivatives(GRID, LECTURE, 3, 1)
    assert found.inside.all()
    apart = [abs(a - b) for a, b in zip(found.bilinear.numeric, found.bilinear.automatic, strict=True)]
    assert found.gap == max(gap for gap, crosses in zip(apart, found.bilinear.crosses, strict=True) if not crosses)
    assert found.formula_gap < 1e-5
    # Half a pixel up and to the left of the first pixel's middle: of the four neighbours only the last is there.
    corner = derivatives(GRID, torch.tensor([1, 0, -0.2, 0, 1, -0.2], dtype=torch.float64), 0, 0)
    assert (corner.left, corner.top) == (-1, -1)
    assert corner.inside.tolist() == [[False, False], [False, True]]


@given(theta=THETAS, index=st.integers(0, 99), row=SIDES, column=SIDES)
def test_numeric_automatic_and_formula_agree_away_from_kinks(theta, index, row, column):
    image = digit(index)
    found = derivatives(image, theta, row, column, 1e-5)
    leaf = theta.clone().requires_grad_()
    (expected,) = torch.autograd.grad(through_torch(image, leaf, "bilinear")[row, column], leaf)
    np.testing.assert_allclose(found.bilinear.automatic, expected.numpy(), atol=1e-9)
    np.testing.assert_allclose(found.changes[0, :, row, column], expected.numpy(), atol=1e-6)
    np.testing.assert_allclose(found.formula, expected.numpy(), atol=1e-6)
    assert not found.nearest.automatic.any()
    assert not found.changes[1].any()
    account = float((found.weights * found.neighbours).sum())
    assert account == pytest.approx(found.bilinear.value, abs=1e-9)
    np.testing.assert_allclose(found.output[0], through_torch(image, theta, "bilinear").numpy(), atol=1e-12)
    smooth = ~found.bilinear.crosses
    np.testing.assert_allclose(found.bilinear.numeric[smooth], expected.numpy()[smooth], atol=1e-4)
    assert not found.nearest.numeric[~found.nearest.crosses].any()


@given(theta=THETAS, step=st.floats(1e-4, 0.3), row=SIDES, column=SIDES)
@settings(max_examples=settings.default.max_examples // 2)
def test_a_step_crosses_where_a_neighbour_changes(theta, step, row, column):
    assume(abs(theta).max() < 1.4)
    found = derivatives(digit(36), theta, row, column, step)
    for number in range(6):
        ends = []
        for sign in (1, -1):
            other = theta.clone()
            other[number] += sign * step
            ends.append(derivatives(digit(36), other, row, column))
        assert found.bilinear.crosses[number] == ((ends[0].left, ends[0].top) != (ends[1].left, ends[1].top))
        assert found.nearest.crosses[number] == (ends[0].rounded != ends[1].rounded)


def test_at_a_kink_torch_gives_one_side_and_the_numeric_their_mean():
    found = derivatives(GRID, torch.tensor(IDENTITY, dtype=torch.float64), 1, 1)
    assert (found.x, found.y) == (pytest.approx(1), pytest.approx(1))
    # Row 1 is 1, 3, 5 and column 1 is 1, 3, 4.
    assert found.kinks["x"] == (pytest.approx(2), pytest.approx(2))
    assert found.kinks["y"] == (pytest.approx(2), pytest.approx(1))
    assert found.by_y == pytest.approx(1, abs=1e-6) or found.by_y == pytest.approx(2, abs=1e-6)
    np.testing.assert_allclose(found.formula, found.bilinear.automatic, atol=1e-6)
    assert found.bilinear.numeric[5] / 2.5 == pytest.approx(1.5, abs=1e-4)
    assert found.bilinear.crosses[5]


def test_a_step_over_the_middle_between_two_pixels_finds_the_jump():
    theta = LECTURE.clone()
    theta[2] = 0.2  # x = 1.5
    found = derivatives(GRID, theta, 3, 1, 0.01)
    assert found.nearest.numeric[2] == pytest.approx((9 - 4) / 0.02)
    assert found.nearest.automatic[2] == 0


def test_a_profile_is_what_single_warps_give_and_its_kinks_are_at_whole_numbers():
    found = profile(GRID, LECTURE, 3, 1, 2, 0.8, samples=41)
    assert found.at[20] == pytest.approx(0.24)
    for place in (0, 7, 33):
        theta = LECTURE.clone()
        theta[2] = found.at[place]
        assert found.bilinear[place] == pytest.approx(float(through_torch(GRID, theta, "bilinear")[3, 1]), abs=1e-9)
        assert found.nearest[place] == float(through_torch(GRID, theta, "nearest")[3, 1])
    # x = 1 + 2.5 * theta
    np.testing.assert_allclose(found.kinks, [-0.4, 0, 0.4, 0.8], atol=1e-6)
    middle = profile(GRID, LECTURE, 3, 2, 0, 0.8, samples=5)
    assert not middle.kinks.size
    assert np.ptp(middle.bilinear) < 1e-6


def test_moving_leaves_nothing_behind_and_back_undoes_it():
    there = by_pixels(GRID, right=1, down=-2)
    assert there[0].tolist() == [0, 2, 4, 9, 5]
    assert not there[3:].any()
    image = digit(36)
    theta = torch.tensor(back((28, 28), 4, -2), dtype=torch.float64)
    np.testing.assert_allclose(through_torch(by_pixels(image, right=4, down=-2), theta, "bilinear"), image, atol=1e-6)


@pytest.mark.parametrize(("right", "down"), [(4, 2), (3, 0), (-3, 2), (0, -3)])
@pytest.mark.parametrize("index", [18, 27, 36])
def test_descent_ends_on_the_target_and_rounding_never_moves(index, right, down):
    found = descend(by_pixels(digit(index), right=right, down=down), digit(index), rate=0.03, steps=100)
    assert found.bilinear.losses[0] > 100 * found.bilinear.losses[-1]
    assert np.abs(found.bilinear.pictures[-1].astype(int) - DIGITS[index]).mean() < 4
    assert (found.nearest.thetas == np.array(IDENTITY)).all()
    assert not found.nearest.gradients.any()
    assert (found.nearest.losses == found.nearest.losses[0]).all()


def test_nine_digits_in_ten_come_back_from_the_move_that_the_screen_opens_with():
    falls = []
    for index in range(0, 100, 5):
        losses = descend(by_pixels(digit(index), right=4, down=2), digit(index), rate=0.03, steps=100).bilinear.losses
        falls.append(losses[0] / losses[-1])
    assert np.mean(np.array(falls) > 20) >= 0.9


def test_the_shift_alone_is_found_exactly_without_momentum():
    found = descend(by_pixels(digit(36), right=2, down=1), digit(36), rate=0.03, steps=150, momentum=0, only_shift=True)
    np.testing.assert_allclose(found.bilinear.thetas[-1], back((28, 28), 2, 1), atol=1e-3)
    assert (found.bilinear.thetas[:, [0, 1, 3, 4]] == [1, 0, 0, 1]).all()


def test_each_step_is_that_of_torchs_own_optimiser():
    target, there = digit(36), by_pixels(digit(36), right=4, down=2)
    found = descend(there, target, rate=0.03, steps=20).bilinear
    theta = torch.nn.Parameter(torch.tensor(IDENTITY, dtype=torch.float64))
    optimiser = torch.optim.SGD([theta], lr=0.03, momentum=0.9)
    for step in range(20):
        np.testing.assert_allclose(found.thetas[step], theta.detach().numpy(), atol=1e-6)
        loss = functional.mse_loss(through_torch(there, theta, "bilinear"), target)
        assert found.losses[step] == pytest.approx(loss.item(), abs=1e-8)
        optimiser.zero_grad()
        loss.backward()
        np.testing.assert_allclose(found.gradients[step], theta.grad.numpy(), atol=1e-5)
        optimiser.step()


def test_the_curve_of_losses_is_a_staircase_under_rounding_and_has_its_zero_at_the_answer():
    target, there = digit(36), by_pixels(digit(36), right=4, down=0)
    theta = torch.tensor(IDENTITY, dtype=torch.float64)
    found = loss_curve(there, target, theta, 2, -0.5, 0.5, samples=1001)
    # A pixel is 2 / 28 wide: that many stairs, and no other value between them.
    assert len(np.unique(found.nearest.round(9))) <= 1 / (2 / 28) + 2
    assert len(np.unique(found.bilinear.round(9))) > 500
    assert found.at[found.bilinear.argmin()] == pytest.approx(8 / 28, abs=1e-3)
    assert found.bilinear.min() < 1e-6
    assert found.at[found.nearest.argmin()] == pytest.approx(8 / 28, abs=1 / 28 + 1e-3)


def test_requests_are_answered():
    engine = LocalEngine(device="cpu")
    numbers, theta = Numbers.of(GRID.numpy()), tuple(LECTURE.tolist())
    found = engine.ask(DerivePixel(numbers, theta, 3, 1, 0.01)).found
    assert found.bilinear.value == pytest.approx(5.96)
    assert found.changes.shape == (2, 6, 5, 5)
    assert engine.ask(PixelProfile(numbers, theta, 3, 1, 2, 0.8)).found.at.shape == (401,)
    image = Numbers.of(DIGITS[36] / 255)
    pulled = engine.ask(PullBack(image, 4, 2, 0.03, 50, 0.9, False)).found
    assert pulled.bilinear.pictures.shape == (51, 28, 28)
    assert engine.ask(LossAlong(image, 4, 2, IDENTITY, 2, -0.5, 0.5)).found.nearest.shape == (481,)
    engine.close()
