"""Whole pixels against torch.roll and a padded copy, and reading through theta against torch picture by picture."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.nn import functional

from cnnviz.probes.resampling import by_pixels, resampled

ROW = torch.tensor([[1.0, 2, 3]])
GRID = torch.arange(16.0).reshape(1, 4, 4)
WAYS = st.integers(-6, 6)


def test_what_leaves_is_lost_and_the_ground_comes_in():
    assert by_pixels(ROW, ground=-1).tolist() == [[1, 2, 3]]
    assert by_pixels(ROW, right=2, ground=-1).tolist() == [[-1, -1, 1]]
    assert by_pixels(ROW, right=5, ground=-1).tolist() == [[-1, -1, -1]]
    assert by_pixels(ROW, right=-1).tolist() == [[2, 3, 0]]


def test_a_ground_of_its_own_for_each_channel():
    ground = torch.tensor([7.0, 9.0])[:, None, None]
    assert by_pixels(torch.zeros(2, 1, 2), right=1, ground=ground).tolist() == [[[7, 0]], [[9, 0]]]


def test_without_ground_the_outermost_pixels_come_once_more():
    assert by_pixels(GRID, ground=None).equal(GRID)
    assert by_pixels(GRID, right=1, ground=None)[0, 0].tolist() == [0, 0, 1, 2]
    assert by_pixels(GRID, right=9, ground=None)[0, 1].tolist() == [4, 4, 4, 4]


@given(right=WAYS, down=WAYS, ground=st.sampled_from([0.0, -2.5, None]), seed=st.integers(0, 99))
def test_it_is_a_roll_of_the_padded_picture(right, down, ground, seed):
    picture = torch.randn(2, 4, 5, generator=torch.Generator().manual_seed(seed))
    how = {"mode": "replicate"} if ground is None else {"value": ground}
    rolled = torch.roll(functional.pad(picture, [6] * 4, **how), (down, right), (1, 2))[:, 6:-6, 6:-6]
    assert by_pixels(picture, right=right, down=down, ground=ground).equal(rolled)


@pytest.mark.parametrize(("pictures", "thetas"), [(1, 3), (3, 1), (3, 3), (1, 1)])
def test_one_picture_or_one_theta_serves_all(pictures, thetas):
    made = torch.Generator().manual_seed(0)
    batch, theta = torch.randn(pictures, 2, 5, 4, generator=made), torch.randn(thetas, 2, 3, generator=made)
    found = resampled(batch, theta, padding_mode="border")
    for index in range(3 if 3 in (pictures, thetas) else 1):
        one, through = batch[min(index, pictures - 1)], theta[min(index, thetas - 1)]
        grid = functional.affine_grid(through[None], [1, 2, 5, 4], align_corners=False)
        expected = functional.grid_sample(one[None], grid, padding_mode="border", align_corners=False)[0]
        torch.testing.assert_close(found[index], expected)
