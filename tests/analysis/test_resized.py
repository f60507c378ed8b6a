"""A resized report against a fresh one, network by network and for code that looks at its sizes in every way."""

import pickle
import threading

import pytest
import torch
import torch.nn.functional as F
import torchvision.models as tv
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn

from cnnviz.analysis import analyze
from cnnviz.errors import CnnvizError, ModelError, ShapeError
from cnnviz.models.architectures import architecture, native_size
from tests.conftest import NIGHTLY, some

# Families whose sizes the records follow; those of `ASKED_AGAIN` pad and cut in another way at every size, or fix it.
FOLLOWED = (
    "alexnet",
    "convnext_tiny",
    "densenet121",
    "efficientnet_b0",
    "googlenet",
    "inception_v3",
    "mnasnet0_5",
    "mobilenet_v2",
    "mobilenet_v3_small",
    "regnet_y_400mf",
    "resnet18",
    "resnet50",
    "shufflenet_v2_x0_5",
    "squeezenet1_1",
    "vgg16",
)
ASKED_AGAIN = ("maxvit_t", "swin_t", "vit_b_32")
SIZES = [(2, 3, 224, 224), (1, 3, 320, 320), (3, 3, 131, 200), (1, 3, 33, 33), (1, 1, 224, 224), (3, 224, 224)]


def outcome(make):
    """Return everything a report says, or the error."""
    try:
        report = make()
    except CnnvizError as error:
        return type(error), str(error)
    return report, report.memory, report.macs, report.unknown, report.input_size


@pytest.mark.parametrize("name", tv.list_models(module=tv) if NIGHTLY else [*some(FOLLOWED, every=2), *ASKED_AGAIN])
def test_a_resized_report_is_a_fresh_one_for_which_a_convolutional_networks_records_are_enough(name):
    model = architecture(name)
    report = analyze(model, native_size(name))
    for size in SIZES:
        assert outcome(lambda size=size: report.resized(size)) == outcome(lambda size=size: analyze(model, size)), size
    for size in SIZES[:3] if name in FOLLOWED else ():
        assert report.followed(size) == report.resized(size), size


def test_a_size_baked_into_the_network_is_refused_in_its_own_words():
    report = analyze(architecture("vit_b_32"))
    assert report.followed((4, 3, 224, 224)).macs == 4 * report.macs
    with pytest.raises(ShapeError, match=r"VisionTransformer cannot take 1x3x320x320: .* Expected 224 but got 320\.$"):
        report.resized((1, 3, 320, 320))


