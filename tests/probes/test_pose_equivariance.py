"""Layers under shifts, turns and scales, against rot90 and slices."""

import numpy as np
import pytest
import torch
from torch import nn

from cnnviz import images
from cnnviz.arithmetic.pose import Pose, similarity
from cnnviz.engine.local import LocalEngine
from cnnviz.engine.requests import ModelChoice, MoveMaps, Picture, ShiftAnswers
from cnnviz.errors import ModelError
from cnnviz.probes.equivariance import Places
from cnnviz.probes.pose_equivariance import movements, shifted

UNIT = Places((1, 1))


def relative(one, other):
    return float((one - other).norm() / other.norm())


class Net(nn.Module):
    """A convolution, and two scores."""

    def __init__(self, kernel):
        super().__init__()
        self.conv = nn.Conv2d(1, 1, kernel.shape[-1], padding=kernel.shape[-1] // 2, bias=False)
        self.conv.weight.data = kernel[None, None]

    def forward(self, batch):
        maps = self.conv(batch)
        return torch.stack([maps.mean(dim=(1, 2, 3)), -maps.mean(dim=(1, 2, 3))], dim=1)


def of(model, batch, **moves):
    poses = [similarity(**dict(zip(moves, amounts, strict=True))) for amounts in zip(*moves.values(), strict=True)]
    return movements(model, batch, "conv", UNIT, poses)


def test_a_turn_by_90_degrees_is_rot90():
    torch.manual_seed(0)
    picture, kernel = torch.randn(1, 1, 9, 9), torch.randn(3, 3)
    model = Net(kernel)
    (found,) = of(model, picture, degrees=[90.0])
    with torch.no_grad():
        still, there = model.conv(picture), model.conv(picture.rot90(1, (2, 3)))
    assert found.still == pytest.approx(relative(there, still), rel=1e-4)
    assert found.along == pytest.approx(relative(there, still.rot90(1, (2, 3))), rel=1e-4)


def test_a_kernel_that_is_itself_turned_is_equivariant_to_turns():
    picture, kernel = torch.randn(1, 1, 9, 9), torch.tensor([[1.0, 2, 1], [2, -3, 2], [1, 2, 1]])
    found = of(Net(kernel), picture, degrees=[90.0, 180.0])
    assert all(change.along < 1e-4 < 0.1 < change.still for change in found)


def test_a_picture_that_is_not_moved_does_not_change():
    (found,) = of(Net(torch.randn(3, 3)), torch.randn(1, 1, 8, 12), right=[0.0])
    assert found.still < 1e-4
    assert found.along < 1e-4


def test_the_answer_is_that_to_the_moved_picture():
    model = Net(torch.ones(1, 1))
    picture = torch.full((1, 1, 6, 6), -1.0)
    picture[..., :, 0] = 20.0
    # Far to the left the border is repeated, then all is 20; far to the right all is what stood on the left.
    left, right = of(model, picture, right=[-6.0, 6.0])
    assert (left.answer, right.answer) == (1, 0)
    scores = torch.tensor([[-1.0, 1.0]]).softmax(1)
    assert left.probability == pytest.approx(float(scores[0, 1]), rel=1e-4)


def test_a_layer_that_is_not_there_is_told():
    with pytest.raises(ModelError, match="conv9"):
        movements(Net(torch.ones(1, 1)), torch.ones(1, 1, 4, 4), "conv9", UNIT, [Pose()])


def test_what_a_shift_does_to_a_classifier():
    """One that looks whether the left column has ink."""

    class Left(nn.Module):
        def __init__(self):
            super().__init__()
            self.relu = nn.ReLU()

        def forward(self, batch):
            seen = self.relu(batch)
            inked = seen[:, 0, :, 0].amax(dim=1)
            return torch.stack([inked, 1 - inked], dim=1)

    pictures = torch.zeros(2, 1, 2, 4)
    pictures[0, ..., 0] = 1
    pictures[1, ..., 3] = 1
    found = shifted(Left(), pictures, torch.tensor([0, 1]), (0, 1), 0.0)
    np.testing.assert_allclose(found.right, [1, 0.5])
    np.testing.assert_allclose(found.inside, [1, 0.5])
    relu = found.changes[found.names.index("relu")]
    # Four of ink; moved, two of it have gone elsewhere and two have left: six places differ by 1.
    np.testing.assert_allclose(relu, [0, (6 / 4) ** 0.5], rtol=1e-6)


def test_shipped_networks_forgive_a_pixel_and_not_half_the_image_and_no_turn():
    engine = LocalEngine(device="cpu")
    try:
        found = engine.ask(ShiftAnswers(ModelChoice("lenet-relu-mnist"), (0, 1, 14))).found
        assert found.right[1] > 0.95 > 0.3 > found.right[2]
        at = {name: found.changes[found.names.index(name), 1] for name in ("relu1", "pool1", "relu2", "pool2")}
        assert at["pool1"] < at["relu1"]
        assert at["pool2"] < at["relu2"]
        moves = (similarity(right=4.0), similarity(degrees=90.0), similarity(scale=0.8))
        picture = Picture.of(images.sheet("digits")[70])
        shift, turn, scale = engine.ask(MoveMaps(ModelChoice("lenet-relu-mnist"), picture, "pool2", moves)).found
        assert shift.along < 0.2 < 0.5 < min(turn.along, scale.along)
        (head,) = engine.ask(MoveMaps(ModelChoice("lenet-relu-mnist"), picture, "fc1", moves[:1])).found
        assert head.along is None
    finally:
        engine.close()
