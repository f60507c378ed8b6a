"""Images that are moved before a step: as torchvision moves them, by numbers that a seed repeats."""

import pytest
import torch
from hypothesis import given, settings, strategies
from torchvision.transforms.v2 import InterpolationMode
from torchvision.transforms.v2 import functional as transforms

from cnnviz.training.live.augmentation import augmented

BLACK = -0.4


@settings(max_examples=30)
@given(
    strategies.integers(0, 6),
    strategies.floats(0, 90),
    strategies.sampled_from([0.0, 0.5, 1.0]),
    strategies.integers(0, 10**9),
)
def test_each_image_is_mirrored_rotated_and_shifted_as_torchvision_does(shift, rotation, flip, seed):
    generator = torch.Generator().manual_seed(seed)
    images = torch.rand(5, 1, 21, 21, generator=torch.Generator().manual_seed(1))
    mirrored = torch.rand(5, generator=generator) < flip
    angles = (2 * torch.rand(5, generator=generator) - 1) * rotation
    down, right = torch.randint(-shift, shift + 1, (2, 5), generator=generator)
    found = augmented(images, shift, rotation, flip, BLACK, seed)
    for at, image in enumerate(images):
        wanted = transforms.affine(
            (transforms.horizontal_flip(image) if mirrored[at] else image) - BLACK,
            angle=angles[at].item(),
            translate=[right[at].item(), down[at].item()],
            scale=1.0,
            shear=[0.0, 0.0],
            interpolation=InterpolationMode.BILINEAR,
        )
        assert torch.allclose(found[at], wanted + BLACK, atol=1e-4)


def test_without_amounts_nothing_moves_and_others_draw_what_they_would_have():
    images = torch.rand(3, 1, 28, 28)
    torch.manual_seed(5)
    before = torch.get_rng_state()
    assert torch.allclose(augmented(images, 0, 0.0, 0.0, 0.0, 9), images, atol=1e-5)
    assert torch.equal(augmented(images, 2, 20.0, 0.5, 0.0, 9), augmented(images, 2, 20.0, 0.5, 0.0, 9))
    assert not torch.equal(augmented(images, 2, 20.0, 0.5, 0.0, 9), augmented(images, 2, 20.0, 0.5, 0.0, 8))
    assert torch.equal(torch.get_rng_state(), before)


@pytest.mark.parametrize("shift", [1, 3])
def test_shifts_are_whole_pixels_within_their_bound(shift):
    dot = torch.zeros(300, 1, 15, 15)
    dot[:, 0, 7, 7] = 1
    moved = augmented(dot, shift, 0.0, 0.0, 0.0, 4)
    assert moved.flatten(1).amax(1).min() > 0.999
    rows, columns = moved.flatten(1).argmax(1) // 15 - 7, moved.flatten(1).argmax(1) % 15 - 7
    assert set(rows.tolist()) == set(columns.tolist()) == set(range(-shift, shift + 1))
