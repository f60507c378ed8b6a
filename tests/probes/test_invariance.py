"""Layers' changes against networks run picture by picture."""

import numpy as np
import pytest
import torch
from torch import nn

from cnnviz.arithmetic.pose import similarity
from cnnviz.errors import ModelError
from cnnviz.probes.activations import activations
from cnnviz.probes.invariance import changes, chunk_length, difference, moving_maps, relative
from cnnviz.probes.placement import moved


def picture(height: int = 32, width: int = 40, channels: int = 3, seed: int = 0) -> torch.Tensor:
    return torch.rand(channels, height, width, generator=torch.Generator().manual_seed(seed))


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
    batch = moved(picture(), [similarity(degrees=d, right=r) for d, r in ((0, 0), (10, 0), (90, 2), (0, 1))])
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
