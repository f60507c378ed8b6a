import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.nn import functional

from cnnviz.components.axes import adaptive


@given(st.integers(1, 16), st.integers(1, 20))
def test_an_adaptive_axis_reads_what_torch_reads(size, count):
    axis = adaptive(size, count)
    assert axis.inputs == size
    assert axis.taps.shape[0] == count
    for source in range(size):
        values = torch.zeros(1, 1, size)
        values[0, 0, source] = 1
        reached = functional.adaptive_avg_pool1d(values, count)[0, 0].nonzero().flatten().tolist()
        assert [o for o, row in enumerate(axis.taps.tolist()) if source in row] == reached
