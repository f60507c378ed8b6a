"""Packed sequences, against torch's own sizes and, for each step of each sequence, every weight matrix once."""

import copy

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn
from torch.nn.utils import rnn

from cnnviz.analysis import analyze
from cnnviz.errors import ModelError, ShapeError

KINDS = st.sampled_from([nn.LSTM, nn.GRU, nn.RNN])


class Packing(nn.Module):
    """A recurrent layer, and what a test does with it."""

    def __init__(self, act, kind=nn.GRU, batch_first=True, both=False) -> None:
        super().__init__()
        self.layer = kind(4, 5, 2, batch_first=batch_first, bidirectional=both)
        self.batch_first = batch_first
        self.register_buffer("known", torch.tensor([6, 2]))
        self.act = act

    def forward(self, x):
        return self.act(self, x) + 0

    def padded(self, x, lengths, total=None, **keywords):
        packed = rnn.pack_padded_sequence(x, lengths, self.batch_first, **keywords)
        made, _ = rnn.pad_packed_sequence(self.layer(packed)[0], self.batch_first, total_length=total)
        return made


def matrices(layer):
    return sum(weight.numel() for weight in layer.parameters() if weight.dim() == 2)


def compare(model, size, count):
    """Hold a report against torch's own run; `count` steps are calculated."""
    with torch.no_grad():
        made = copy.deepcopy(model).eval()(torch.rand(size))
    report = analyze(model, size)
    assert report.layers[-1].output_size == tuple(made.shape)
    assert report.layers[-1].memory in (0, made.nbytes)
    assert report.macs == count * matrices(model.layer)
    assert report.unknown == ()
    return report


@settings(max_examples=40)
@given(st.lists(st.integers(1, 7), min_size=1, max_size=4), KINDS, st.booleans(), st.booleans(), st.booleans())
def test_any_lengths_in_any_order(lengths, kind, batch_first, both, as_tensor):
    given = torch.tensor(lengths) if as_tensor else lengths
    model = Packing(lambda model, x: model.padded(x, given, enforce_sorted=False), kind, batch_first, both)
    compare(model, (len(lengths), 7, 4) if batch_first else (7, len(lengths), 4), sum(lengths))


WAYS = {
    "a list": (lambda model, x: model.padded(x, [6, 3]), 9),
    "a tensor": (lambda model, x: model.padded(x, torch.LongTensor([5, 3])), 8),
    "on a device": (lambda model, x: model.padded(x, torch.tensor([5, 3], device=x.device).cpu()), 8),
    "a buffer": (lambda model, x: model.padded(x, model.known.cpu()), 8),
    "as many as there are": (lambda model, x: model.padded(x, torch.full((x.size(0),), x.size(1))), 12),
    "of one's own size": (lambda model, x: model.padded(x, [x.size(1)] * x.size(0)), 12),
    "of another's type": (lambda model, x: model.padded(x, x.new_full((2,), x.size(1), dtype=torch.long)), 12),
    "calculated": (lambda model, x: model.padded(x, torch.ones(x.shape[:2]).tril(2).sum(1).long().flip(0)), 7),
    "cut": (lambda model, x: model.padded(x, torch.tensor([9, 3]).clamp(max=x.size(1))), 9),
    "padded to a length": (lambda model, x: model.padded(x, [4, 3], total=x.size(1)), 7),
    "padded further": (lambda model, x: model.padded(x, [4, 3], total=9), 7),
    "the last step of each": (
        lambda model, x: (lambda made, n: made[torch.arange(2), n - 1])(
            *rnn.pad_packed_sequence(model.layer(rnn.pack_padded_sequence(x, [6, 3], True))[0], True)
        ),
        9,
    ),
    "the last state": (
        lambda model, x: model.layer(rnn.pack_padded_sequence(x, [3, 6], True, enforce_sorted=False))[1][-1],
        9,
    ),
    "first states": (
        lambda model, x: (
            model.layer(rnn.pack_padded_sequence(x, [6, 3], True), torch.zeros(2, x.size(0), 5).to(x.device))[0].data
        ),
        9,
    ),
    "a list of sequences": (lambda model, x: model.layer(rnn.pack_sequence([x[0], x[1, :3]]))[0].data, 9),
    "taken apart": (
        lambda model, x: rnn.unpack_sequence(model.layer(rnn.pack_padded_sequence(x, [6, 3], True))[0])[1],
        9,
    ),
}


@pytest.mark.parametrize(("act", "count"), WAYS.values(), ids=WAYS)
def test_lengths_of_every_origin(act, count):
    model = Packing(act)
    report = compare(model, (2, 6, 4), count)
    assert report.resized((2, 8, 4)) == analyze(model, (2, 8, 4))


def test_a_mask_that_follows_the_input_size_is_no_constant():
    model = Packing(lambda model, x: model.padded(x, torch.ones_like(x[..., 0]).sum(1).long()))
    compare(model, (2, 6, 4), 12)
    assert analyze(model, (2, 6, 4)).resized((3, 5, 4)).macs == 15 * matrices(model.layer)


@pytest.mark.parametrize(
    ("lengths", "words"),
    [([6, 3, 1], "batch_size"), ([3, 6], "decreasing order"), ([7, 6], "7 steps .* 6 steps"), ([6, 0], "greater")],
)
def test_lengths_that_do_not_fit_are_refused(lengths, words):
    with pytest.raises(ShapeError, match=words):
        analyze(Packing(lambda model, x: model.padded(x, lengths)), (2, 6, 4))


def test_lengths_that_are_values_of_the_input_are_called_so():
    with pytest.raises(ModelError, match="packs sequences by lengths that are values of its input"):
        analyze(Packing(lambda model, x: model.padded(x, (x.sum(-1) != 0).sum(1).cpu())), (2, 6, 4))
