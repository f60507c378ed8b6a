import numpy as np
import pytest
import torch

from cnnviz.engine.local import LocalEngine
from cnnviz.engine.requests import Numbers, Pool, PoolMoved, PoolShifts
from cnnviz.errors import ShapeError
from cnnviz.probes.pooling import pooled, pooled_moved, shifts, stays
from cnnviz.probes.resampling import by_pixels

GRID = torch.arange(16.0).reshape(1, 4, 4)


def test_divisors_are_what_torch_divides_by():
    padded = {"kernel_size": 3, "stride": 2, "padding": 1}
    assert pooled("AvgPool2d", GRID, **padded).divisors.tolist() == [[9, 9], [9, 9]]
    bare = pooled("AvgPool2d", GRID, **padded, count_include_pad=False)
    assert bare.divisors.tolist() == [[4, 6], [6, 9]]
    assert pooled("LPPool2d", GRID, norm_type=2, kernel_size=3, stride=2, ceil_mode=True).divisors.tolist() == [
        [9, 6],
        [6, 4],
    ]
    assert pooled("MaxPool2d", GRID, kernel_size=2).divisors is None


def test_a_winner_is_named_by_its_place_in_the_channel():
    found = pooled("MaxPool2d", torch.stack([GRID[0], -GRID[0]]), kernel_size=2)
    assert found.winners.tolist() == [[[5, 7], [13, 15]], [[0, 2], [8, 10]]]
    assert found.winners.dtype == np.int32


def test_what_stays_is_counted_where_there_is_anything():
    kept = stays(torch.tensor([0.0, 1, 2, 0]), torch.tensor([0.0, 1, 3, 1]))
    assert (kept.kept, kept.places) == (1, 3)
    assert kept.change == pytest.approx(2 / 3)
    nothing = stays(torch.zeros(3), torch.zeros(3))
    assert (nothing.kept, nothing.places, nothing.change) == (0, 0, 0)


def test_a_dot_that_stays_in_its_window_is_not_noticed_and_one_that_leaves_is():
    dot = torch.zeros(1, 4, 4)
    dot[0, 1, 0] = 1
    stayed = pooled_moved("MaxPool2d", torch.where(dot > 0, 1.0, 0.0), 1, kernel_size=2)
    assert (stayed.of_outputs.kept, stayed.of_outputs.places) == (1, 1)
    # The first column is repeated: the dot is drawn out to a line, one pixel stays.
    assert (stayed.of_inputs.kept, stayed.of_inputs.places) == (1, 2)
    assert stayed.same.tolist() == [[[True, False], [False, False]]]
    dot = torch.zeros(1, 4, 4)
    dot[0, 1, 1] = 1
    left = pooled_moved("MaxPool2d", dot, 1, kernel_size=2)
    assert (left.of_outputs.kept, left.of_outputs.places, left.of_outputs.change) == (0, 2, 2)


def test_the_curves_are_those_of_single_moves():
    pictures = torch.rand(5, 1, 9, 9, generator=torch.Generator().manual_seed(0))
    curve = shifts("AvgPool2d", pictures, 3, kernel_size=3, stride=1)
    assert curve.kept.shape == curve.change.shape == (3,)
    one = pooled_moved("AvgPool2d", pictures[:, 0], 2, kernel_size=3, stride=1)
    assert curve.change[1] == pytest.approx(one.of_outputs.change, rel=1e-5)
    assert shifts(None, pictures, 1).change[0] == pytest.approx(
        stays(pictures, by_pixels(pictures, right=1, ground=None)).change
    )


def test_requests_are_answered_and_kept_and_errors_are_a_sentence():
    engine = LocalEngine(device="cpu")
    numbers, settings = Numbers.of(GRID.numpy()), (("kernel_size", 2), ("stride", 2))
    first = engine.ask(Pool("MaxPool2d", numbers, settings))
    assert first.found.output.tolist() == [[[5, 7], [13, 15]]]
    assert engine.ask(Pool("MaxPool2d", Numbers.of(GRID.numpy()), settings)) is first
    assert engine.ask(PoolMoved("MaxPool2d", numbers, settings, 1)).found.output.tolist() == [[[4, 6], [12, 14]]]
    assert engine.ask(PoolShifts(None, longest=2)).found.kept.shape == (2,)
    with pytest.raises(ShapeError, match=r"\d.*\.$"):
        engine.ask(Pool("MaxPool2d", numbers, (("kernel_size", 9),)))
    engine.close()
