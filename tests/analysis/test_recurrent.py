"""Recurrent layers and cells: what they cost and make against torch's own counts."""

import pytest
import torch
from torch import Tensor, nn

from cnnviz.analysis import analyze
from tests.analysis.test_inputs import flops


class Unrolled(nn.Module):
    """What nn.LSTM, nn.GRU and nn.RNN do, as linear layers, which torch's counter knows."""

    def __init__(self, layer: nn.RNNBase) -> None:
        super().__init__()
        matrices = [weight for name, weight in layer.named_parameters() if weight.dim() == 2]
        self.parts = nn.ModuleList(nn.Linear(weight.shape[1], weight.shape[0], bias=False) for weight in matrices)
        self.steps, self.batch = 6, 3

    def forward(self, x: Tensor) -> Tensor:
        for _ in range(self.steps):
            for part in self.parts:
                part(x.new_empty(self.batch, part.in_features))
        return x


@pytest.mark.parametrize(
    "layer",
    [
        nn.LSTM(5, 7),
        nn.LSTM(5, 7, 3, bidirectional=True, bias=False),
        nn.LSTM(5, 7, 2, proj_size=4),
        nn.GRU(5, 7, 2, bidirectional=True),
        nn.RNN(5, 7, nonlinearity="relu"),
    ],
    ids=repr,
)
def test_recurrent_layers_cost_what_their_gates_do(layer):
    size = (6, 3, 5)
    report = analyze(layer, size)
    assert report.flops == flops(Unrolled(layer), torch.rand(size))
    assert report.layers[-1].output_size == tuple(layer(torch.rand(size))[0].shape)
    assert report.unknown == ()


@pytest.mark.parametrize("batch_first", [True, False])
@pytest.mark.parametrize("kind", [nn.LSTM, nn.GRU, nn.RNN])
def test_what_recurrent_layers_make_lies_in_memory_as_torchs_own(kind, batch_first):
    class Copying(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.layer = kind(5, 7, 2, bidirectional=True, batch_first=batch_first)

        def forward(self, x: Tensor) -> Tensor:
            return self.layer(x)[0].contiguous().flatten()

    model, x = Copying(), torch.rand(40, 30, 5)
    made, _ = model.layer(x)
    copies = analyze(model, (40, 30, 5)).layers[-2].memory
    assert copies == (0 if made.is_contiguous() else made.nbytes)


@pytest.mark.parametrize("cell", [nn.LSTMCell(5, 7), nn.GRUCell(5, 7), nn.RNNCell(5, 7)], ids=repr)
def test_a_cell_costs_a_step(cell):
    layer = {"LSTMCell": nn.LSTM, "GRUCell": nn.GRU, "RNNCell": nn.RNN}[type(cell).__name__](5, 7)
    assert analyze(cell, (3, 5)).macs == analyze(layer, (1, 3, 5)).macs


def test_packed_sequences_cost_their_own_lengths():
    class Packed(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.lstm = nn.LSTM(5, 7, batch_first=True)

        def forward(self, x: Tensor) -> Tensor:
            packed = nn.utils.rnn.PackedSequence(x.flatten(0, 1)[:8], torch.tensor([3, 2, 2, 1]))
            return self.lstm(packed)[0].data

    assert analyze(Packed(), (3, 4, 5)).macs == analyze(nn.LSTM(5, 7), (8, 1, 5)).macs


def test_weights_that_are_made_cost_what_weights_do():
    layer = nn.utils.parametrizations.weight_norm(nn.LSTM(5, 7, 2), "weight_hh_l0")
    report = analyze(layer, (6, 3, 5))
    assert report.macs == analyze(nn.LSTM(5, 7, 2), (6, 3, 5)).macs
    assert report.unknown == ()


def test_a_state_that_is_learned_is_no_weight():
    class Learned(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.cell = nn.LSTMCell(5, 7)
            self.state, self.memory = (nn.Parameter(torch.zeros(3, 7)) for _ in range(2))

        def forward(self, x: Tensor) -> Tensor:
            return self.cell(x, (self.state, self.memory))[0]

    assert analyze(Learned(), (3, 5)).macs == analyze(nn.LSTMCell(5, 7), (3, 5)).macs
