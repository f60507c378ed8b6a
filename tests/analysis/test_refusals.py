"""What eager torch refuses, analyze refuses in a sentence with the layer's name; what it takes, analyze takes."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor, nn

from cnnviz.analysis import analyze
from cnnviz.errors import CnnvizError
from tests.analysis.random_layers import KINDS, Calls, Case


@pytest.fixture(autouse=True, scope="module")
def one_thread():
    """Tiny tensors are slower with several threads, which wait for a core."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def first(output) -> tuple[int, ...]:
    return tuple(output.shape) if isinstance(output, torch.Tensor) else first(output[0])


def eager(case: Case) -> tuple[int, ...] | None:
    """The size of what torch makes on a CPU, None where it refuses."""
    try:
        with torch.no_grad():
            return first(case.model(*[item.clone() for item in case.inputs]))
    except Exception:
        return None


class Filled(nn.Module):
    """Writes its input where a mask of a buffer says."""

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("rows", torch.zeros(4, 2))
        self.register_buffer("mask", torch.tensor([True, False, True, True]))

    def forward(self, x: Tensor) -> Tensor:
        rows = self.rows.clone()
        rows[self.mask] = x
        self.rows[self.mask] = x
        return rows[self.mask] + self.rows[self.mask]


@pytest.mark.parametrize("size", [(3, 2), (1, 2), (2, 2), (4, 2)])
def test_a_mask_takes_as_many_rows_as_it_is_true(size):
    try:
        expected = tuple(Filled()(torch.rand(size)).shape)
    except RuntimeError:
        with pytest.raises(CnnvizError, match="setitem"):
            analyze(Filled(), size)
    else:
        assert analyze(Filled(), size).layers[-1].output_size == expected


def test_a_table_may_come_first():
    table = Calls(lambda m, x: torch.embedding(x, torch.tensor([3, 1])))
    assert analyze(table, (4, 5)).layers[-1].output_size == (2, 5)
    with pytest.raises(CnnvizError, match="asks for index 3 of a table of 3 rows"):
        analyze(table, (3, 5))


@pytest.mark.parametrize("kind", KINDS)
@given(data=st.data())
def test_a_cpu_decides(kind, data):
    case = data.draw(KINDS[kind])
    expected = eager(case)
    if expected is not None:
        # An empty output is worth no report.
        if 0 not in expected:
            assert analyze(case.model, case.sizes, dtype=case.types).layers[-1].output_size == expected
        return
    with pytest.raises(CnnvizError) as refused:
        analyze(case.model, case.sizes, dtype=case.types)
    assert case.name in str(refused.value)
    assert str(refused.value).endswith(".")
