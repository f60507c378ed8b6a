"""Texts as people paste them: what stands around a network, and the many ways to write one."""

import pytest
import torch
from torch import nn

from cnnviz.design import evaluate, from_pytorch, write
from cnnviz.design.build import build
from cnnviz.design.pasted_input import with_input

LAYERS = "nn.Conv2d(1, 4, 5), nn.ReLU()"
SAME = {
    "moved to a device": f"model = nn.Sequential({LAYERS}).to(device)",
    "moved twice": f"model = nn.Sequential({LAYERS}).cuda().eval()\nmodel = model.to('cpu')",
    "printed after it": f"import torch.nn as N\nmodel = N.Sequential({LAYERS.replace('nn.', 'N.')})\nprint(model)",
    "summarised after it": f"model = nn.Sequential({LAYERS})\nsummary(model, (1, 28, 28))",
    "a loss and an optimiser after it": (
        f"model = nn.Sequential({LAYERS})\nloss = nn.CrossEntropyLoss()\noptimizer = optim.SGD(model.parameters(), 0.1)"
    ),
    "a script around it": (
        "import argparse\nargs = argparse.ArgumentParser().parse_args()\ntransform = transforms.Compose([ToTensor()])\n"
        f"model = nn.Sequential({LAYERS})\nif args.cuda:\n    model = model.cuda()\n"
        "for epoch in range(args.epochs):\n    for x, y in loader:\n        loss = F.nll_loss(model(x), y)\n"
    ),
    "constants": "channels, k = 2**2, (5, 5)\nnn.Sequential(nn.Conv2d(1, channels, k), nn.ReLU())",
    "arithmetic": "width = 64\nnn.Sequential(nn.Conv2d(1, int(width / 16), kernel_size=width // 12), nn.ReLU())",
    "math": "import math\nnn.Sequential(nn.Conv2d(1, math.ceil(3.2), max(3, round(4.6))), nn.ReLU())",
    "a list with a star": f"layers = [{LAYERS}]\nnn.Sequential(*layers)",
    "a list alone": f"layers = [{LAYERS}]",
    "a comprehension": "nn.Sequential(*[m for m in (nn.Conv2d(1, 4, 5), nn.ReLU())])",
    "appended": (
        "layers = []\nfor c in [4]:\n    layers.append(nn.Conv2d(1, c, 5))\n    layers += [nn.ReLU()]\n"
        "net = nn.Sequential(*layers)"
    ),
    "add_module": (
        "m = nn.Sequential()\nm.add_module('c', nn.Conv2d(1, 4, 5))\nm.add_module(name='r', module=nn.ReLU())"
    ),
    "named parts": "m = nn.Sequential(OrderedDict(conv=nn.Conv2d(1, 4, 5)))\nm.relu = nn.ReLU()",
    "parts": f"features = nn.Sequential({LAYERS})\nhead = nn.Identity()\nnet = nn.Sequential(features)",
    "a function": "def make(n, act=nn.ReLU):\n    return nn.Sequential(nn.Conv2d(1, n, 5), act())\n\nnet = make(n=4)",
    "a function alone": f"def build_model():\n    model = nn.Sequential({LAYERS})\n    return model",
    "a partial": "conv = partial(nn.Conv2d, kernel_size=5)\nnn.Sequential(conv(1, 4), nn.ReLU())",
    "fenced": f"Why does this fail?\n\n```python\nnn.Sequential({LAYERS})\n```\n\nThanks!",
    "prompts": (
        f">>> import torch\n>>> model = nn.Sequential(\n...     {LAYERS}\n... )\n"
        ">>> model(torch.rand(1, 1, 28, 28)).shape\ntorch.Size([1, 4, 24, 24])"
    ),
    "numbered prompts": f"In [3]: model = nn.Sequential(\n   ...:     {LAYERS}\n   ...: )\n\nIn [4]: model.eval()",
    "indented": f"    model = nn.Sequential(\n        {LAYERS}\n    )\n    print(model)",
    "copied from a page": f"model = nn.Sequential(\u00a0{LAYERS} ) # \u201cmine\u201d",
}


@pytest.mark.parametrize("text", SAME.values(), ids=SAME)
def test_what_stands_around_changes_nothing(text):
    assert write(from_pytorch(text, (1, 1, 28, 28))) == "Conv 4 5, ReLU"
    assert with_input(text).input_size == (1, 28, 28)


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("nn.Sequential(nn.Hardtanh(0, 6, inplace=True))", "Hardtanh 0 max_val=6 inplace"),
        ("nn.Sequential(nn.UpsamplingBilinear2d(scale_factor=2))", "Upsample 2 mode=bilinear align_corners=yes"),
        ("nn.Sequential(nn.UpsamplingNearest2d(size=(8, 8)))", "Upsample size=8x8"),
        ("nn.Sequential(nn.Softmax2d(), nn.SyncBatchNorm(3))", "Softmax 1, BatchNorm"),
        ("nn.Sequential(nn.ELU(), nn.CELU(), nn.LogSigmoid(), nn.Softsign())", "ELU, CELU, LogSigmoid, Softsign"),
        ("nn.Sequential(nn.ZeroPad2d(2), nn.ReflectionPad2d((1, 1, 1, 1)), nn.LocalResponseNorm(3))",
         "ZeroPad 2, ReflectionPad 1, LocalResponseNorm 3"),
        ("nn.Sequential(nn.LazyConv2d(8, 3), nn.LazyBatchNorm2d(), nn.Flatten(), nn.LazyLinear(3))",
         "Conv 8 3, BatchNorm, Flatten, Linear 3"),
    ],
)  # fmt: skip
def test_layers_of_many_names(text, rows):
    assert write(from_pytorch(text)) == rows


