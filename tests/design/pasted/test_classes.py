"""Networks pasted as classes: the test runs each text with torch, and the rows compute the same numbers."""

import pytest
import torch
from torch import nn

from cnnviz.analysis import analyze
from cnnviz.design import evaluate, from_pytorch, parse, write
from cnnviz.design.build import build
from cnnviz.design.pasted_input import with_input
from tests.design.pasted import block_networks, networks
from tests.design.pasted import more_networks as more

# The text, what makes the network in it, and what it reads.
STUDENTS = {
    "tutorial": (networks.TUTORIAL, "Net()", (1, 32, 32)),
    "mnist": (networks.MNIST, "Net()", (1, 28, 28)),
    "vgg": (networks.VGG, "VGG()", (3, 32, 32)),
    "alexnet": (networks.ALEXNET, "model", (3, 224, 224)),
    "fashion": (networks.FASHION, "model", (1, 28, 28)),
    "resnet": (block_networks.RESNET, "ResNet20()", (3, 224, 224)),
    "fire": (block_networks.FIRE, "SqueezeNet()", (3, 224, 224)),
    "mobilenet": (block_networks.MOBILENET, "MobileNetV1()", (3, 64, 64)),
    "autoencoder": (more.AUTOENCODER, "ConvAutoencoder()", (3, 224, 224)),
    "global pooling": (more.GLOBAL_POOLING, "SmallNet()", (3, 224, 224)),
    "gated": (more.GATED, "Net()", (3, 224, 224)),
    "dense": (more.DENSE, "DenseNet()", (3, 224, 224)),
    "concatenated": (more.CONCATENATED, "net", (3, 224, 224)),
    "unet": (more.UNET, "UNet()", (1, 64, 64)),
    "inverted": (more.INVERTED, "mobilenet()", (3, 224, 224)),
}
# What it is run on, where the text leaves the size open.
SMALL = dict.fromkeys(("gated", "inverted", "resnet", "autoencoder", "dense", "concatenated"), (3, 32, 32)) | {
    "global pooling": (3, 40, 40),
    "fire": (3, 63, 63),
}


def torchs(name):
    """Return the network that the text makes when torch runs it."""
    text, made, _ = STUDENTS[name]
    names = {"__name__": "pasted", "summary": print}
    exec(compile(text, "pasted", "exec"), names)
    return eval(made, names).eval()


def states_in_order(model, image):
    """Return the weights and buffers of the layers in the order in which they are called."""
    called = []
    hooks = [
        module.register_forward_hook(lambda module, *_: called.append(module))
        for module in model.modules()
        if not list(module.children())
    ]
    with torch.inference_mode():
        model(image)
    for hook in hooks:
        hook.remove()
    return [tensor for module in called for tensor in module.state_dict().values()]


@pytest.mark.parametrize("name", STUDENTS)
def test_the_rows_compute_what_the_text_computes(name):
    torch.manual_seed(0)
    theirs, size = torchs(name), SMALL.get(name, STUDENTS[name][2])
    image = torch.randn(1, *size)
    rows = from_pytorch(STUDENTS[name][0], (1, *size))
    assert parse(write(rows)) == rows
    states = states_in_order(theirs, image)
    ours = build(rows, (1, *size)).eval()
    assert [tensor.shape for tensor in ours.state_dict().values()] == [tensor.shape for tensor in states]
    ours.load_state_dict(dict(zip(ours.state_dict(), states, strict=True)))
    with torch.inference_mode():
        assert torch.allclose(ours(image.clone()), theirs(image.clone()), atol=1e-5)
    report, analysed = evaluate(rows, (1, *size)), analyze(theirs, (1, *size))
    assert report.error == ""
    assert report.parameters == sum(parameter.numel() for parameter in theirs.parameters())
    assert report.macs == analysed.macs


@pytest.mark.parametrize("name", STUDENTS)
def test_the_input_follows_from_the_text(name):
    text, _, size = STUDENTS[name]
    assert with_input(text).input_size == size


def test_the_blocks_of_a_resnet_are_recognised():
    """Torchvision's block, whose sum and ReLU are in place, is the row Basic; with F.relu it is an addition."""
    in_place = block_networks.RESNET.replace("F.relu(out)", "F.relu(out, inplace=True)").replace(
        "out = F.relu(self.bn1(self.conv1(x)))\n        out = self.bn2",
        "out = F.relu_(self.bn1(self.conv1(x)))\n        out = self.bn2",
    )
    kinds = [row.kind for row in from_pytorch(in_place, (1, 3, 32, 32))]
    assert kinds.count("Basic") == 9
    assert "Add" not in kinds
    assert [row.kind for row in from_pytorch(block_networks.RESNET, (1, 3, 32, 32))].count("Add") == 9


def test_an_own_block_may_be_the_whole_network():
    text = "class Two(nn.Module):\n  def forward(self, x):\n    return F.relu(x) + torch.tanh(x)\n"
    rows = from_pytorch(text, (1, 3, 8, 8))
    assert write(rows) == "Add [ReLU | Tanh]"
    assert isinstance(build(rows, (1, 3, 8, 8)), nn.Module)
