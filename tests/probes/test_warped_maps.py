"""What warping maps does, against torch's own affine_grid, grid_sample and modules."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn
from torch.nn import functional

from cnnviz import models
from cnnviz.analysis import analyze
from cnnviz.arithmetic.affine import IDENTITY, Theta
from cnnviz.arithmetic.lattice import Lattice, carried
from cnnviz.arithmetic.pose import similarity
from cnnviz.errors import ModelError
from cnnviz.probes.warped_maps import interior, warped_answers, warped_maps

TURNED: Theta = (0.8, 0.3, 0.1, -0.3, 0.8, -0.2)


def seeded(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def small(stride: int = 1, *, padding: int = 1) -> nn.Sequential:
    with torch.random.fork_rng():
        torch.manual_seed(7)
        made = nn.Sequential()
        made.add_module("conv1", nn.Conv2d(1, 4, 3, padding=padding))
        made.add_module("relu1", nn.ReLU(inplace=True))
        made.add_module("pool1", nn.MaxPool2d(2))
        made.add_module("conv2", nn.Conv2d(4, 3, 3, stride=stride, padding=padding))
        made.add_module("flatten", nn.Flatten())
        made.add_module("fc", nn.LazyLinear(5))
        made(torch.zeros(1, 1, 16, 16))
    return made.eval()


def lattices_of(model: nn.Module, side: int) -> dict:
    found = {}
    for row in analyze(model, (1, 1, side, side)).layers:
        field = row.receptive_field
        if field is not None and len(row.output_size) == 4:
            found[row.name] = tuple(
                Lattice(side, row.output_size[2 + axis], field.size[axis], field.stride[axis], field.padding[axis])
                for axis in (0, 1)
            )
    return found


BLACK = torch.full((1, 1, 1), -0.4)


def shift(columns: float, rows: float, side: int = 16) -> Theta:
    return similarity(right=columns, down=rows).theta(side)


def test_both_orders_are_what_torch_gives():
    model, photo = small(), torch.randn(1, 1, 16, 16, generator=seeded(3))
    found = warped_maps(model, photo, BLACK, "pool1", TURNED, lattices_of(model, 16))
    matrix = torch.tensor(TURNED).reshape(1, 2, 3)

    def sample(image):
        grid = functional.affine_grid(matrix, list(image.shape), align_corners=False)
        return functional.grid_sample(image, grid, align_corners=False)

    moved = sample(photo + 0.4) - 0.4
    with torch.no_grad():
        after = sample(model[:3](photo))
        before = model[:3](moved)
        scores = torch.cat([model(photo), model(moved), model[3:](after)])
    np.testing.assert_allclose(found.plain, model[:3](photo)[0].detach(), atol=1e-6)
    np.testing.assert_allclose(found.after, after[0], atol=1e-5)
    np.testing.assert_allclose(found.before, before[0], atol=1e-5)
    np.testing.assert_allclose(found.probabilities, scores.softmax(1), atol=1e-5)
    np.testing.assert_allclose(found.theta, TURNED, atol=1e-6)
    gap = next(each for each in found.gaps if each.layer == "pool1")
    varies = (before - before.mean(dim=(2, 3), keepdim=True)).square().mean().sqrt()
    assert gap.whole == pytest.approx(float((after - before).square().mean().sqrt() / varies), rel=1e-4)
    assert not model[2]._forward_hooks


def test_what_runs_in_place_behind_a_layer_does_not_change_its_maps():
    model, photo = small(), torch.randn(1, 1, 16, 16, generator=seeded(3))
    found = warped_maps(model, photo, BLACK, "conv1", TURNED, lattices_of(model, 16))
    with torch.no_grad():
        np.testing.assert_allclose(found.plain, model[0](photo)[0], atol=1e-6)
        rest = model[1:](torch.tensor(found.after)[None])
    np.testing.assert_allclose(found.probabilities[2], rest.softmax(1)[0], atol=1e-5)


@settings(max_examples=25, deadline=None)
@given(columns=st.integers(-4, 4), rows=st.integers(-4, 4), padding=st.integers(0, 1), seed=st.integers(0, 100))
def test_every_layer_commutes_with_a_shift_by_whole_strides_away_from_borders(columns, rows, padding, seed):
    model = small(padding=padding)
    lattices = lattices_of(model, 16)
    photo = torch.randn(1, 1, 16, 16, generator=seeded(seed))
    found = warped_maps(model, photo, BLACK, "conv1", shift(columns, rows), lattices)
    for gap in found.gaps:
        stride = lattices[gap.layer][0].stride
        if columns % stride == 0 == rows % stride and gap.interior is not None:
            assert gap.interior < 1e-4, gap


def test_a_convolution_commutes_with_a_fraction_of_a_pixel_and_a_relu_does_not():
    model, photo = small(), torch.randn(1, 1, 16, 16, generator=seeded(5))
    found = warped_maps(model, photo, BLACK, "conv1", shift(0.5, 0.25), lattices_of(model, 16))
    gaps = {gap.layer: gap.interior for gap in found.gaps}
    assert gaps["conv1"] < 1e-4 < 0.01 < gaps["relu1"]


@pytest.mark.parametrize("theta", [TURNED, similarity(degrees=90).theta(16)])
def test_a_convolution_does_not_commute_with_a_turn(theta):
    model, photo = small(), torch.randn(1, 1, 16, 16, generator=seeded(5))
    found = warped_maps(model, photo, BLACK, "conv1", theta, lattices_of(model, 16))
    assert next(gap.interior for gap in found.gaps if gap.layer == "conv1") > 0.1


def test_a_kernel_that_looks_the_same_when_turned_commutes_with_a_quarter_turn():
    model, photo = nn.Sequential(), torch.randn(1, 1, 16, 16, generator=seeded(5))
    model.add_module("conv1", nn.Conv2d(1, 1, 3, padding=1))
    with torch.no_grad():
        model[0].weight.copy_(torch.tensor([[1.0, 2, 1], [2, 5, 2], [1, 2, 1]])[None, None])
    model.add_module("flatten", nn.Flatten())
    quarter = similarity(degrees=90).theta(16)
    found = warped_maps(model, photo, BLACK, "conv1", quarter, lattices_of(model, 16))
    assert found.gaps[0].interior < 1e-5


@settings(max_examples=40, deadline=None)
@given(theta=st.tuples(*[st.floats(-1.2, 1.2)] * 6), padding=st.integers(0, 2))
def test_the_interior_saw_nothing_but_photo(theta, padding):
    """The oracle: ones for photo and zeros for all else, through torch's own sampling and windows."""
    side = 12
    rows = Lattice(side, (side + 2 * padding - 3) // 2 + 1, 3, 2, padding)
    grid = functional.affine_grid(torch.tensor(theta, dtype=torch.float64).reshape(1, 2, 3), [1, 1, side, side], False)
    # What of each warped pixel is photo: less than 1 where any of its neighbours is not.
    covered = functional.grid_sample(torch.ones(1, 1, side, side, dtype=torch.float64), grid, align_corners=False)

    def pure(given):
        """Return 1 where a window of 3, stride 2, saw nothing but ones."""
        padded = functional.pad(given, [padding] * 4)
        return -functional.max_pool2d(-padded, 3, 2)

    before = pure(covered)[0, 0] > 1 - 1e-4
    units = (pure(torch.ones(1, 1, side, side, dtype=torch.float64)) > 0.5).double()
    own = carried(theta, rows, rows)
    grid = functional.affine_grid(torch.tensor(own, dtype=torch.float64).reshape(1, 2, 3), list(units.shape), False)
    after = functional.grid_sample(units, grid, align_corners=False)[0, 0] > 1 - 1e-4
    found = interior(theta, rows, rows)
    expected = (before & after).numpy()
    # A source within a ten thousandth of a pixel of the border may fall on either side.
    assert (found & ~expected).sum() == 0
    assert (expected & ~found).sum() <= 0.05 * found.size


def test_a_map_that_covers_less_is_shifted_farther_in_its_own_coordinates():
    rows = Lattice(28, 10, 14, 2, 2)  # LeNet-5's second convolution: units 0 to 9 stand 4.5 to 22.5
    assert rows.factor == pytest.approx(20 / 28)
    assert rows.offset == pytest.approx(0)
    theta = carried(shift(4, 0, 28), rows, rows)
    assert theta[2] == pytest.approx(-4 / 2 * 2 / 10)  # four pixels are two of ten units
    assert theta[:2] == (1, 0)


def test_a_map_beside_the_middle_turns_about_the_photos_middle():
    rows = Lattice(28, 3, 36, 8, 14)  # units at 3.5, 11.5 and 19.5, the middle at 13.5
    theta = carried(similarity(degrees=180).theta(28), rows, rows)
    middle = (13.5 - 3.5) / 8  # as an index; a half turn leaves it where it is
    place_ = (2 * middle + 1) / 3 - 1
    assert theta[0] * place_ + theta[2] == pytest.approx(place_)


def test_answers_are_those_of_each_photo_alone():
    model, photos = small(), torch.randn(6, 1, 16, 16, generator=seeded(6))
    lattices = lattices_of(model, 16)
    found = warped_answers(model, photos, BLACK, "pool1", TURNED, lattices)
    for index in range(6):
        one = warped_maps(model, photos[index : index + 1], BLACK, "pool1", TURNED, lattices)
        assert one.probabilities.argmax(axis=1).tolist() == found[:, index].tolist()


def test_a_layer_without_rows_and_columns_gets_a_sentence():
    model = small()
    with pytest.raises(ModelError, match=r"fc has no rows and columns.*conv1, relu1, pool1, conv2"):
        warped_maps(model, torch.zeros(1, 1, 16, 16), BLACK, "fc", IDENTITY, lattices_of(model, 16))


def test_a_function_gets_a_sentence():
    class Functional(nn.Module):
        def __init__(self):
            super().__init__()
            self.conv = nn.Conv2d(1, 2, 3, padding=1)

        def forward(self, batch):
            return functional.relu(self.conv(batch)).flatten(1)

    model = Functional()
    with pytest.raises(ModelError, match="relu is a function"):
        warped_maps(model, torch.zeros(1, 1, 8, 8), BLACK, "relu", IDENTITY, lattices_of(model, 8))


@pytest.mark.parametrize("name", ["lenet-relu-mnist", "lenet5-mnist", "cnn-r-mnist"])
def test_the_identity_changes_nothing_in_any_layer(name):
    model = models.load(name, random_seed=1)
    found = warped_maps(
        model, torch.randn(1, 1, 28, 28, generator=seeded(8)), BLACK, "conv1", IDENTITY, lattices_of(model, 28)
    )
    assert len(found.gaps) > 5
    assert all(gap.whole < 1e-5 for gap in found.gaps)
    assert math.isclose(found.probabilities.sum(), 3, abs_tol=1e-4)
