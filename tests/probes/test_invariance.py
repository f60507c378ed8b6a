"""Moved pictures against Pillow, NumPy and torchvision; layers' changes against networks run picture by picture."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from torch import nn
from torchvision.transforms import functional as vision

from cnnviz.errors import ModelError
from cnnviz.probes.activations import activations
from cnnviz.probes.invariance import changes, chunk_length, difference, moved, moving_maps, relative


def picture(height: int = 32, width: int = 40, channels: int = 3, seed: int = 0) -> torch.Tensor:
    return torch.rand(channels, height, width, generator=torch.Generator().manual_seed(seed))


def by_pillow(image: np.ndarray, *, right: float, down: float, degrees: float, scale: float) -> np.ndarray:
    """Return a grey image moved by Pillow, from the composition of the steps; NaN where it reads beyond the image."""
    height, width = image.shape
    turn = np.deg2rad(degrees)

    def shift(x: float, y: float) -> np.ndarray:
        return np.array([[1, 0, x], [0, 1, y], [0, 0, 1.0]])

    # Rows run down, so that counter-clockwise is a negative angle.
    turned = np.array([[np.cos(turn), np.sin(turn), 0], [-np.sin(turn), np.cos(turn), 0], [0, 0, 1]])
    there = shift(width / 2 + right, height / 2 + down) @ (turned * [[scale], [scale], [1]])
    back = np.linalg.inv(there @ shift(-width / 2, -height / 2))

    def warp(values: np.ndarray) -> np.ndarray:
        source = Image.fromarray(values.astype(np.float32))
        result = source.transform((width, height), Image.Transform.AFFINE, back[:2].ravel(), Image.Resampling.BILINEAR)
        return np.asarray(result)

    inside = np.ones_like(image)
    inside[[0, -1]] = inside[:, [0, -1]] = 0
    return np.where(warp(inside) == 1, warp(image), np.nan)


@settings(max_examples=60, deadline=None)
@given(
    right=st.floats(-12, 12), down=st.floats(-12, 12), degrees=st.floats(-180, 180), scale=st.floats(0.5, 2),
    height=st.integers(8, 40), width=st.integers(8, 40),
)  # fmt: skip
def test_any_move_is_the_one_that_pillow_makes(right, down, degrees, scale, height, width):
    image = picture(height, width, 1)
    amounts = {"right": right, "down": down, "degrees": degrees, "scale": scale}
    expected = by_pillow(image[0].numpy(), **amounts)
    found = moved(image, **amounts)[0, 0].numpy()
    known = ~np.isnan(expected)
    np.testing.assert_allclose(found[known], expected[known], atol=2e-4)


def test_a_move_inside_is_seen_by_pillow_at_most_pixels():
    expected = by_pillow(picture(40, 40, 1)[0].numpy(), right=3, down=-2, degrees=20, scale=1.0)
    assert np.isfinite(expected).mean() > 0.7


@pytest.mark.parametrize("turns", range(-4, 5))
def test_quarter_turns_are_exact_and_counter_clockwise(turns):
    image = picture(24, 24)
    np.testing.assert_allclose(moved(image, degrees=90.0 * turns)[0], torch.rot90(image, turns, (1, 2)), atol=1e-5)


@pytest.mark.parametrize(("edge", "mode"), [("flat", "constant"), ("edge", "edge"), ("mirror", "symmetric")])
@pytest.mark.parametrize(("right", "down"), [(0, 0), (5, 0), (0, -7), (-3, 9), (32, 0)])
def test_whole_pixels_are_numpys_padding(edge, mode, right, down):
    image = picture(20, 32).numpy()
    ground = {"constant_values": 0.5} if mode == "constant" else {}
    wide = np.pad(image, ((0, 0), (40, 40), (40, 40)), mode, **ground)
    expected = wide[:, 40 - down : 60 - down, 40 - right : 72 - right]
    found = moved(torch.tensor(image), right=float(right), down=float(down), edge=edge, ground=0.5)[0]
    np.testing.assert_allclose(found, expected, atol=1e-5)


def test_each_colour_has_its_own_ground():
    ground = torch.tensor([0.1, 0.5, 0.9])
    found = moved(picture(), right=1000.0, ground=ground)[0]
    np.testing.assert_allclose(found, ground[:, None, None].expand(-1, 32, 40), atol=1e-6)


@pytest.mark.parametrize("factor", [0.0, 0.4, 1.0, 2.7])
def test_brightness_is_torchvisions(factor):
    image = picture()
    np.testing.assert_allclose(
        moved(image, brightness=factor)[0], vision.adjust_brightness(image, factor), atol=1e-5
    )  # fmt: skip


def test_a_batch_is_its_states_one_by_one():
    image, degrees = picture(), torch.linspace(-90, 90, 7)
    brightness = torch.linspace(0.2, 2, 7)
    together = moved(image, degrees=degrees, brightness=brightness, right=3.0, edge="mirror")
    for index in range(7):
        amounts = {"degrees": float(degrees[index]), "brightness": float(brightness[index]), "right": 3.0}
        np.testing.assert_allclose(moved(image, **amounts, edge="mirror")[0], together[index], atol=1e-4)


def test_another_edge_is_refused():
    with pytest.raises(ValueError, match="flat, edge, mirror, not 'wrap'"):
        moved(picture(), edge="wrap")


class Twice(nn.Module):
    """A network with everything that makes comparing hard: in-place writes, a reused module, a function, a dead end."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 8, 3, padding=1)
        self.relu = nn.ReLU(inplace=True)
        self.head = nn.Linear(8, 5)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.relu(self.conv(x))
        x += 1
        x = self.relu(x - 1.5)
        return self.head(x.mean((2, 3)))


