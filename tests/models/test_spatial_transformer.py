"""Spatial transformers: identity at the start, parts that make the whole, and the grids."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn import functional

from cnnviz import models
from cnnviz.errors import ShapeError
from cnnviz.models.spatial_transformer import AffineGrid, SpatialTransformer, build
from cnnviz.models.thin_plate import ThinPlateGrid

NAMES = [name for name in models.names() if name.startswith("stn-")]


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


@pytest.mark.parametrize("points", [0, 2, 4])
@pytest.mark.parametrize(("channels", "side"), [(1, 42), (16, 14)])
def test_at_the_start_nothing_is_warped_whatever_is_seen(points, channels, side):
    transformer = SpatialTransformer(channels=channels, side=side, warped=side, points=points).eval()
    batch = torch.rand(3, channels, side, side, generator=seeded())
    assert torch.allclose(transformer(batch), batch, atol=1e-4)
    assert transformer.theta(batch).shape == ((3, points**2, 2) if points else (3, 2, 3))


@pytest.mark.parametrize("name", NAMES)
def test_the_parts_make_the_whole(name):
    network = models.load(name, random_seed=0)
    with torch.no_grad():
        network.localisation.regression.weight.normal_(std=0.05, generator=seeded())
        batch = torch.rand(4, *models.card(name).input_size, generator=seeded(1))
        theta = network.theta(batch)
        warped = network.sampler(batch, network.grid(theta))
        assert theta.std(dim=0).max() > 1e-3
        assert torch.equal(theta, network.localisation(batch))
        assert torch.equal(warped, network.warp(batch))
        assert warped.shape == (4, 1, network.grid.side, network.grid.side)
        assert torch.equal(network.classifier(warped), network(batch))


@pytest.mark.parametrize("name", NAMES)
def test_the_classifiers_error_reaches_the_localisation_network(name):
    network = models.load(name, random_seed=0).train()
    batch = torch.rand(8, *models.card(name).input_size, generator=seeded())
    functional.cross_entropy(network(batch), torch.arange(8)).backward()
    assert network.localisation.regression.bias.grad.abs().min() > 0
    assert network.localisation.regression.weight.grad.abs().max() > 0


def test_theta_keeps_its_precision_under_autocast():
    network = build(side=42, pool=2).eval()
    with torch.no_grad(), torch.autocast("cpu", dtype=torch.bfloat16):
        network.localisation.regression.bias.fill_(1 + 2**-12)
        assert (network.theta(torch.rand(2, 1, 42, 42)) == 1 + 2**-12).all()


def test_the_affine_grid_is_torchs():
    theta = torch.randn(5, 2, 3, generator=seeded())
    assert torch.equal(AffineGrid(side=9)(theta), functional.affine_grid(theta, [5, 1, 9, 9], align_corners=False))


@settings(max_examples=10, deadline=None)
@given(points=st.integers(2, 5), seed=st.integers(0, 1000))
def test_the_spline_goes_where_it_is_sent(points, seed):
    side = 300  # pixels so small that one lies almost on each place
    spline = ThinPlateGrid(side=side, points=points)
    theta = spline.places + 0.2 * torch.randn(points**2, 2, generator=seeded(seed))
    nearest = ((spline.places + 1) / 2 * side).long().clamp(max=side - 1)
    found = spline(theta[None])[0, nearest[:, 1], nearest[:, 0]]
    assert torch.allclose(found, theta, atol=0.03)


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 1000))
def test_the_spline_bends_as_a_thin_plate_does(seed):
    """Free of load between its supports, a thin plate is biharmonic: fxxxx + 2 fxxyy + fyyyy = 0."""
    spline = ThinPlateGrid(side=16, points=2)
    bent = torch.tensor([0.5, -0.5, -0.5, 0.5])[:, None]  # what no affine map does
    theta = spline.places + bent * torch.rand(1, 2, generator=seeded(seed)).add(0.5)
    surface = spline(theta[None]).permute(3, 0, 1, 2).double()
    second = torch.tensor([1.0, -2.0, 1.0]).double()
    fourth = torch.nn.functional.conv1d(second[None, None], second[None, None], padding=2)[0, 0]
    zero = torch.zeros(5, 5).double()
    along, cross, down = zero.clone(), zero.clone(), zero.clone()
    along[2], down[:, 2] = fourth, fourth
    cross[1:4, 1:4] = 2 * second[:, None] * second
    parts = [functional.conv2d(surface, k[None, None])[:, :, 4:-4, 4:-4] for k in (along, cross, down)]
    size = sum(part.abs() for part in parts).amax()
    assert size > 1e-5
    assert sum(parts).abs().amax() < 0.1 * size


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 1000))
def test_a_spline_sent_affinely_is_the_affine_warp(seed):
    spline, affine = ThinPlateGrid(side=11, points=4), AffineGrid(side=11)
    theta = torch.randn(1, 2, 3, generator=seeded(seed))
    sent = spline.places @ theta[0, :, :2].T + theta[0, :, 2]
    assert torch.allclose(spline(sent[None]), affine(theta), atol=1e-4)


def test_the_places_go_row_by_row_and_start_with_x():
    assert ThinPlateGrid(side=3, points=2).places.tolist() == [[-1, -1], [1, -1], [-1, 1], [1, 1]]


def test_one_point_is_no_spline():
    with pytest.raises(ShapeError, match="at least 2 points a side, not 1"):
        ThinPlateGrid(side=8, points=1)


def test_what_is_computed_is_no_part_of_the_weights():
    assert not any("spread" in key or "places" in key for key in build(points=4).state_dict())