class Looking(nn.Module):
    """Base of models whose code looks at sizes."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 8, 3, padding=1)


class Branching(Looking):
    def forward(self, x: Tensor) -> Tensor:
        x = self.conv(x)
        if x.shape[2] > 20:
            x = F.max_pool2d(x, 2)
        return x.mean((2, 3))


class Looping(Looking):
    def forward(self, x: Tensor) -> Tensor:
        x = self.conv(x)
        total = x[:, :, 0]
        for row in range(1, x.size(2)):
            total = total + x[:, :, row]
        return total


class Iterating(Looking):
    def forward(self, x: Tensor) -> Tensor:
        return torch.stack([self.conv(image) for image in x])


class Measuring(Looking):
    """Python numbers made of a size by ways that are not followed."""

    def forward(self, x: Tensor) -> Tensor:
        half = int(x.shape[-1] * 0.5)
        many = len([0] * x.shape[-2])
        return F.adaptive_avg_pool2d(self.conv(x), (half, many // 2 + len(x)))


class Asking(Looking):
    """Sizes through every function that tells them, and calculations."""

    def forward(self, x: Tensor) -> Tensor:
        batch, _, height, width = x.shape
        x = F.pad(x, (0, -width % 8, (8 - height % 8) % 8, 0))
        x = self.conv(x)
        x = x.view(batch, 2, x.size(1) // 2, *x.shape[2:]).transpose(1, 2).flatten(1, 2)
        y = x.reshape(x.size(0), -1)[:, : x.numel() // (2 * batch)]
        z = torch.zeros(batch, y.shape[-1]) + y + x.new_ones(y.size())
        return torch.cat([z, y.expand(batch, y.shape[1])], -1).unsqueeze(1).repeat(1, min(3, height), 1)


class Upsampling(Looking):
    def forward(self, x: Tensor) -> Tensor:
        y = F.avg_pool2d(self.conv(x), 2, ceil_mode=True)
        y = (
            F.interpolate(y, size=x.shape[-2:], mode="bilinear")
            + F.interpolate(y, scale_factor=2)[..., : x.shape[2], : x.shape[3]]
        )
        return y.chunk(2, dim=1)[0] * y.split(4, 1)[1]


class Patches(Looking):
    def forward(self, x: Tensor) -> Tensor:
        rows = x.shape[2] // 4
        x = F.unfold(x[:, :, : 4 * rows, : 4 * (x.shape[3] // 4)], kernel_size=4, stride=4)
        return torch.einsum("bct,bcs->bts", x, x).softmax(-1).permute(0, 2, 1).contiguous()


class Scripted(Looking):
    """A function that takes only plain ints."""

    def forward(self, x: Tensor) -> Tensor:
        return x.view(torch.Size([x.shape[0], x.shape[1] * x.shape[2], x.shape[3]])) * torch.arange(x.shape[3])


CODE = (Branching, Looping, Iterating, Measuring, Asking, Upsampling, Patches, Scripted)


@pytest.mark.parametrize("kind", CODE)
@settings(max_examples=200 if NIGHTLY else 12)
@given(size=st.tuples(st.integers(1, 4), st.just(3), st.integers(4, 40), st.integers(4, 40)))
def test_code_that_looks_at_sizes(kind, size):
    model = kind()
    report = analyze(model, (2, 3, 24, 32))
    assert outcome(lambda: report.resized(size)) == outcome(lambda: analyze(model, size))


@pytest.mark.parametrize("kind", [Asking, Upsampling, Patches])
def test_calculations_with_sizes_are_followed(kind):
    report = analyze(kind(), (2, 3, 24, 32))
    assert report.followed((3, 3, 32, 16)) == analyze(kind(), (3, 3, 32, 16))


@pytest.mark.parametrize("kind", [Looping, Iterating, Measuring, Scripted])
def test_what_cannot_be_followed_is_known(kind):
    assert analyze(kind(), (2, 3, 24, 32)).followed((3, 3, 26, 34)) is None


LAYERS = [
    (nn.Conv1d(4, 6, 3, 2, 1, 2, 2), (2, 4, 20), (3, 4, 31)),
    (nn.Conv3d(2, 4, (1, 3, 3), (1, 2, 1)), (1, 2, 5, 9, 9), (2, 2, 4, 8, 11)),
    (nn.Conv2d(2, 4, 4, padding="same", dilation=2), (1, 2, 9, 9), (2, 2, 12, 5)),
    (nn.Conv2d(2, 4, 3), (2, 9, 9), (2, 12, 7)),
    (nn.ConvTranspose2d(4, 6, 3, 2, 1, 1, 2), (1, 4, 5, 6), (2, 4, 7, 3)),
    (nn.MaxPool2d(3, 2, 1, ceil_mode=True), (1, 4, 9, 9), (2, 4, 12, 14)),
    (nn.AvgPool3d(2, ceil_mode=True), (1, 4, 5, 5, 5), (2, 4, 6, 7, 9)),
    (nn.LPPool2d(2, 3, 2, ceil_mode=True), (1, 4, 9, 9), (2, 4, 12, 14)),
    (nn.AdaptiveMaxPool2d((3, None)), (1, 4, 9, 9), (2, 4, 12, 14)),
    (nn.BatchNorm1d(6), (4, 6), (7, 6)),
    (nn.GroupNorm(2, 6), (4, 6, 5), (7, 6, 9)),
    (nn.LayerNorm((6, 5)), (4, 6, 5), (7, 6, 5)),
    (nn.PixelShuffle(2), (1, 8, 3, 4), (2, 8, 5, 2)),
    (nn.PixelUnshuffle(2), (1, 2, 6, 4), (2, 2, 8, 2)),
    (nn.Upsample(scale_factor=1.5), (1, 2, 6, 4), (2, 2, 7, 3)),
    (nn.ReflectionPad2d((1, 2, 0, 3)), (1, 2, 6, 4), (2, 2, 7, 5)),
    (nn.ChannelShuffle(2), (1, 4, 6, 4), (2, 4, 7, 3)),
    (nn.GLU(1), (1, 4, 6, 4), (2, 4, 7, 3)),
    (nn.Flatten(2), (1, 4, 6, 4), (2, 4, 7, 3)),
    (nn.Unflatten(1, (2, -1)), (1, 4, 6), (2, 8, 6)),
    (nn.LSTM(5, 7, 2, batch_first=True, bidirectional=True, proj_size=3), (2, 9, 5), (3, 4, 5)),
    (nn.GRU(5, 7), (9, 2, 5), (4, 3, 5)),
    (nn.GRU(5, 7), (9, 5), (4, 5)),
    (nn.RNNCell(5, 7), (2, 5), (6, 5)),
    (nn.TransformerEncoderLayer(8, 2, 16, batch_first=True), (2, 9, 8), (3, 5, 8)),
    (nn.Linear(5, 7), (2, 3, 5), (9, 1, 5)),
    (nn.Unfold(3, stride=2), (1, 2, 9, 9), (2, 2, 11, 6)),
    (nn.Dropout2d(), (1, 2, 9, 9), (2, 2, 11, 6)),
    (nn.LocalResponseNorm(3), (1, 5, 9, 9), (2, 5, 11, 6)),
]


@pytest.mark.parametrize(("layer", "before", "after"), LAYERS, ids=lambda item: type(item).__name__)
def test_every_layer_is_followed(layer, before, after):
    assert outcome(lambda: analyze(layer, before).followed(after)) == outcome(lambda: analyze(layer, after))


def test_misfits_are_refused_as_by_a_fresh_report():
    report = analyze(architecture("resnet18"))
    for size in [(1, 4, 224, 224), (3, 224), (1, 3, 0, 5), ((1, 3, 64, 64), (1, 3, 64, 64))]:
        with pytest.raises(ShapeError):
            report.resized(size)


def test_several_inputs_are_resized_together():
    class Two(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.image, self.words = nn.Conv2d(3, 8, 3), nn.Embedding(50, 8)

        def forward(self, image: Tensor, words: Tensor) -> Tensor:
            return self.image(image) + self.words(words).mean(1)[:, :, None, None]

    report = analyze(Two(), ((1, 3, 8, 8), (1, 5)), dtype=(None, torch.int64))
    fresh = analyze(Two(), ((2, 3, 9, 7), (2, 6)), dtype=(None, torch.int64))
    assert outcome(lambda: report.followed(((2, 3, 9, 7), (2, 6)))) == outcome(lambda: fresh)
    named = analyze(Two(), {"words": (1, 5), "image": (1, 3, 8, 8)}, dtype={"words": torch.int64})
    assert (named.macs, named.layers) == (report.macs, report.layers)
    assert named.resized({"words": (2, 6), "image": (2, 3, 9, 7)}).macs == fresh.macs


def test_a_report_of_a_report_and_back_again():
    report = analyze(architecture("shufflenet_v2_x0_5"))
    assert report.resized((2, 3, 96, 96)).resized((1, 3, 224, 224)) == report
    looking = analyze(Branching(), (1, 3, 30, 30))
    assert looking.resized((1, 3, 8, 8)).resized((1, 3, 30, 30)) == looking


def test_a_report_travels_and_is_resized_where_it_arrives():
    report = analyze(architecture("resnet18"))
    for each in (report, report.resized((1, 3, 64, 64))):
        copy = pickle.loads(pickle.dumps(each))
        assert outcome(lambda copy=copy: copy) == outcome(lambda each=each: each)
        assert outcome(lambda copy=copy: copy.resized((2, 3, 96, 96))) == outcome(
            lambda: report.resized((2, 3, 96, 96))
        )
    arrived = pickle.loads(pickle.dumps(analyze(Branching(), (1, 3, 30, 30))))
    with pytest.raises(ModelError, match="travelled without"):
        arrived.resized((1, 3, 8, 8))


def test_a_later_change_of_the_model_does_not_reach_its_report():
    model = Branching()
    report = analyze(model, (1, 3, 30, 30))
    model.conv = nn.Conv2d(3, 100, 1)
    assert report.resized((1, 3, 8, 8)).layers[0].output_size == (1, 8, 8, 8)


def test_threads_share_a_report():
    report = analyze(Branching(), (1, 3, 30, 30))
    found = []
    threads = [
        threading.Thread(target=lambda side=side: found.append((side, report.resized((1, 3, side, side)))))
        for side in (8, 16, 24, 32) * 3
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 12
    assert all(each == analyze(Branching(), (1, 3, side, side)) for side, each in found)


class AsksForATypeAndASize(nn.Module):
    def __init__(self):
        super().__init__()
        self.small, self.large = nn.Conv2d(3, 9, 5), nn.Conv2d(3, 4, 3, padding=1)

    def forward(self, x):
        return self.large(x) if type(x.shape[2]) is int and x.shape[2] > 10 else self.small(x)


def test_a_branch_behind_a_question_for_a_type_is_asked_again_at_another_size():
    report = analyze(AsksForATypeAndASize(), (1, 3, 8, 8))
    assert report.macs == 16 * 9 * 75
    assert report.resized((1, 3, 16, 16)).macs == 256 * 4 * 27