@pytest.fixture
def network() -> nn.Module:
    torch.manual_seed(0)
    return Twice().eval()


def test_each_layers_change_is_that_of_pictures_run_one_by_one(network):
    batch = moved(picture(), degrees=torch.tensor([0.0, 10.0, 90.0, 0.0]), right=torch.tensor([0.0, 0.0, 2.0, 1.0]))
    found = changes(network, batch)
    alone = [activations(network, one[None]) for one in batch]
    assert [*found.relative] == [*alone[0]]
    for name, share in found.relative.items():
        first = alone[0][name].double()
        expected = [float((other[name].double() - first).norm() / first.norm()) for other in alone[1:]]
        np.testing.assert_allclose(share, expected, rtol=1e-4, atol=1e-6, err_msg=name)
        assert found.norms[name] == pytest.approx(float(first.norm()), rel=1e-5)
    with torch.no_grad():
        np.testing.assert_allclose(found.outputs, network(batch), atol=1e-6)


def test_only_the_layers_asked_for_are_compared(network):
    assert [*changes(network, torch.rand(3, 3, 9, 9), ["conv", "head"]).relative] == ["conv", "head"]


def test_large_layers_are_compared_as_exactly_as_small_ones():
    rows = torch.randn(4, 3_000_000, generator=torch.Generator().manual_seed(1))
    rows[1:] = rows[0] + 1e-3 * rows[1:]
    norm, distance = difference(rows)
    exact = rows.double()
    assert float(norm) == pytest.approx(float(exact[0].norm()), rel=1e-5)
    np.testing.assert_allclose(distance, (exact[1:] - exact[0]).norm(dim=1), rtol=1e-5)


def test_change_from_nothing():
    norm, distance = difference(torch.tensor([[0.0, 0], [0, 0], [3, 4]]))
    assert distance.tolist() == [0, 5]
    assert relative(norm.numpy()[None], distance.numpy()[None]).tolist() == [[0, float("inf")]]


def test_the_maps_of_some_channels(network):
    batch = torch.rand(3, 3, 9, 9)
    np.testing.assert_allclose(
        moving_maps(network, batch, "conv", [4, 1]), activations(network, batch)["conv"][:, [4, 1]]
    )  # fmt: skip
    assert moving_maps(network, batch, "head", [2]).shape == (3, 1, 1, 1)
    with pytest.raises(ModelError, match="conv"):
        moving_maps(network, batch, "conv", [8])
    with pytest.raises(ModelError, match="nowhere"):
        moving_maps(network, batch, "nowhere", [0])


def test_fewer_pictures_go_at_once_through_a_larger_network():
    assert chunk_length(1000) == 16
    assert 1 < chunk_length(10_000_000) < 16
    assert chunk_length(10**12) == 1
    assert chunk_length(1000, "cuda") == 64
    assert chunk_length(10**12, "cuda") == 1
