"""Pictures in poses against Pillow, NumPy, torchvision and trigonometry."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from torchvision.transforms import functional as vision

from cnnviz.arithmetic.pose import similarity
from cnnviz.probes.placement import moved, place


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


@given(
    right=st.floats(-12, 12), down=st.floats(-12, 12), degrees=st.floats(-180, 180), scale=st.floats(0.5, 2),
    height=st.integers(8, 40), width=st.integers(8, 40),
)  # fmt: skip
def test_any_move_is_the_one_that_pillow_makes(right, down, degrees, scale, height, width):
    image = picture(height, width, 1)
    amounts = {"right": right, "down": down, "degrees": degrees, "scale": scale}
    expected = by_pillow(image[0].numpy(), **amounts)
    found = moved(image, [similarity(**amounts)])[0, 0].numpy()
    known = ~np.isnan(expected)
    np.testing.assert_allclose(found[known], expected[known], atol=2e-4)


def test_a_move_inside_is_seen_by_pillow_at_most_pixels():
    expected = by_pillow(picture(40, 40, 1)[0].numpy(), right=3, down=-2, degrees=20, scale=1.0)
    assert np.isfinite(expected).mean() > 0.7


@pytest.mark.parametrize("turns", range(-4, 5))
def test_quarter_turns_are_exact_and_counter_clockwise(turns):
    image = picture(24, 24)
    np.testing.assert_allclose(
        moved(image, [similarity(degrees=90.0 * turns)])[0], torch.rot90(image, turns, (1, 2)), atol=1e-5
    )


@pytest.mark.parametrize(("edge", "mode"), [("flat", "constant"), ("edge", "edge"), ("mirror", "symmetric")])
@pytest.mark.parametrize(("right", "down"), [(0, 0), (5, 0), (0, -7), (-3, 9), (32, 0)])
def test_whole_pixels_are_numpys_padding(edge, mode, right, down):
    image = picture(20, 32).numpy()
    ground = {"constant_values": 0.5} if mode == "constant" else {}
    wide = np.pad(image, ((0, 0), (40, 40), (40, 40)), mode, **ground)
    expected = wide[:, 40 - down : 60 - down, 40 - right : 72 - right]
    found = moved(torch.tensor(image), [similarity(right=right, down=down)], edge=edge, ground=0.5)[0]
    np.testing.assert_allclose(found, expected, atol=1e-5)


def test_each_colour_has_its_own_ground():
    ground = torch.tensor([0.1, 0.5, 0.9])
    found = moved(picture(), [similarity(right=1000)], ground=ground)[0]
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
    poses = [similarity(degrees=float(turn), right=3) for turn in degrees]
    together = moved(image, poses, brightness=brightness, edge="mirror")
    for index in range(7):
        one = moved(image, poses[index : index + 1], brightness=float(brightness[index]), edge="mirror")
        np.testing.assert_allclose(one[0], together[index], atol=1e-4)


def test_another_edge_is_refused():
    with pytest.raises(ValueError, match="flat, edge, mirror, not 'wrap'"):
        moved(picture(), edge="wrap")


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


@settings(max_examples=40, deadline=None)
@given(
    degrees=st.floats(-180, 180),
    scale=st.floats(0.7, 1.5),
    across=st.floats(-4, 4),
    down=st.floats(-4, 4),
)
def test_a_dot_goes_where_trigonometry_sends_it(degrees, scale, across, down):
    (image,) = dots(1, (5, 2))
    pose = similarity(degrees=degrees, scale=scale, right=across, down=down)
    found = where(place(image, [pose], 42))[0]
    turned = complex(5, 2) * scale * complex(math.cos(math.radians(degrees)), math.sin(math.radians(degrees)))
    assert found.tolist() == pytest.approx([turned.real + across, turned.imag - down], abs=0.05)


def test_whole_pixels_are_moved_exactly():
    image = torch.rand(1, 1, 28, 28, generator=torch.Generator().manual_seed(0))
    moved = place(image, [similarity(right=-16, down=16)], 60)
    assert torch.allclose(moved[:, :, -28:, :28], image, atol=1e-4)
    assert float(moved.sum()) == pytest.approx(float(image.sum()), rel=1e-4)
