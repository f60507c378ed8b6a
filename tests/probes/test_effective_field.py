"""The effective field against torch's own autograd, on random small networks, and its spread against worked cases."""

import numpy as np
import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from torch import nn

from cnnviz.analysis import analyze
from cnnviz.errors import ModelError, ShapeError
from cnnviz.probes.effective_field import concentration, effective

SIZE = (3, 17, 14)
ACTIVATIONS = {"relu": nn.ReLU, "in place": lambda: nn.ReLU(inplace=True), "tanh": nn.Tanh}


@st.composite
def networks(draw) -> nn.Sequential:
    """Two or three convolutions with an activation and perhaps a pooling after each."""
    torch.manual_seed(draw(st.integers(0, 1000)))
    layers: list[nn.Module] = []
    channels = SIZE[0]
    for _ in range(draw(st.integers(1, 3))):
        wide, padding = draw(st.integers(1, 5)), draw(st.integers(0, 2))
        stride, dilation = draw(st.integers(1, 2)), draw(st.integers(1, 2))
        layers.append(nn.Conv2d(channels, wide, draw(st.integers(1, 3)), stride, padding, dilation))
        layers.append(ACTIVATIONS[draw(st.sampled_from(sorted(ACTIVATIONS)))]())
        if draw(st.booleans()):
            layers.append(draw(st.sampled_from((nn.MaxPool2d(2, 1), nn.AvgPool2d(2, 1), nn.BatchNorm2d(wide)))))
        channels = wide
    return nn.Sequential(*layers).eval()


def oracle(model: nn.Sequential, images: torch.Tensor, end: int, row: int, column: int, channel: int | None):
    """One backward pass an image, through the first layers of the network."""
    total = torch.zeros(images.shape[2:], dtype=torch.float64)
    for image in images:
        pixels = image[None].clone().requires_grad_()
        output = model[:end](pixels * 1.0)[0]
        unit = output[:, row, column].sum() if channel is None else output[channel, row, column]
        (gradient,) = torch.autograd.grad(unit, pixels)
        total += gradient[0].double().square().sum(0)
    return (total / total.sum() if total.sum() > 0 else total).numpy()


@settings(max_examples=40, deadline=None)
@given(model=networks(), choice=st.integers(0, 10**6), images=st.integers(1, 6), own=st.booleans())
def test_it_is_autograds_and_nothing_lies_outside_of_the_exact_box(model, choice, images, own):
    try:
        layers = analyze(model, (1, *SIZE)).layers
    except ShapeError:  # the image is too small for this network
        return
    place = choice % len(layers)
    layer = layers[place]
    _, channels, rows, columns = layer.output_size
    assume(not channels == rows != columns)  # as_maps takes such an activation for one with its channels last
    row, column = choice // 7 % rows, choice // 31 % columns
    channel = choice % channels if own else None
    stack = torch.randn(images, *SIZE, generator=torch.Generator().manual_seed(choice))
    found = effective(model, stack, layer.name, row, column, channel)
    np.testing.assert_allclose(found.energy, oracle(model, stack, place + 1, row, column, channel), atol=1e-6)
    assert (found.row, found.column, found.images) == (row, column, images)
    top, left, bottom, right = layer.receptive_field.box(row, column)
    outside = found.energy.copy()
    outside[max(top, 0) : max(bottom, 0), max(left, 0) : max(right, 0)] = 0
    assert outside.max() == 0
    if found.energy.any():
        assert concentration(found.energy, (top, left, bottom, right)).inside == pytest.approx(1, abs=1e-6)


def test_a_unit_that_nothing_moves_says_so():
    model = nn.Sequential(nn.Conv2d(3, 2, 3), nn.ReLU()).eval()
    nn.init.constant_(model[0].bias, -1000)
    found = effective(model, torch.randn(5, *SIZE), "1", 4, 4)
    assert (found.images, found.silent, float(found.energy.max())) == (5, 5, 0)
    alive = effective(model, torch.randn(5, *SIZE), "0", 4, 4)
    assert alive.silent == 0


