"""Gradient ascent on pixels: closed forms of linear networks, symmetries, and images that beat all others."""

import numpy as np
import pytest
import torch
from torch import nn

from cnnviz import images, models
from cnnviz.errors import ModelError, ShapeError
from cnnviz.probes import activations, excite, noise_image
from tests.conftest import NIGHTLY

SMOOTH = {"blur": 0.3, "decay": 0.01}


def linear(seed=0):
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        return nn.Sequential(nn.Flatten(), nn.Linear(48, 3)).eval()


def circular(seed=0):
    """Return a network that gives the same to a picture wherever it begins."""
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        first, second = (
            nn.Conv2d(*widths, 3, padding=1, padding_mode="circular", bias=False) for widths in ((3, 5), (5, 4))
        )
        return nn.Sequential(first, nn.Tanh(), second).eval()


def test_a_step_goes_along_the_weights_of_a_linear_unit():
    model, start = linear(), noise_image((3, 4, 4))
    weights = model[1].weight.detach()[2].reshape(3, 4, 4)
    found = excite(model, start, "1", 2, steps=1, rate=0.01)
    # Between −2 and 2 the range is 4.
    moved = torch.tensor(found.image) - start[0]
    assert torch.allclose(moved, 0.04 * weights / weights.square().mean().sqrt(), atol=1e-6)
    assert moved.square().mean().sqrt() == pytest.approx(0.04, rel=1e-4)


def test_of_a_linear_unit_no_image_is_better_than_the_signs_of_its_weights():
    model = linear(1)
    weights, bias = model[1].weight.detach()[0], float(model[1].bias.detach()[0])
    found = excite(model, noise_image((3, 4, 4)), "1", 0, steps=800, low=-1.5, high=1.5)
    assert found.mean == pytest.approx(1.5 * float(weights.abs().sum()) + bias, abs=1e-3)
    assert found.mean == found.middle == found.strongest


def test_shifts_change_nothing_where_the_network_does_not_know_places():
    model, start = circular(), noise_image((3, 9, 9), seed=3)
    plain = excite(model, start, "2", 1, steps=12)
    shifted = excite(model, start, "2", 1, steps=12, shift=4, seed=8)
    assert np.allclose(plain.image, shifted.image, atol=1e-5)
    # A unit knows its place.
    unit, moved = (excite(model, start, "2", 1, steps=12, middle=True, shift=each) for each in (0, 4))
    assert not np.allclose(unit.image, moved.image, atol=1e-2)


def test_the_middle_unit_changes_its_receptive_field_alone():
    start = noise_image((3, 11, 11))
    found = excite(circular(), start, "2", 0, steps=10, middle=True)
    changed = (torch.tensor(found.image) - start[0]).abs().amax(dim=0) > 1e-7
    assert changed[3:8, 3:8].all()
    assert int(changed.sum()) == 25


def test_decay_and_blur_by_themselves():
    # A network that answers 0 to everything has no gradient: what is left is the decay, and the blur.
    model = nn.Sequential(nn.Conv2d(1, 1, 1), nn.ReLU()).eval()
    nn.init.zeros_(model[0].weight)
    nn.init.constant_(model[0].bias, -1.0)
    start = noise_image((1, 15, 15))
    found = excite(model, start, "1", 0, steps=3, decay=0.1)
    assert found.still
    assert np.allclose(found.image, 0.9**3 * start[0], atol=1e-6)
    point = torch.zeros(1, 1, 15, 15)
    point[0, 0, 7, 7] = 1.0
    blurred = excite(model, point, "1", 0, steps=1, blur=1.0).image[0]
    across = np.exp(-(np.arange(-3, 4) ** 2) / 2)
    assert np.allclose(blurred[4:11, 4:11], np.outer(across, across) / across.sum() ** 2, atol=1e-6)


def test_so_many_steps_and_then_more_are_the_same_as_all_at_once():
    model, start = circular(), noise_image((3, 12, 12))
    settings = {"shift": 3, "seed": 5, **SMOOTH}
    whole = excite(model, start, "2", 2, steps=10, **settings)
    half = excite(model, start, "2", 2, steps=6, **settings)
    rest = excite(model, torch.tensor(half.image)[None], "2", 2, steps=4, first=6, **settings)
    np.testing.assert_array_equal(whole.image, rest.image)


def test_the_same_seed_makes_the_same_image_and_another_another():
    model = circular()
    made = [
        excite(model, noise_image((3, 12, 12), seed=seed), "2", 0, steps=8, shift=3, seed=seed) for seed in (4, 4, 5)
    ]
    np.testing.assert_array_equal(made[0].image, made[1].image)
    assert np.abs(made[0].image - made[2].image).max() > 0.1


NETWORKS = [
    ("smallvgg-tiny", "block3.conv1", 7, 2, True),
    ("smallvgg-tiny", "block3.conv1", 7, 2, False),
    ("lenet-relu-mnist", "conv2", 3, 1, True),
    ("lenet-relu-mnist", "fc2", 8, 1, False),
]
LARGE = [("efficientnet-lite0", "blocks.3.1.conv_pw", 5, 8, True)]


@pytest.mark.parametrize(("name", "layer", "channel", "shift", "middle"), NETWORKS + LARGE * NIGHTLY)
def test_no_random_image_and_no_shipped_picture_excites_more(name, layer, channel, shift, middle):
    model, card = models.load(name).eval(), models.card(name)
    how = card.preprocessing
    mean, std = (torch.tensor(each)[:, None, None] for each in (how.mean, how.std))
    ends = {"low": (0 - mean) / std, "high": (1 - mean) / std}
    size = card.input_size[0], *how.crop
    start = noise_image(size, **ends)
    found = excite(model, start, layer, channel, steps=48, middle=middle, shift=shift, **ends, **SMOOTH)
    assert not found.still
    assert (torch.tensor(found.image) >= ends["low"] - 1e-5).all()
    assert (torch.tensor(found.image) <= ends["high"] + 1e-5).all()
    for part in others(how, size, **ends).split(20):
        given = activations(model, part, [layer])[layer][:, channel].reshape(len(part), -1)
        # Of others every unit counts, not the one in the middle alone.
        most = given.amax(dim=1) if middle else given.mean(dim=1)
        assert float(most.max()) < (found.middle if middle else found.mean)


def others(how, size, low, high):
    """Return the shipped pictures, and 200 random ones: every value by itself, and in squares of eight."""
    shown = (
        [images.gallery_image(each) for each in images.gallery_names()]
        if size[0] == 3
        else list(images.sheet("digits"))
    )
    shipped = torch.cat([torch.tensor(images.prepare(each, how).tensor) for each in shown])
    chance = torch.Generator().manual_seed(1)
    fine = torch.rand((100, *size), generator=chance)
    coarse = torch.rand((100, size[0], *(-(-side // 8) for side in size[1:])), generator=chance)
    coarse = coarse.repeat_interleave(8, dim=2).repeat_interleave(8, dim=3)[..., : size[1], : size[2]]
    return torch.cat([shipped, *(low + each * (high - low) for each in (fine, coarse))])


def test_refusals():
    model, start = circular(), noise_image((3, 8, 8))
    with pytest.raises(ModelError, match="No call of this model is named nothing"):
        excite(model, start, "nothing", 0, steps=1)
    with pytest.raises(ShapeError, match="2 has 4 channels; counted from 0, channel 4"):
        excite(model, start, "2", 4, steps=1)
    with pytest.raises(ShapeError, match="0 steps or more, not in -1"):
        excite(model, start, "2", 0, steps=-1)
