"""The draws against torchvision's own transforms from the same seed, and what is told of them against the pixels."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torchvision.transforms import v2
from torchvision.transforms.v2 import functional

from cnnviz.errors import ShapeError
from cnnviz.probes.augmentation import KINDS, MAGNITUDES, OF_WHOLE, Source, draw, operations
from cnnviz.probes.fractional_pooling import pooled, side_before, starts

COUNT, SIDE = 3, 24
SEEDS = st.integers(0, 10**6)
some = settings(max_examples=30)  # each makes several pictures
SETTINGS = {
    "flip": {"chance": 0.5},
    "crop": {"least": 0.08, "ratio": 4 / 3},
    "ten_crops": {},
    "jitter": {"brightness": 0.4, "contrast": 0.3, "saturation": 0.5, "hue": 0.1},
    "colour_components": {"alpha_deviation": 0.1},
    "randaugment": {"operations": 2, "magnitude": 9},
    "erasing": {"area": 0.33, "square": 0.0, "noise": 0.0},
    "mixup": {"alpha": 0.4},
    "cutmix": {"alpha": 1.0},
    "fractional_pooling": {"ratio": 1.5},
}
# Each as a person would write it, for the very pixels.
OWN = {
    "flip": lambda s: (v2.RandomHorizontalFlip(0.5), s.view),
    "crop": lambda s: (v2.RandomResizedCrop(SIDE), s.whole),
    "jitter": lambda s: (v2.ColorJitter(0.4, 0.3, 0.5, 0.1), s.view),
    "randaugment": lambda s: (v2.RandAugment(), s.view),
    "erasing": lambda s: (v2.RandomErasing(p=1), s.view / 255),
}


def source(seed: int = 0) -> Source:
    generator = torch.Generator().manual_seed(seed)
    whole = torch.randint(0, 256, (3, 33, 41), generator=generator).byte()
    partner = torch.randint(0, 256, (3, SIDE, SIDE), generator=generator).byte()
    components, _ = torch.linalg.qr(torch.randn(3, 3, generator=generator))
    variances = torch.tensor([0.2, 0.02, 0.01])
    return Source(whole, whole[:, 4:28, 8:32], partner, (2, 5), 7, components, variances)


@pytest.mark.parametrize("kind", OWN)
@some
@given(seed=SEEDS)
def test_pixels_are_torchvisions_from_the_same_seed(kind, seed):
    found = draw(kind, source(seed), SETTINGS[kind], count=COUNT, seed=seed)
    transform, picture = OWN[kind](source(seed))
    torch.manual_seed(seed)
    assert torch.equal(found.pictures, torch.stack([transform(picture) for _ in range(COUNT)]))


@pytest.mark.parametrize("kind", KINDS)
def test_equal_seeds_draw_alike_and_nothing_else_is_disturbed(kind):
    given_source = source()
    torch.manual_seed(5)
    wanted = torch.rand(1)
    torch.manual_seed(5)
    first, second = (draw(kind, given_source, SETTINGS[kind], count=COUNT, seed=1) for _ in range(2))
    assert torch.rand(1) == wanted
    assert torch.equal(first.pictures, second.pictures)
    assert first.facts == second.facts
    assert len(first.facts) == len(first.pictures)
    if kind not in OF_WHOLE:
        assert first.pictures.shape[-2:] == given_source.view.shape[-2:]
    assert torch.equal(given_source.view, source().view)


@some
@given(seed=SEEDS)
def test_a_crop_is_what_its_box_cuts_out(seed):
    found = draw("crop", source(seed), SETTINGS["crop"], count=COUNT, seed=seed)
    for picture, facts in zip(found.pictures, found.facts, strict=True):
        box = {name: int(value) for name, value in facts}
        assert torch.equal(picture, functional.resized_crop(source(seed).whole, **box, size=[SIDE, SIDE]))


@pytest.mark.parametrize("size", [(24, 24), (33, 41), (24, 60)])
def test_ten_crops_are_torchvisions_and_lie_where_it_is_said(size):
    whole = torch.randint(0, 256, (3, *size)).byte()
    found = draw("ten_crops", Source(whole, whole[:, :24, :24]), {}, count=12, seed=0)
    assert torch.equal(found.pictures, torch.stack(v2.TenCrop(24)(whole)))
    for picture, facts in zip(found.pictures, found.facts, strict=True):
        told = {name: int(value) for name, value in facts}
        cut = functional.crop(whole, told["top"], told["left"], told["height"], told["width"])
        assert torch.equal(picture, functional.horizontal_flip(cut) if told["flipped"] else cut)


@some
@given(seed=SEEDS, noise=st.booleans(), square=st.booleans(), area=st.floats(0.05, 0.5))
def test_what_is_erased_is_the_box_and_all_else_stays(seed, noise, square, area):
    chosen = {"area": area, "square": float(square), "noise": float(noise)}
    found = draw("erasing", source(seed), chosen, count=COUNT, seed=seed)
    scale, ratio = ((area, area), (1, 1)) if square else ((0.02, area), (0.3, 3.3))
    own = v2.RandomErasing(1, scale, ratio, "random" if noise else 0)
    torch.manual_seed(seed)
    for picture, facts in zip(found.pictures, found.facts, strict=True):
        assert torch.equal(picture, own(source(seed).view / 255))
        box = {name: int(value) for name, value in facts}
        rows = slice(box["top"], box["top"] + box["height"])
        columns = slice(box["left"], box["left"] + box["width"])
        changed = (picture != source(seed).view / 255).any(dim=0)
        changed[rows, columns] = False
        assert not changed.any()
        assert noise or not picture[:, rows, columns].any()
        assert not square or box["width"] == box["height"] == round((area * SIDE * SIDE) ** 0.5)


@some
@given(seed=SEEDS, alpha=st.floats(0.1, 4))
def test_mixup_is_exact_in_pixels_and_in_targets(seed, alpha):
    given_source = source(seed)
    found = draw("mixup", given_source, {"alpha": alpha}, count=COUNT, seed=seed)
    torch.manual_seed(seed)
    mix = v2.MixUp(alpha=alpha, num_classes=7)
    for picture, facts, target in zip(found.pictures, found.facts, found.targets, strict=True):
        own, shares = mix(torch.stack([given_source.view, given_source.partner]) / 255, torch.tensor([2, 5]))
        assert torch.equal(picture, own[0])
        assert torch.equal(target, shares[0])
        share = dict(facts)["share"]
        by_hand = share * given_source.view / 255 + (1 - share) * given_source.partner / 255
        torch.testing.assert_close(picture, by_hand)
        torch.testing.assert_close(target, torch.tensor([0, 0, share, 0, 0, 1 - share, 0]))


@some
@given(seed=SEEDS, alpha=st.floats(0.1, 4))
def test_cutmix_takes_the_share_of_the_label_that_the_box_takes_of_the_pixels(seed, alpha):
    given_source = source(seed)
    found = draw("cutmix", given_source, {"alpha": alpha}, count=COUNT, seed=seed)
    torch.manual_seed(seed)
    mix = v2.CutMix(alpha=alpha, num_classes=7)
    for picture, facts, target in zip(found.pictures, found.facts, found.targets, strict=True):
        own, shares = mix(torch.stack([given_source.view, given_source.partner]) / 255, torch.tensor([2, 5]))
        assert torch.equal(picture, own[0])
        assert torch.equal(target, shares[0])
        told = dict(facts)
        inside = torch.zeros(SIDE, SIDE, dtype=torch.bool)
        inside[int(told["top"]) : int(told["bottom"]), int(told["left"]) : int(told["right"])] = True
        assert torch.equal(picture, torch.where(inside, given_source.partner / 255, given_source.view / 255))
        assert told["share"] == pytest.approx(1 - inside.float().mean().item(), abs=1e-6)
        assert target[2].item() == pytest.approx(told["share"], abs=1e-6)


def test_two_pictures_of_one_class_keep_its_whole_label():
    same = Source(source().whole, source().view, source().partner, (3, 3), 7)
    found = draw("mixup", same, {"alpha": 1.0}, count=COUNT, seed=0)
    torch.testing.assert_close(found.targets[:, 3], torch.ones(COUNT))


@some
@given(seed=SEEDS)
def test_colours_move_along_the_components_and_every_pixel_alike(seed):
    given_source = source(seed)
    found = draw("colour_components", given_source, {"alpha_deviation": 0.1}, count=COUNT, seed=seed)
    for picture, facts in zip(found.pictures, found.facts, strict=True):
        moved = picture - given_source.view / 255
        inside = ((picture > 0) & (picture < 1)).all(dim=0)
        alphas = torch.tensor([value for _, value in facts])
        # Back into the components' own axes: what was drawn, times the variances.
        shift = given_source.components.T @ moved[:, inside]
        wanted = (alphas * given_source.variances)[:, None].expand_as(shift)
        torch.testing.assert_close(shift, wanted, atol=1e-5, rtol=1e-4)


@some
@given(seed=SEEDS)
def test_the_operations_told_make_the_picture_again(seed):
    found = draw("randaugment", source(seed), SETTINGS["randaugment"], count=COUNT, seed=seed)
    again = {
        "Rotate": lambda picture, degrees: functional.rotate(picture, degrees),
        "Brightness": lambda picture, amount: functional.adjust_brightness(picture, 1 + amount),
        "Color": lambda picture, amount: functional.adjust_saturation(picture, 1 + amount),
        "Contrast": lambda picture, amount: functional.adjust_contrast(picture, 1 + amount),
        "Sharpness": lambda picture, amount: functional.adjust_sharpness(picture, 1 + amount),
        "Posterize": lambda picture, bits: functional.posterize(picture, int(bits)),
        "Solarize": lambda picture, share: functional.solarize(picture, 255 * share),
        "AutoContrast": lambda picture, _: functional.autocontrast(picture),
        "Equalize": lambda picture, _: functional.equalize(picture),
        "Identity": lambda picture, _: picture,
    }
    for picture, facts in zip(found.pictures, found.facts, strict=True):
        assert len(facts) == 2
        if not all(name in again for name, _ in facts):
            continue
        made = source(seed).view
        for name, strength in facts:
            made = again[name](made, strength)
        assert torch.equal(picture, made)


def test_every_operation_at_every_magnitude():
    view = source().view
    names, pictures = operations(view)
    assert pictures.shape == (len(names), MAGNITUDES, 3, SIDE, SIDE)
    at = names.index
    assert torch.equal(pictures[at("Rotate"), 30], functional.rotate(view, 30.0))
    assert torch.equal(pictures[at("Color"), 0], view)
    assert torch.equal(pictures[at("Identity"), 17], view)
    assert torch.equal(pictures[at("Posterize"), 30], functional.posterize(view, 4))


@some
@given(st.integers(3, 40), st.floats(1.05, 1.9), SEEDS)
def test_every_pooled_number_is_the_maximum_of_its_region(output, ratio, seed):
    size = side_before(output, ratio)
    generator = torch.Generator().manual_seed(seed)
    samples = torch.rand(1, 1, 2, generator=generator)
    picture = torch.rand(3, size, size, generator=generator)
    found = pooled(picture, (output, output), samples).numpy()
    across, down = (starts(size, output, each) for each in samples[0, 0].numpy())
    for row, top in enumerate(down):
        for column, left in enumerate(across):
            region = picture[:, top : top + 2, left : left + 2].amax(dim=(1, 2))
            np.testing.assert_array_equal(found[:, row, column], region.numpy())
    # Graham's condition for a ratio from 1 to 2: steps of one or two pixels.
    assert set(np.diff(across)[:-1]) <= {1, 2}


def test_the_regions_of_the_documentation():
    assert starts(18, 12, 0.3).tolist() == [0, 1, 3, 4, 6, 7, 9, 10, 12, 13, 14, 16]
    assert starts(9, 1, 0.5).tolist() == [7]


def test_what_torchvision_refuses_is_one_sentence():
    with pytest.raises(ShapeError, match="flip can't be drawn"):
        draw("flip", source(), {"chance": 2.0}, count=1, seed=0)