def test_some_images_may_be_silent():
    model = nn.Sequential(nn.Conv2d(1, 1, 3), nn.ReLU()).eval()
    nn.init.ones_(model[0].weight)
    nn.init.zeros_(model[0].bias)
    stack = torch.stack([torch.ones(1, 8, 8), -torch.ones(1, 8, 8), torch.ones(1, 8, 8)])
    found = effective(model, stack, "1", 2, 3)
    assert found.silent == 1
    expected = np.zeros((8, 8))
    expected[2:5, 3:6] = 1 / 9
    np.testing.assert_allclose(found.energy, expected, atol=1e-7)


def test_stacks_are_numbered_on_and_the_model_is_left_alone():
    torch.manual_seed(0)
    model = nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.ReLU(inplace=True)).eval()
    before = {name: value.clone() for name, value in model.state_dict().items()}
    stack = torch.randn(9, *SIZE)
    whole = effective(model, stack, "2", 3, 3)
    parts = effective(model, (part for part in stack.split(2)), "2", 3, 3)
    np.testing.assert_allclose(whole.energy, parts.energy, atol=1e-7)
    assert parts.images == 9
    assert all(parameter.grad is None and parameter.requires_grad for parameter in model.parameters())
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())


def test_it_works_under_inference_mode():
    model = nn.Sequential(nn.Conv2d(3, 4, 3)).eval()
    with torch.inference_mode():
        assert effective(model, torch.randn(2, *SIZE), "0", 0, 0).energy.any()


def test_what_is_not_there_is_told():
    model = nn.Sequential(nn.Conv2d(3, 4, 3)).eval()
    stack = torch.randn(1, *SIZE)
    with pytest.raises(ModelError, match="nowhere"):
        effective(model, stack, "nowhere", 0, 0)
    with pytest.raises(ShapeError, match="15 by 12"):
        effective(model, stack, "0", 15, 0)
    with pytest.raises(ShapeError, match="4 channels"):
        effective(model, stack, "0", 0, 0, 4)
    with pytest.raises(ShapeError, match="one image"):
        effective(model, iter(()), "0", 0, 0)


def test_an_even_energy_is_no_more_concentrated_than_an_even_one():
    energy = np.full((20, 30), 1 / 600, np.float32)
    for box in (None, (4, 4, 14, 14), (-6, 10, 9, 40)):
        facts = concentration(energy, box)
        assert facts.radius == facts.even_radius
        if box is None:
            assert facts.centre == pytest.approx(facts.even_centre)


def test_a_single_pixel_is_all_in_the_centre():
    energy = np.zeros((9, 9), np.float32)
    energy[4, 4] = 1
    facts = concentration(energy, (0, 0, 9, 9))
    assert (facts.inside, facts.centre, facts.radius) == (1, 1, 0)
    # The middle half of 9 rows is those within 2.25 of the middle: 5 of 9.
    assert facts.even_centre == pytest.approx(25 / 81)
    moved = np.roll(energy, (3, 4), axis=(0, 1))
    assert concentration(moved, (0, 0, 9, 9)).radius == 5
    assert concentration(moved, (0, 0, 9, 9)).centre == 0
    assert concentration(moved, (0, 0, 5, 5)).inside == 0


def test_a_gaussian_has_the_radius_of_its_law():
    rows, columns = np.mgrid[-60:61, -60:61]
    energy = np.exp(-(rows**2 + columns**2) / (2 * 15**2))
    facts = concentration((energy / energy.sum()).astype(np.float32), None)
    # Of a two-dimensional normal law, 90 % lie within sigma * sqrt(2 ln 10).
    assert facts.radius == pytest.approx(15 * np.sqrt(2 * np.log(10)), abs=0.6)
