"""A recorded run of a network that overwrites what it has computed, or takes it from elsewhere."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor, nn
from torch.nn import functional as F

from cnnviz.probes import activations
from cnnviz.probes.record import UnrepeatableError, record
from tests.probes.test_recording import Forward


def _part_overwritten(self: Any, x: Tensor) -> Tensor:
    y = self.conv(x)
    y[:, :2] *= 3
    y[:, 2] = 7
    return y - 1


def _view_overwritten(self: Any, x: Tensor) -> Tensor:
    y = self.conv(x)
    y.flatten(1).relu_()
    return y + 1


def _halves(self: Any, x: Tensor) -> Tensor:
    one, two = self.conv(x).chunk(2, 1)
    two.add_(5)
    return torch.cat([one, F.relu(two, inplace=True), one], 1)


def _through_numpy(self: Any, x: Tensor) -> Tensor:
    y = torch.from_numpy(np.sqrt(np.abs(self.conv(x).detach().numpy())))
    return y * 2


def _input_overwritten(self: Any, x: Tensor) -> Tensor:
    x.mul_(2)
    return self.conv(x) + x.sum()


def _buffer_counts(self: Any, x: Tensor) -> Tensor:
    y = self.conv(x) + self.count
    self.count += 1
    return y + self.count


def _decides(self: Any, x: Tensor) -> Tensor:
    y = self.conv(x)
    return y * 2 if y.sum() > 0 else y * 3


def _lists_change(self: Any, x: Tensor) -> Tensor:
    y, size, order, place = self.conv(x), [2, 2], [2, 0, 1], torch.tensor(1)
    y = y + y.new_ones(size).sum() + y[:, order].sum() + y[:, place : place + 1]
    size[1] = 1
    order.reverse()
    place += 1
    return y * 1


def _out(self: Any, x: Tensor) -> Tensor:
    y, z = self.conv(x), self.other(x)
    made = torch.zeros_like(y)
    torch.add(y, z, out=made)
    torch.mul(made, y, out=y)
    return made + y


def _several(self: Any, x: Tensor) -> Tensor:
    values, places = self.conv(x).max(1, keepdim=True)
    return values + places + torch.stack([self.other(x)] * 2).mean(0) + torch.zeros(1)


@pytest.mark.parametrize(
    "run",
    [
        _part_overwritten,
        _view_overwritten,
        _halves,
        _through_numpy,
        _input_overwritten,
        _buffer_counts,
        _lists_change,
        _decides,
        _out,
        _several,
    ],
)
@pytest.mark.parametrize("most", [0, 10**6])
def test_what_is_overwritten_or_comes_from_elsewhere_is_as_it_was(run: Any, most: int) -> None:
    torch.manual_seed(3)
    model, batch = Forward(run), torch.randn(1, 3, 5, 5)
    expected = activations(model, batch.clone())
    model.count.zero_()
    recording, output = record(model, batch, most_bytes=most)
    model.count.zero_()
    with torch.no_grad():
        assert torch.equal(output, model(batch.clone()))
    for layer in (*expected, *reversed(expected)):
        assert torch.equal(recording.tensor(layer), expected[layer]), layer


@pytest.mark.parametrize(
    "run",
    [
        lambda self, x: self.conv(x) * torch.rand(1),
        lambda self, x: F.dropout(self.conv(x), 0.5, training=True),
        lambda self, x: _in_bfloat16(self, x),
        lambda self, x: _gradient(self, x),
        lambda self, x: self.conv(x).data.relu_(),
        lambda self, x: self.conv(x) * torch.bernoulli(torch.full((1,), 0.5), generator=torch.Generator()),
        lambda self, x: _seeded(self, x),
        lambda self, x: self.conv(x) + self.count.data.mul_(3),
        lambda self, x: self.conv(x) + self.count.view(-1).add_(1),
        lambda self, x: self.conv(x) + x.to_sparse().to_dense(),
        lambda self, x: _written_by_numpy(self, x),
        lambda self, x: _written_by_numpy(self, x) * 2,
        lambda self, x: _shared_with_numpy(self, x),
    ],
)
def test_what_would_not_come_out_the_same_is_refused(run: Any) -> None:
    with pytest.raises(UnrepeatableError):
        record(Forward(run), torch.randn(1, 3, 5, 5))


def _written_by_numpy(self: Any, x: Tensor) -> Tensor:
    y = self.conv(x)
    y.detach().numpy()[...] *= 2
    return y


def _shared_with_numpy(self: Any, x: Tensor) -> Tensor:
    y = self.conv(x)
    torch.from_numpy(np.asarray(y.detach())).add_(1)
    return y + 1


def test_what_is_taken_as_it_is_has_a_bound() -> None:
    def overwritten(self: Any, x: Tensor) -> Tensor:
        y = self.conv(x)
        half = y[:, :1]
        for _ in range(times):
            y.mul_(0.9)
            half.sum()  # a view of what was overwritten is taken as it is
        return y

    model, batch = Forward(overwritten), torch.randn(1, 3, 256, 256)
    each = 4 * model.conv(batch)[:, :1].numel()
    times = 10**7 // each
    recording, _ = record(model, batch, most_bytes=0)
    last = recording.names[-1]
    assert torch.equal(recording.tensor(last), activations(model, batch.clone())[last])
    assert times * each < recording.nbytes
    times += 1
    with pytest.raises(UnrepeatableError, match="more than 10 MB"):
        record(model, batch)


def _seeded(self: Any, x: Tensor) -> Tensor:
    torch.manual_seed(0)
    return self.conv(x) * torch.rand(1)


def test_a_model_that_keeps_a_mean_leaves_earlier_recordings_alone() -> None:
    def run(self: Any, x: Tensor) -> Tensor:
        y = self.conv(x)
        self.count.mul_(0.5).add_(y.mean())
        return y + self.count

    model = Forward(run)
    one, _ = record(model, torch.randn(1, 3, 5, 5))
    before = {name: one.tensor(name).clone() for name in one.names}
    record(model, torch.randn(1, 3, 5, 5))
    assert all(torch.equal(one.tensor(name), before[name]) for name in one.names)


def _in_bfloat16(self: Any, x: Tensor) -> Tensor:
    with torch.autocast("cpu", torch.bfloat16):
        return self.conv(x)


def _gradient(self: Any, x: Tensor) -> Tensor:
    with torch.enable_grad():
        x = x.detach().requires_grad_()
        return torch.autograd.grad(self.conv(x).sum(), x)[0]


STEPS: dict[str, Callable[[list[Tensor], int, int], Any]] = {
    "new": lambda pool, a, b: pool.append(pool[a] * 1.5 - pool[b]),
    "view": lambda pool, a, b: pool.append(pool[a].view(2, 2, 2).transpose(0, 1).reshape(-1)),
    "slice": lambda pool, a, b: pool.append(pool[a][::1]),
    "in place": lambda pool, a, b: pool[a].mul_(0.5).add_(pool[b]),
    "operator": lambda pool, a, b: pool[a].__iadd__(pool[b]),
    "set": lambda pool, a, b: pool[a].__setitem__(slice(0, 4), pool[b][4:]),
    "relu": lambda pool, a, b: pool.append(F.relu(pool[a], inplace=True)),
}


@given(st.lists(st.tuples(st.sampled_from(sorted(STEPS)), st.integers(0, 50), st.integers(0, 50)), max_size=12))
def test_any_sequence_of_writes_and_views(steps: list[tuple[str, int, int]]) -> None:
    class Steps(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            pool = [x, x * 2]
            for name, a, b in steps:
                STEPS[name](pool, a % len(pool), b % len(pool))
            return torch.stack([each * 1 for each in pool])

    model, batch = Steps().eval(), torch.linspace(-1, 1, 8)
    expected = activations(model, batch.clone())
    for most in (0, 10**6):
        recording, output = record(model, batch, most_bytes=most)
        assert torch.equal(output, model(batch.clone()))
        for layer, tensor in expected.items():
            assert torch.equal(recording.tensor(layer), tensor), layer
