"""Distortions: repeatable, within the recipe's bounds, and the geometry they claim."""

import math

import pytest
import torch

from cnnviz.training.augmentation import augment
from cnnviz.training.recipes import RECIPES, Recipe

SIDE = 65
CENTRE = SIDE // 2


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def dots(count, *places):
    """Grey images, soft dots at (x, y) from the centre, one a channel."""
    axis = torch.arange(SIDE) - CENTRE
    each = [torch.exp(-((axis[None] - x) ** 2 + (axis[:, None] - y) ** 2) / 8.0) for x, y in places]
    return torch.stack(each)[None].repeat(count, 1, 1, 1)


def places(batch):
    """Where the dots are: (N, C, 2) centres of mass, (x, y) from the centre."""
    axis = torch.arange(SIDE) - float(CENTRE)
    mass = batch.sum(dim=(2, 3))
    return torch.stack([(batch.sum(dim=2) * axis).sum(-1), (batch.sum(dim=3) * axis).sum(-1)], -1) / mass[..., None]


@pytest.mark.parametrize("name", sorted(RECIPES))
def test_the_same_generator_gives_the_same_batch_whatever_else_is_drawn(name):
    batch = torch.rand(8, 1 if "mnist" in name or "fashion" in name else 3, 28, 28, generator=seeded(1))
    first = augment(batch, RECIPES[name], seeded())
    torch.manual_seed(5)
    torch.rand(9)
    before = torch.get_rng_state()
    assert torch.equal(augment(batch, RECIPES[name], seeded()), first)
    assert torch.equal(torch.get_rng_state(), before)
    if RECIPES[name].rotation or RECIPES[name].flip:
        assert not torch.allclose(augment(batch, RECIPES[name], seeded(2)), first)


def test_a_recipe_without_distortions_changes_nothing():
    batch = torch.rand(4, 3, 20, 20)
    assert torch.equal(augment(batch, Recipe(1, 0.1), seeded()), batch)


def test_flip_is_the_image_or_its_mirror():
    batch = torch.rand(64, 3, 20, 20)
    turned = augment(batch, Recipe(1, 0.1, flip=True), seeded())
    kept = (turned - batch).abs().amax(dim=(1, 2, 3)) < 1e-4
    mirrored = (turned - batch.flip(-1)).abs().amax(dim=(1, 2, 3)) < 1e-4
    assert torch.equal(kept, ~mirrored)
    assert 16 < int(kept.sum()) < 48


def test_shift_moves_by_up_to_the_share_in_both_directions():
    moved = places(augment(dots(200, (0, 0)), Recipe(1, 0.1, shift=0.1), seeded()))[:, 0]
    assert 0.9 * 0.1 * SIDE < float(moved.abs().max()) <= 0.1 * SIDE + 0.05
    assert (moved.amin(0) < -5).all()
    assert (moved.amax(0) > 5).all()


def test_rotation_turns_rigidly_by_up_to_the_angle():
    before = torch.tensor([(15.0, 0.0), (0.0, 15.0)])
    after = places(augment(dots(200, (15, 0), (0, 15)), Recipe(1, 0.1, rotation=12), seeded()))
    assert torch.allclose(after.norm(dim=-1), torch.tensor(15.0), atol=0.1)
    assert torch.allclose((after[:, 0] * after[:, 1]).sum(-1), torch.zeros(200), atol=2)
    angle = torch.atan2(after[:, 0, 1], after[:, 0, 0]) * 180 / math.pi
    assert 11 < float(angle.abs().max()) <= 12.3
    orientation = torch.linalg.det(after) / torch.linalg.det(before)
    assert torch.allclose(orientation, torch.ones(200), atol=0.05)


def test_zoom_scales_by_up_to_the_share():
    after = places(augment(dots(200, (12, 0), (0, 12)), Recipe(1, 0.1, zoom=0.25), seeded()))
    scale = after.norm(dim=-1) / 12
    assert torch.allclose(scale[:, 0], scale[:, 1], atol=0.02)
    assert 1 / 1.25 - 0.02 < float(scale.min()) < 0.83
    assert 1.28 < float(scale.max()) < 1 / 0.75 + 0.02


def test_colour_keeps_the_picture():
    batch = torch.rand(50, 3, 16, 16)
    other = augment(batch, Recipe(1, 0.1, colour=0.3), seeded())
    for image, changed in zip(batch, other, strict=True):
        for channel in range(3):
            assert torch.corrcoef(torch.stack([image[channel].ravel(), changed[channel].ravel()]))[0, 1] > 0.999
    shares = other.mean(dim=(1, 2, 3)) / batch.mean(dim=(1, 2, 3))
    assert 0.6 < float(shares.min()) < 0.8
    assert 1.2 < float(shares.max()) < 1.45