FUNCTIONS = [
    "F.relu(x)", "torch.relu(x)", "x.relu()", "F.relu_(x)", "F.leaky_relu(x, 0.2, inplace=True)", "F.elu(x, alpha=0.5)",
    "F.gelu(x, approximate='tanh')", "torch.sigmoid(x)", "x.tanh()", "F.softmax(x, dim=1)", "F.log_softmax(x, 1)",
    "F.hardtanh(x, 0., 6.)", "F.dropout(x, 0.2, self.training)", "F.dropout2d(x, training=self.training)",
    "F.max_pool2d(x, 2)", "F.max_pool2d(x, (3, 2), stride=2, padding=1, ceil_mode=True)", "F.avg_pool2d(x, 3, 1, 1)",
    "torch.max_pool2d(x, 2)", "F.adaptive_avg_pool2d(x, (2, 3))", "F.adaptive_max_pool2d(x, 1)",
    "F.avg_pool2d(x, x.size()[2:])", "F.avg_pool2d(x, kernel_size=x.shape[-1])", "F.lp_pool2d(x, 2, 2)",
    "F.interpolate(x, scale_factor=2, mode='bilinear', align_corners=False)", "F.interpolate(x, size=(5, 7))",
    "F.pad(x, (1, 2, 0, 1))", "F.pad(x, (1, 2))", "F.pad(x, (1, 1, 1, 1), mode='reflect')",
    "F.pad(x, [1, 1, 1, 1], 'constant', 2.0)", "F.pixel_shuffle(x, 2)", "F.local_response_norm(x, 3)",
    "torch.flatten(x, 1)", "torch.flatten(x, start_dim=2)", "x.flatten(1)", "x.flatten(2, 3)", "x.view(x.size(0), -1)",
    "x.view(-1, 4 * 8 * 8)", "x.view(x.shape[0], 4, 64)", "x.reshape((x.size(0), 2, 2, 64))", "x.view(-1, 4, 4, 16)",
    "x.mean([2, 3])", "x.mean(dim=(-2, -1), keepdim=True)", "x.mean(3).mean(2)", "torch.mean(x, dim=[2, 3])",
    "x.amax((2, 3))", "F.adaptive_avg_pool2d(x, 1).squeeze()", "F.avg_pool2d(x, 8).squeeze(-1).squeeze(-1)",
    "F.max_pool2d(x, (8, 1)).squeeze()", "torch.squeeze(F.max_pool2d(x, (1, 8)), 3)", "x.view(-1, 1, 4, 64).squeeze(1)",
    "x.squeeze().squeeze(1)", "F.adaptive_avg_pool2d(x, 1).squeeze((2, 3))", "x.view(-1, 2, 1, 2, 1, 64).squeeze()",
    "x.view(x.size(0), -1).unsqueeze(1)",
    "x.view(x.size(0), -1).unsqueeze(-1).unsqueeze(-1)", "x + x", "torch.add(x, F.relu(x))", "x * torch.sigmoid(x)",
    "torch.mul(x, x.tanh())", "torch.cat([x, x], 1)", "torch.cat((x, F.relu(x), x), dim=1)", "torch.cat([x], dim=1)",
    "torch.cat([x, x], dim=-3)", "sum([x, x.relu(), x])", "F.relu(input=x)", "x.contiguous().to(x.device)", "x.float()",
    "F.dropout(x, training=False)", "nn.ReLU()(x)", "F.silu(x, inplace=True)", "F.glu(x, 1)", "F.softplus(x)",
    "self.act(x) if self.training else x", "x.clone().relu_()", "F.upsample(x, scale_factor=2)",
]  # fmt: skip
FORWARD = """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.act = nn.Tanh()

    def forward(self, x):
        return {}
"""


@pytest.mark.parametrize("function", FUNCTIONS)
def test_functions_of_tensors_are_rows_that_do_the_same(function):
    text = FORWARD.format(function)
    names = {"nn": nn, "torch": torch, "F": nn.functional}
    exec(text, names)
    theirs = names["Net"]().eval()
    image = torch.randn(2, 4, 8, 8)
    rows = from_pytorch(text, (2, 4, 8, 8))
    report = evaluate(rows, (2, 4, 8, 8))
    assert report.error == ""
    ours = build(rows, (2, 4, 8, 8)).eval() if rows else nn.Identity()
    with torch.inference_mode():
        expected = theirs(image.clone())
        assert report.output_size == tuple(expected.shape)
        assert torch.allclose(ours(image.clone()), expected, atol=1e-6)


def test_a_number_an_image_keeps_its_axis_in_the_table_and_that_is_noted():
    text = FORWARD.format("F.adaptive_avg_pool2d(x.view(-1, 1, 16, 16), 1).squeeze()")
    found = with_input(text, (4, 8, 8))
    assert evaluate(found.rows, (2, 4, 8, 8)).output_size == (2, 1)
    assert "Line 8: squeeze leaves a number an image, which the table keeps on axis 1." in found.notes
