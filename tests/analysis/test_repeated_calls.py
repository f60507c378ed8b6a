"""What is remembered of a call gives at another the same as torch; views and what is written in place are new calls."""

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor, nn

from cnnviz.analysis import analyze
from cnnviz.analysis.repeated_calls import RepeatedCalls
from tests.analysis.test_output_sizes_fast import described, lying

FUNCTIONS = [
    (torch.softmax, (-1,)),
    (torch.where, (2.0,)),
    (torch.pow, (2,)),
    (torch.gt, (0.5,)),
    (torch.cumsum, (0,)),
    (torch.clone, ()),
    (torch.Tensor.to, (torch.float64,)),
    (torch.max, (0,)),
    (torch.aminmax, ()),
    (torch.Tensor.masked_fill, (0.0,)),
    (torch.transpose, (0, -1)),
    (torch.Tensor.contiguous, ()),
    (torch.Tensor.add_, (1.0,)),
    (torch.frexp, ()),
    (torch.split, (1,)),
]


@given(st.lists(st.tuples(lying(st.integers(1, 3)), st.sampled_from(FUNCTIONS)), min_size=1, max_size=4))
@torch.no_grad()
def test_a_call_looks_as_torchs_own(cases):
    repeated = RepeatedCalls()
    for image, (function, more) in [*cases, *cases]:
        before = (image > 0,) if function in (torch.where, torch.Tensor.masked_fill) else ()
        arguments = (*before, image, *more) if function is torch.where else (image, *before, *more)
        expected, found = (run(*arguments) for run in (function, lambda *a, f=function: repeated.run(f, a, {})))
        assert type(found) is type(expected)
        assert described(found) == described(expected)
        shares = [item.untyped_storage()._cdata == image.untyped_storage()._cdata for item in _flat(found)]
        assert shares == [item.untyped_storage()._cdata == image.untyped_storage()._cdata for item in _flat(expected)]


def _flat(found):
    return [found] if isinstance(found, Tensor) else list(found)


@torch.no_grad()
def test_torch_is_asked_once():
    asked = []

    def softmax(x, dim):
        asked.append(dim)
        return torch.softmax(x, int(dim))

    repeated, image = RepeatedCalls(), torch.empty(2, 3, device="meta")
    for dim in (0, 1, 0, 1, True):
        repeated.run(softmax, (image, dim), {})
    repeated.run(softmax, (image.to(torch.float64), 0), {})
    repeated.run(softmax, (image.t(), 0), {})
    assert asked == [0, 1, True, 0, 0]


@pytest.mark.parametrize("steps", [1, 2, 7])
def test_a_loop_costs_and_makes_what_its_steps_do(steps):
    class Attending(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.query, self.cell = nn.Linear(6, 5), nn.GRUCell(10, 6)

        def forward(self, x: Tensor) -> Tensor:
            state, made = x.new_zeros(x.shape[0], 6), []
            for step in range(steps):
                weights = F.softmax(torch.bmm(self.query(state).unsqueeze(1), x.mT), -1).masked_fill(
                    x[:, :1, :1] > 0, 0
                )
                state = self.cell(torch.cat([torch.bmm(weights, x).squeeze(1), x[:, step]], 1), state)
                made.append(state)
            return torch.stack(made, 1)

    report = analyze(Attending(), (3, 7, 5))
    assert report.macs == steps * (3 * 6 * 5 + 2 * 3 * 7 * 5 + 3 * 18 * (10 + 6))
    assert report.layers[-1].output_size == (3, steps, 6)
    assert report.memory == analyze(Attending(), (3, 7, 5)).memory
