"""Distorted digits: repeatable, within what they promise, and every pixel from where it should be."""

import pytest
import torch

from cnnviz.models.shipped import SHIPPED
from cnnviz.training import data
from cnnviz.training.distortions import DISTORTIONS, PATCH, distort
from cnnviz.training.recipes import RECIPES


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def dots(count, *places, side=28):
    """Soft dots at (right, up) of the middle, in one image each: (count, 1, side, side) a place."""
    axis = torch.arange(side) - (side - 1) / 2
    return [torch.exp(-((axis - x) ** 2 + (axis[:, None] + y) ** 2) / 4.0).repeat(count, 1, 1, 1) for x, y in places]


def where(batch):
    """(N, 2): the centre of mass, (right, up) of the middle."""
    axis = torch.arange(batch.shape[-1]) - (batch.shape[-1] - 1) / 2
    mass = batch.sum(dim=(1, 2, 3))
    right, down = (batch.sum(dim=(1, 2)) * axis).sum(-1) / mass, (batch.sum(dim=(1, 3)) * axis).sum(-1) / mass
    return torch.stack([right, -down], -1)


@pytest.mark.parametrize("name", DISTORTIONS)
def test_the_same_generator_gives_the_same_batch_whatever_else_is_drawn(name):
    batch = torch.rand(8, 1, 28, 28, generator=seeded(1))
    first, kept = distort(batch, name, seeded()), batch.clone()
    torch.manual_seed(5)
    before = torch.get_rng_state()
    assert torch.equal(distort(batch, name, seeded()), first)
    assert torch.equal(torch.get_rng_state(), before)
    assert torch.equal(batch, kept)
    assert not torch.allclose(distort(batch, name, seeded(2)), first)
    assert first.shape == (8, 1, DISTORTIONS[name].side, DISTORTIONS[name].side)
    assert float(first.min()) >= 0
    assert float(first.max()) <= 1


def angles_and_scales(name):
    """What 500 draws did to two dots that lie 8 apart: (degrees, scale, place of the middle between them)."""
    left, right = (where(distort(image, name, seeded())) for image in dots(500, (-4, 0), (4, 0)))
    between = right - left
    degrees = torch.atan2(between[:, 1], between[:, 0]).rad2deg()
    return degrees, between.norm(dim=1) / 8, (left + right) / 2


def test_r_turns_by_up_to_90_degrees_and_does_no_more():
    degrees, scale, middle = angles_and_scales("r")
    assert degrees.min() < -85
    assert degrees.max() > 85
    assert degrees.abs().max() < 90.5
    assert torch.allclose(scale, torch.ones(500), atol=0.02)
    assert middle.abs().max() < 0.1


def test_rts_turns_scales_and_moves_and_the_digit_stays_inside():
    degrees, scale, middle = angles_and_scales("rts")
    assert 43 < degrees.abs().max() < 45.5
    assert 0.69 < scale.min() < 0.72
    assert 1.18 < scale.max() < 1.21
    room = (42 - 28 * scale) / 2
    assert (middle.abs().amax(dim=1) < room + 0.3).all()
    assert middle.abs().max() > 10
    assert torch.corrcoef(torch.stack([degrees, scale, middle[:, 0], middle[:, 1]])).triu(1).abs().max() < 0.15


def test_clutter_is_at_most_six_pieces_of_other_digits():
    """Every digit is one shade all over, so that a piece tells whose it is, and every second has no ink itself."""
    shades = torch.arange(100).float() / 200
    shades[::2] = 0
    seen = distort(shades[:, None, None, None].expand(-1, 1, 28, 28), "cluttered", seeded())
    empty, inked = seen[::2], seen[1::2]
    assert torch.isin(empty, shades).all()
    strewn = (empty > 0).sum(dim=(1, 2, 3))
    assert strewn.max() <= 6 * PATCH * PATCH
    assert strewn.float().mean() > 2 * PATCH * PATCH
    for shade, image in zip(shades[1::2], inked, strict=True):
        # The digit shows but for its border, which lies between pixels, and the pieces that are lighter.
        shown = int(((image - shade).abs() < 1e-4).sum())
        assert 27 * 27 - 6 * PATCH * PATCH <= shown <= 28 * 28


def test_a_single_digit_can_be_cluttered():
    assert distort(torch.rand(1, 1, 28, 28), "cluttered", seeded()).shape == (1, 1, 60, 60)


@pytest.mark.parametrize("name", DISTORTIONS)
def test_the_test_set_is_fixed_and_the_training_set_is_plain(digits, name):
    root, written = digits
    first, again = (data.load(f"{name}-mnist", root) for _ in range(2))
    assert torch.equal(first.test_images, again.test_images)
    assert first.test_images.dtype == torch.uint8
    assert first.test_images.shape == (60, 1, DISTORTIONS[name].side, DISTORTIONS[name].side)
    assert torch.equal(first.train_images[:, 0], torch.tensor(written["train"][0]))
    assert torch.equal(first.test_labels, torch.tensor(written["t10k"][1]).long())


def test_a_recipe_distorts_as_its_test_set_is_distorted():
    for name, recipe in RECIPES.items():
        dataset = SHIPPED[name].dataset
        assert dataset == (f"{recipe.distortion}-mnist" if recipe.distortion else dataset)
        assert bool(recipe.distortion) == (dataset.removesuffix("-mnist") in DISTORTIONS)
