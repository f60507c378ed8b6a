"""Networks that take other things than one image, and layers that are no convolutions, against torch's own counts."""

import pytest
import torch
import torchvision
from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode

from cnnviz.analysis import analyze
from cnnviz.errors import ShapeError


class Translator(nn.Module):
    """Two sequences of words, and a mask that may be left out."""

    def __init__(self) -> None:
        super().__init__()
        self.words = nn.Embedding(100, 16)
        self.core = nn.Transformer(16, 4, 1, 1, 32, batch_first=True)
        self.never_run = nn.Linear(16, 1000)
        self.head = nn.Linear(16, 100)

    def forward(self, source: Tensor, target: Tensor, scale: Tensor | None = None) -> Tensor:
        made = self.core(self.words(source), self.words(target))
        return self.head(made if scale is None else made * scale)


def flops(model: nn.Module, *batch: Tensor) -> int:
    model = model.eval().to("meta")
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        model(*(item.to("meta") for item in batch))
    return counter.get_total_flops()


def test_words_are_indices():
    sizes = ((2, 9), (2, 7))
    report = analyze(Translator(), sizes, dtype=torch.int64)
    torch.backends.mha.set_fastpath_enabled(False)
    try:
        assert report.flops == flops(Translator(), torch.zeros(2, 9).long(), torch.zeros(2, 7).long())
    finally:
        torch.backends.mha.set_fastpath_enabled(True)
    assert report.input_size == sizes
    assert report.layers[-1].output_size == (2, 7, 100)
    assert report.parameters == sum(p.numel() for p in Translator().parameters())
    assert sum(layer.parameters for layer in report.layers) == report.parameters - 17_000
    assert all(layer.receptive_field is None for layer in report.layers)
    assert report.unknown == ()


def test_inputs_go_by_name_too():
    model = Translator()
    report = analyze(
        model,
        {"target": (2, 7), "source": (2, 9), "scale": (16,)},
        dtype={"target": torch.int64, "source": torch.int64},
    )
    assert report.macs == analyze(model, ((2, 9), (2, 7)), dtype=torch.int64).macs
    assert report.input_size == {"target": (2, 7), "source": (2, 9), "scale": (16,)}


@pytest.mark.parametrize(
    ("size", "dtype", "words"),
    [
        (((2, 9), (2, 7)), None, r"indices.*dtype=torch\.int64"),
        ((), None, "at least 1"),
        (((2, 9), ()), torch.int64, "at least 1"),
        (((2, 9), (2, 7)), (torch.int64,), "2 inputs"),
        ({"source": (2, 9)}, {"sauce": torch.int64}, "1 inputs"),
        (((2, 9), (2, 7)), "long", "type"),
    ],
)
def test_inputs_that_are_none_are_refused(size, dtype, words):
    with pytest.raises(ShapeError, match=words):
        analyze(Translator(), size, dtype=dtype)


def test_the_image_is_the_first_input_that_has_positions():
    class Conditioned(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.conv, self.scale = nn.Conv2d(3, 4, 3), nn.Linear(5, 4)

        def forward(self, label: Tensor, image: Tensor) -> Tensor:
            return self.conv(image) * self.scale(label)[:, :, None, None]

    layers = {layer.name: layer for layer in analyze(Conditioned(), ((1, 5), (1, 3, 8, 8))).layers}
    assert layers["scale"].receptive_field is None
    assert layers["conv"].receptive_field.size == layers["mul"].receptive_field.size == (3, 3)


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


def test_a_deformable_convolution_costs_what_a_convolution_does():
    class Deformable(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.deform = torchvision.ops.DeformConv2d(4, 6, 3, stride=2, padding=1, groups=2)

        def forward(self, x: Tensor, offset: Tensor) -> Tensor:
            return self.deform(x, offset)

    report = analyze(Deformable(), ((2, 4, 9, 9), (2, 18, 5, 5)))
    plain = analyze(nn.Conv2d(4, 6, 3, stride=2, padding=1, groups=2), (2, 4, 9, 9))
    assert (report.macs, report.parameters, report.unknown) == (plain.macs, plain.parameters, ())
    assert report.layers[-1].output_size == plain.layers[-1].output_size
