"""Networks that take other things than one image, and layers that are no convolutions, against torch's own counts."""

import ast

import pytest
import torch
import torch.nn.functional as F
import torchvision
from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode

from cnnviz.analysis import analyze
from cnnviz.errors import ModelError, ShapeError


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


def test_padding_that_a_mask_tells_is_computed_as_in_training():
    class Masked(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.core = nn.TransformerEncoder(nn.TransformerEncoderLayer(8, 2, 16, batch_first=True), 2)

        def forward(self, x: Tensor, mask: Tensor) -> Tensor:
            return self.core(x, src_key_padding_mask=mask)

    report = analyze(Masked(), ((3, 5, 8), (3, 5)), dtype=(None, torch.bool))
    plain = analyze(Masked().core, (3, 5, 8))
    assert report.macs == plain.macs > 0
    assert report.layers[-1].output_size == (3, 5, 8)
    assert report.unknown == ()


class Nested(nn.Module):
    """A list of images, a dict with a mask and a pair, and what is no tensor, all as arguments."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(5, 4, 3)

    def forward(self, images, more, scale=1.0, *, mode="nearest"):
        x = self.conv(torch.cat(images, 1)) * scale
        low, high = more["pair"]
        return F.interpolate(x, size=(12, 12), mode=mode) + more["mask"] + low @ high


@pytest.mark.parametrize("kind", [list, tuple])
@pytest.mark.parametrize("named", [False, True])
def test_arguments_that_hold_several_tensors(kind, named):
    images, pair = kind([(2, 3, 8, 8), (2, 2, 8, 8)]), ((12, 5), (5, 12))
    size = (images, {"mask": (12, 12), "pair": pair}, 0.5)
    real = (kind(map(torch.rand, images)), {"mask": torch.rand(12, 12), "pair": tuple(map(torch.rand, pair))}, 0.5)
    if named:
        size = {"images": size[0], "more": size[1], "mode": "bilinear"}
        arguments, keywords = (), {"images": real[0], "more": real[1], "mode": "bilinear"}
    else:
        arguments, keywords = real, {}
    report = analyze(Nested(), size)
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        made = Nested()(*arguments, **keywords)
    assert report.flops == counter.get_total_flops()
    assert report.layers[-1].output_size == made.shape
    assert report.input_size == size
    assert report.resized(size).macs == report.macs
    assert report.layers[0].receptive_field is not None


def test_tensors_stand_for_their_sizes_and_types():
    image = torch.rand(1, 3, 9, 9)
    conv = nn.Conv2d(3, 4, 3)
    assert analyze(conv, image) == analyze(conv, (1, 3, 9, 9))
    words = {"source": torch.zeros(2, 9).long(), "target": torch.zeros(2, 7, dtype=torch.int32), "scale": (16,)}
    sizes = {name: tuple(getattr(item, "shape", item)) for name, item in words.items()}
    report = analyze(Translator(), words)
    assert report.input_size == sizes
    assert report.macs == analyze(Translator(), sizes, dtype={"source": torch.int64, "target": torch.int32}).macs


def test_types_go_by_the_same_form():
    class Looked(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.words = nn.Embedding(10, 4)

        def forward(self, batch):
            return self.words(batch["words"][0]) + batch["mask"]

    size, kinds = ({"words": [(2, 9)], "mask": (4,)},), ({"words": [torch.int64]},)
    assert analyze(Looked(), size, dtype=kinds).layers[-1].output_size == (2, 9, 4)
    assert analyze(Looked(), size, dtype=({"words": torch.int64},)).layers[-1].output_size == (2, 9, 4)
    with pytest.raises(ShapeError, match=r"1 inputs.*a type for each"):
        analyze(Looked(), size, dtype=({"word": torch.int64},))


@pytest.mark.parametrize("kind", [torch.complex64, torch.complex128, torch.float16, torch.bfloat16, torch.float64])
def test_inputs_are_of_the_parameters_type(kind):
    model = nn.Sequential(nn.Conv2d(1, 2, 3, dtype=kind), nn.Flatten(), nn.Linear(72, 5, dtype=kind))
    report = analyze(model, (1, 1, 8, 8))
    made = model[0](torch.zeros(1, 1, 8, 8, dtype=kind))
    assert report.macs == 36 * 2 * 9 + 72 * 5
    assert report.layers[0].memory == made.nbytes
    assert report.followed((2, 1, 8, 8)).macs == 2 * report.macs


class Listed(nn.Module):
    def forward(self, images: list[Tensor]) -> Tensor:
        return torch.cat(images, 1)


class Named(nn.Module):
    def forward(self, batch: dict[str, Tensor], scale: float = 1.0) -> Tensor:
        return batch["image"] * scale


class Conditioned(nn.Module):
    def forward(self, x: Tensor, t: Tensor) -> Tensor:
        return x * t


@pytest.mark.parametrize(
    ("model", "size", "sentence"),
    [
        (
            Listed(),
            ((1, 3, 8, 8), (1, 2, 8, 8)),
            "The model takes (images), and not an input of size 1x3x8x8 and 1x2x8x8: too many positional arguments; "
            "to pass them as one argument, a list, write ([(1, 3, 8, 8), (1, 2, 8, 8)],).",
        ),
        (
            Named(),
            {"image": (1, 3, 8, 8)},
            "The model takes (batch, scale), and not an input of size 1x3x8x8: missing a required argument: 'batch'; "
            "to pass them as one argument, a dict, write ({'image': (1, 3, 8, 8)},).",
        ),
        (
            Conditioned(),
            (1, 3, 8, 8),
            "The model takes (x, t), and not an input of size 1x3x8x8: missing a required argument: 't'.",
        ),
    ],
)
def test_arguments_that_forward_does_not_take_are_named(model, size, sentence):
    with pytest.raises(ModelError) as caught:
        analyze(model, size)
    assert str(caught.value) == sentence
    if "write " in sentence:
        written = sentence.split("write ")[1].rstrip(".")
        assert analyze(model, ast.literal_eval(written)).layers[-1].output_size[0] == 1


@pytest.mark.parametrize("size", [(1, 3, "a"), (1, 3, None), (1, 3.5), ((1, 3), [2, 0.5]), "1x3x8x8", 5, {}, [[]]])
def test_what_is_no_size_is_refused(size):
    with pytest.raises(ShapeError, match=r"\(1, 3, 224, 224\) is one image|at least 1"):
        analyze(Conditioned(), size)
