"""What print(model) shows, read back: the same layers, whichever kind and however nested."""

import re
import warnings

import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from torch import nn
from torchvision import models

from cnnviz.arithmetic import KINDS
from cnnviz.design import evaluate, from_pytorch, write
from cnnviz.design.pasted_input import with_input
from cnnviz.errors import ModelError
from tests.arithmetic import oracle
from tests.arithmetic.cases import CASES


def together(layer):
    """Return what print shows, with one number for axes that are alike."""
    shown = re.sub(r"(?<=\d)\.0\b", "", str(layer).replace(", max_norm=1.0", ""))
    return re.sub(r"(?<=[=(])\((-?[\d.]+)(?:, \1)*,?\)", r"\1", shown)


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=settings.default.max_examples // 5)
@given(data=st.data())
def test_a_layer_of_any_kind_is_read_as_it_is_printed(kind, data):
    """The row that is read makes a layer of the same size, parameters and settings, which prints the same."""
    size, given_settings = data.draw(CASES[kind])
    given_settings.pop("return_indices", None)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = oracle.accepted(kind, size, given_settings)
        assume(found is not None and len(given_settings.get("unflattened_size", (1, 1))) > 1)
        (row,) = from_pytorch(str(nn.Sequential(found[0])))
        # Some settings, such as the ceil_mode of AvgPool2d, are not printed.
        again = oracle.accepted(kind, size, dict(row.settings))
    report = evaluate([row], size) if len(size) > 1 else None
    if again is None:
        assert report is None or report.error
        return
    assert together(again[0]) == together(found[0])
    if report is not None:
        truth = again[1]
        assert (report.output_size, report.parameters) == (truth.output_size, truth.weights + truth.biases)


def test_a_nested_network_with_prompts_around():
    inner = nn.Sequential(
        nn.Conv2d(3, 8, 3, padding="same", padding_mode="reflect"), nn.UpsamplingBilinear2d(scale_factor=2)
    )
    network = nn.Sequential(inner, nn.Sequential(), nn.Softmax(dim=None), nn.Flatten())
    text = f">>> import torch\n>>> net = load('x.pt')\n>>> print(net)\n{network}\n>>> net.eval()\n"
    assert write(from_pytorch(text, (1, 3, 9, 9))) == (
        "Conv 8 3 p same padding_mode=reflect, Upsample 2 mode=bilinear align_corners=yes, Softmax, Flatten"
    )


@pytest.mark.parametrize("name", ["alexnet", "vgg11_bn"])
def test_a_class_is_read_in_its_order_with_the_flatten_of_its_forward(name):
    with torch.device("meta"):
        network = models.get_model(name, weights=None)
    found = with_input(f"Out[3]: {network}")
    assert found.input_size == (3, 224, 224)
    report = evaluate(found.rows, (1, 3, 224, 224))
    assert report.parameters == sum(each.numel() for each in network.parameters())
    assert report.output_size == (1, 1000)
    assert "print(model) does not show the forward of" in found.notes[0]


class Digits(nn.Module):
    """PyTorch's own first example: its forward pools, and no layer does."""

    def __init__(self, pool=False):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 10, 5)
        self.conv2 = nn.Conv2d(10, 20, 5)
        if pool:
            # Used twice, and printed once.
            self.pool = nn.MaxPool2d(2)
        self.drop = nn.Dropout2d()
        self.fc1 = nn.Linear(320, 50)
        self.fc2 = nn.Linear(50, 10)


class Joined(nn.Module):
    def __init__(self):
        super().__init__()
        self.up = nn.ConvTranspose2d(3, 32, 2, stride=2)
        self.conv = nn.Conv2d(96, 32, 3)


@pytest.mark.parametrize(
    ("network", "what"),
    [
        (Digits(), r"With 1x28x28: Line 5: the in_features of nn\.Linear is 320, but 8000 arrive"),
        (Digits(pool=True), r"Line 6: the in_features of nn\.Linear is 320, but 2000 arrive"),
        (Joined(), r"Line 3: the in_channels of nn\.Conv2d is 96, but 32 arrive"),
        (nn.Sequential(nn.ReLU(), Digits()), r"Line 7: the in_features of nn\.Linear is 320"),
    ],
)
@pytest.mark.parametrize("preferred", [None, (3, 64, 64)])
def test_where_printed_layers_do_not_fit_no_setting_is_advised(network, what, preferred):
    printed = str(network)
    with pytest.raises(ModelError) as caught:
        with_input(printed, preferred)
    said = str(caught.value)
    assert re.search(what, said)
    assert re.search(r"print\(model\), which does not show what the forward of (Digits|Joined) does between them", said)
    assert re.search(
        r"; paste the class (Digits|Joined) itself, or `cnnviz serve --model file\.py:(Digits|Joined)", said
    )
    assert "; write" not in said
    assert "; put" not in said


def test_printed_layers_on_an_input_that_does_not_fit_are_told_the_same():
    with pytest.raises(ModelError, match=r"^Line 5: .*8000 arrive with the layers in the order .* of Digits does betw"):
        from_pytorch(str(Digits()), (1, 1, 28, 28))


def test_in_a_printed_sequential_the_order_is_known_and_so_the_advice_is_right():
    with pytest.raises(ModelError, match=r"Line 3: the in_channels of nn.Conv2d is 16, .*; write in_channels=6\.$"):
        with_input(str(nn.Sequential(nn.Conv2d(3, 6, 5), nn.Conv2d(16, 16, 5))))


class Repeated(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.ModuleList([nn.Linear(4, 4) for _ in range(3)])


def test_layers_that_are_printed_once_for_several_are_several():
    text = str(Repeated())
    assert "3 x Linear" in text
    assert write(from_pytorch(text, (1, 4))) == "Flatten, Linear 4, Linear 4, Linear 4"


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("resnet18", r"Line 7: print\(model\) does not show what the forward of BasicBlock does; .*file.py:ResNet"),
        ("squeezenet1_0", r"Line 6: .* forward of Fire does; `cnnviz serve --model file.py:SqueezeNet` opens"),
    ],
)
def test_blocks_whose_forward_is_not_shown_are_refused(name, sentence):
    with torch.device("meta"):
        network = models.get_model(name, weights=None)
    with pytest.raises(ModelError, match=sentence):
        from_pytorch(str(network))


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("Sequential(\n  (0): ReLU()\n", r"does not end; copy it to its last bracket"),
        ("Sequential(\n  (0): Conv2d(3, 8, kernel_size=\n)", r"Line 2 is no layer as print\(model\) writes it"),
        ("Net(\n  (0): LSTM(10, 20)\n)", r"Line 2: the table has no row for nn.LSTM"),
        ("Net(\n  (0): Conv2d(3, 8, kernel_size=(3, 3), stride=(1, 1))\n  (skip): ReLU()\n)", r"what becomes of skip"),
        ("Net(\n  (0): 99999999 x ReLU()\n  (1): ReLU()\n)", r"more than"),
    ],
)
def test_what_cannot_be_read_has_a_sentence(text, sentence):
    with pytest.raises(ModelError, match=sentence):
        from_pytorch(text)
