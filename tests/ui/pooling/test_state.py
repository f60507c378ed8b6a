"""Every number of the screen on pooling against torch's own layers, in double precision."""

from itertools import product

import numpy as np
import pytest
import torch
from hypothesis import assume, given
from hypothesis import strategies as st
from torch import nn

from cnnviz.components.pack import unpack
from cnnviz.components.sliding import message
from cnnviz.engine.local import LocalEngine
from cnnviz.errors import ShapeError
from cnnviz.ui.form_controls import written
from cnnviz.ui.pooling.state import (
    CHANNELS,
    FARTHEST,
    INPUT,
    OPERATION,
    OPERATIONS,
    PRESETS,
    SHIFT,
    SIZE,
    read,
)
from tests.ui.opened import opened, values


@pytest.fixture(scope="module")
def engine():
    started = LocalEngine(device="cpu")
    yield started
    started.close()


def by_torch(each) -> np.ndarray:
    inputs = torch.tensor(each.inputs, dtype=torch.float64)
    return getattr(nn, each.kind)(**each.settings)(inputs[None])[0].numpy()


def from_tables(each, divisors) -> np.ndarray:
    """Pool as the browser does: by the tables of the axes and the divisors that it gets."""
    axes = each.axes
    result = np.zeros(each.layer.output_size[1:])
    taps = np.prod([axis.taps.shape[1] for axis in axes])
    for row, column in product(*(range(len(axis.taps)) for axis in axes)):
        places = [(r, c) for r in axes[0].taps[row] if r >= 0 for c in axes[1].taps[column] if c >= 0]
        read = [(axes[0].source[r], axes[1].source[c]) for r, c in places]
        inside = np.array([each.inputs[:, r, c] for r, c in read if r >= 0 and c >= 0], float)
        divisor = len(read) if divisors is None else divisors[row, column]
        if each.drawn == "max":
            result[:, row, column] = inside.max(axis=0) if len(inside) else -np.inf
        elif each.drawn == "average":
            result[:, row, column] = inside.sum(axis=0) / divisor
        else:
            norm = each.settings["norm_type"]
            result[:, row, column] = ((inside**norm).sum(axis=0) * taps / divisor) ** (1 / norm)
    return result


@st.composite
def states(draw):
    operation = draw(st.sampled_from(OPERATION.options))
    chosen = {each.name: draw(values(each)) for each in (SIZE, CHANNELS, *OPERATIONS[operation][-1])}
    try:
        with opened(operation=operation, input="random", **chosen):
            state = read()
    except ShapeError:
        assume(False)
    numbers = np.random.default_rng(draw(st.integers(0, 99))).normal(size=state.inputs.shape)
    # Roots of negative sums are no numbers.
    state.inputs[:] = np.abs(numbers) if operation == "LP" else numbers
    return state


@given(each=states())
def test_any_setting_gives_torchs_numbers_and_so_do_the_browsers_tables(engine, each):
    found = engine.ask(each.request()).found
    expected = by_torch(each)
    assert found.output.shape == expected.shape == each.layer.output_size[1:]
    np.testing.assert_allclose(found.output, expected, atol=1e-5, rtol=1e-5)
    if expected[0].size <= 64:
        np.testing.assert_allclose(from_tables(each, found.divisors), expected, atol=1e-5, rtol=1e-5)
    if found.winners is not None:
        assert ((found.winners == -1) == (expected == -np.inf)).all()
        won = np.take_along_axis(each.inputs.reshape(len(each.inputs), -1), found.winners.reshape(len(expected), -1), 1)
        won = won.reshape(found.output.shape)
        np.testing.assert_array_equal(won[found.winners >= 0], found.output[found.winners >= 0])
    data = message(each.inputs, found.output, axes=each.axes, operation=each.drawn, divisors=found.divisors,
                   winners=found.winners)  # fmt: skip
    assert unpack(data)[0]["operation"] == each.drawn


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_sets_what_there_is_to_set(name):
    operation = PRESETS[name].get("operation", "max")
    known = {each.name: each for each in (OPERATION, INPUT, SIZE, CHANNELS, SHIFT, *OPERATIONS[operation][-1])}
    for key, value in PRESETS[name].items():
        assert known[key].parse(written(value)) == value
        # A preset is what differs from the defaults: what is a default stays out of the link.
        assert value != known[key].default


def test_the_lines_of_the_chart_pool_alike(engine):
    with opened(operation="LP", size=8, kernel_size=3, ceil_mode=True):
        rivals = read().rivals()
    assert set(rivals) == {"line_pixels", "line_lp", "line_max", "line_average"}
    assert dict(rivals["line_average"].settings) == {"kernel_size": 3, "stride": 2, "ceil_mode": True}
    lines = {name: engine.ask(request).found for name, request in rivals.items()}
    assert all(len(each.kept) == len(each.change) == FARTHEST for each in lines.values())
    # The lecture's point: over one pixel a maximum keeps more than the pixels do, and over many little.
    assert lines["line_max"].kept[0] > 2 * lines["line_pixels"].kept[0] > 2 * lines["line_average"].kept[0]
    assert lines["line_max"].kept[-1] < 0.1
    assert lines["line_average"].change[0] < lines["line_pixels"].change[0]


def test_a_global_average_has_one_number_a_channel():
    with opened(operation="global average", input="photo", size=5, channels=3, edited_input="0:4"):
        each = read()
    assert each.layer.output_size == (1, 3, 1, 1)
    assert each.inputs[0, 0, 0] == 4
    assert [len(axis.taps) for axis in each.axes] == [1, 1]
