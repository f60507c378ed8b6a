import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from cnnviz.ui.basics.edits import applied, parse, write

values = st.floats(-1e6, 1e6, width=32, allow_nan=False)
grids = st.sampled_from(["input", "kernel", "bias"])


@given(st.dictionaries(st.tuples(grids, st.integers(0, 400)), values, max_size=30))
def test_a_link_holds_edits_exactly(edits):
    read = parse(write(edits))
    assert {key: np.float32(value) for key, value in read.items()} == edits


def test_nonsense_in_a_link_is_left_out():
    assert parse("kernel.4:-2_bad_kernel.x:1_.3:4_input.-1:3_bias.0:nan_bias.1:1e9_input.7:0.5") == {
        ("kernel", 4): -2,
        ("input", 7): 0.5,
    }
    assert parse("") == {}


def test_an_edit_changes_its_cell_alone():
    before = np.zeros((1, 2, 3))
    after = applied({("input", 4): 2.0, ("kernel", 0): 5.0, ("input", 6): 1.0}, "input", before)
    assert after.tolist() == [[[0, 0, 0], [0, 2, 0]]]
    assert not before.any()
