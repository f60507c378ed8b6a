"""The states of a sweep, and the range that it goes over, without a browser."""

from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnviz.ui.form_controls import written
from cnnviz.ui.invariance.sweep.state import AXES, State, axes, view
from cnnviz.ui.number_controls import Range

ends = st.integers(-200, 200)


@given(ends, ends)
def test_a_range_is_read_back_from_its_link_where_it_is_in_order_and_within(start, stop):
    control = Range("rotation_range", (-180, 180), low=-180, high=180)
    read = control.parse(written((start, stop)))
    assert read == ((start, stop) if -180 <= start <= stop <= 180 else None)


@pytest.mark.parametrize("text", ["", "1", "1,2,3", "a,b", "2,1", "-999,0"])
def test_what_is_no_range_is_refused(text):
    assert Range("rotation_range", (-180, 180), low=-180, high=180).parse(text) is None


@given(st.sampled_from(AXES), st.sets(st.integers(50, 200), min_size=1), st.integers(50, 200), st.integers(1, 9))
def test_batches_hold_every_step_once_and_the_order_puts_them_back(swept, grid, amount, at_once):
    steps = tuple(sorted({*grid, amount}))
    state = State(SimpleNamespace(), swept, {swept: amount}, steps, "flat", amount not in grid)
    parts, order = state.batches(at_once)
    assert all(0 < len(part) <= at_once for part in parts)
    every = [each for part in parts for each in part]
    assert [every[at] for at in order] == [state.at(step) for step in steps]
    if state.off_grid:
        assert parts[-1] == (view({swept: amount}),)


@pytest.mark.parametrize("side", [28, 64, 224])
def test_another_amount_than_the_neutral_one_is_what_a_sweep_begins_with(side):
    for swept in AXES:
        defaults = {name: axis.amount(swept).default for name, axis in axes(side).items()}
        moved = {name for name, axis in axes(side).items() if defaults[name] != axis.neutral}
        assert moved == {swept}
