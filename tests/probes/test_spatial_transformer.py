"""What a transformer chose, against torch's own affine_grid, grid_sample and modules."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn
from torch.nn import functional

from cnnviz.arithmetic.affine import IDENTITY, Theta
from cnnviz.arithmetic.pose import AXES, pose_of, similarity
from cnnviz.models import digit_cnn, spatial_transformer
from cnnviz.probes.placement import place
from cnnviz.probes.spatial_transformer import HAND, LEARNED, chosen_affine, looked
from cnnviz.probes.spatial_transformer import IDENTITY as STILL
from cnnviz.probes.warped_maps import warp

SIDE = 42
TURNED: Theta = (0.8, 0.3, 0.1, -0.3, 0.8, -0.2)


def seeded(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


@pytest.fixture
def batch():
    return torch.rand(3, 1, SIDE, SIDE, generator=seeded(0))


def network(points: int = 0) -> nn.Module:
    """Return a transformer that chooses another theta for every input."""
    with torch.random.fork_rng():
        torch.manual_seed(4)
        made = spatial_transformer.build(side=SIDE, points=points, pool=2, width=4, hidden=8, locating=8).eval()
        nn.init.normal_(made.localisation.regression.weight, std=0.3)
    return made


@pytest.mark.parametrize("points", [0, 4])
def test_the_learned_look_is_what_the_network_does(points, batch):
    made = network(points)
    found = looked(made, batch, TURNED)
    with torch.no_grad():
        np.testing.assert_allclose(found.probabilities, made(batch).softmax(1), atol=1e-6)
        np.testing.assert_array_equal(found.looks[0].theta, made.theta(batch))
        np.testing.assert_allclose(found.looks[0].warped, made.warp(batch)[:, 0], atol=1e-6)
    assert [each.name for each in found.looks] == [LEARNED, STILL, HAND]
    np.testing.assert_array_equal(found.looks[0].probabilities, found.probabilities)


@pytest.mark.parametrize("points", [0, 4])
def test_the_looks_by_hand_are_those_of_affine_grid_and_grid_sample(points, batch):
    made = network(points)
    looks = {each.name: each for each in looked(made, batch, TURNED).looks}
    for name, theta in ((STILL, IDENTITY), (HAND, TURNED)):
        matrix = torch.tensor(theta).reshape(1, 2, 3).expand(3, 2, 3)
        grid = functional.affine_grid(matrix, [3, 1, 28, 28], align_corners=False)
        warped = functional.grid_sample(batch, grid, align_corners=False)
        np.testing.assert_allclose(looks[name].warped, warped[:, 0], atol=1e-4)
        with torch.no_grad():
            expected = made.classifier(warped).softmax(1)
        np.testing.assert_allclose(looks[name].probabilities, expected, atol=1e-4)
        np.testing.assert_allclose(looks[name].affine, np.tile(theta, (3, 1)), atol=1e-5)
        assert looks[name].bend.max() < 1e-5


def test_a_spline_has_the_nearest_affine_map_and_the_rest_is_bend(batch):
    made = network(4)
    found = looked(made, batch, TURNED).looks[0]
    places = np.column_stack([made.grid.places.numpy(), np.ones(16)])
    for theta, affine, bend in zip(found.theta, found.affine, found.bend, strict=True):
        expected, *_ = np.linalg.lstsq(places, theta, rcond=None)
        np.testing.assert_allclose(affine.reshape(2, 3), expected.T, atol=1e-5)
        off = places @ expected - theta
        assert bend == pytest.approx(np.sqrt((off**2).sum(axis=1).mean()), abs=1e-5)
    np.testing.assert_allclose(chosen_affine(made, batch), found.affine, atol=1e-6)


def test_the_edge_is_where_the_outputs_border_is_read(batch):
    made = network()
    found = looked(made, batch, TURNED).looks[0]
    theta = torch.tensor(found.theta)
    for corner, (x, y) in zip((0, 1, 2, 3), ((-1, -1), (1, -1), (1, 1), (-1, 1)), strict=True):
        expected = theta @ torch.tensor([x, y, 1.0])
        np.testing.assert_allclose(found.edge[:, corner], expected, atol=1e-6)
    ring = looked(network(4), batch, TURNED).looks[2].edge
    np.testing.assert_array_equal(ring[:, 0], ring[:, -1])
    # An affine spline's ring runs along the box, half an output pixel inside of it.
    matrix = torch.tensor(TURNED).reshape(2, 3)
    inner = [torch.tensor([x, y, 1.0]) for x, y in ((-27 / 28, -27 / 28), (27 / 28, -27 / 28))]
    np.testing.assert_allclose(ring[0, [0, 27]], torch.stack([matrix @ each for each in inner]), atol=1e-4)


def test_without_a_transformer_there_are_no_looks():
    with torch.random.fork_rng():
        torch.manual_seed(0)
        plain = digit_cnn.build(width=4, hidden=8).eval()
    seen = torch.rand(2, 1, 28, 28, generator=seeded(1))
    found = looked(plain, seen, IDENTITY)
    assert found.looks == ()
    with torch.no_grad():
        np.testing.assert_allclose(found.probabilities, plain(seen).softmax(1), atol=1e-6)


amounts = st.tuples(st.floats(-170, 170), st.floats(0.7, 1.6), st.floats(-9, 9), st.floats(-9, 9))


@given(amounts)
def test_the_box_of_a_pose_gives_the_placed_digit_back(given_amounts):
    """The oracle is what training places: through the box's theta the canvas shows the very digit."""
    pose = similarity(**dict(zip(AXES, given_amounts, strict=True)))
    axis = torch.linspace(-1, 1, 28)
    # Smooth, so that two interpolations lose little; all of it well inside, so that nothing is cut off.
    digit = (torch.exp(-8 * (axis[:, None] - 0.2) ** 2 - 9 * (axis[None] + 0.1) ** 2))[None, None]
    canvas = place(digit, [pose], 60)
    theta = pose.box(60, 28)
    grid = functional.affine_grid(torch.tensor(theta).reshape(1, 2, 3), [1, 1, 28, 28], align_corners=False)
    back = functional.grid_sample(canvas, grid, align_corners=False)
    # Two interpolations flatten the peak, which is 1, a little.
    assert (back - digit).abs().max() < 0.08
    found = pose_of(theta, 60, 28)
    assert [found.along(axis) for axis in AXES] == pytest.approx(given_amounts, abs=1e-6)


@settings(max_examples=30, deadline=None)
@given(amounts)
def test_placing_is_what_training_does(given_amounts):
    image = torch.rand(1, 1, 28, 28, generator=seeded(2))
    pose = similarity(**dict(zip(AXES, given_amounts, strict=True)))
    expected = place(image, [pose], 28)
    theta = pose.theta(28)
    np.testing.assert_allclose(warp(image, theta), expected, atol=2e-4)


# Maps inside of a network -----------------------------------------------------------------------------------------
