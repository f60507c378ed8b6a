"""Pasted texts that are refused: the line, what is wrong there, and what would be right or opens it as it is."""

import pytest

from cnnviz.design import evaluate, from_pytorch
from cnnviz.design.pasted_input import with_input
from cnnviz.errors import ModelError

NET = """class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3)
        {init}

    def forward(self, x):
        x = self.conv(x)
        {forward}
"""
OPENS = r"; `cnnviz serve --model file.py:Net` opens the network as it is\.$"


def net(forward="return x", init="pass"):
    return NET.format(forward=forward, init=init)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (net("return self.rnn(x)", "self.rnn = nn.LSTM(3, 4)"), r"^Line 5: the table has no row for nn.LSTM" + OPENS),
        (net("return x + self.w", "self.w = nn.Parameter(torch.ones(3))"), r"^Line 5: .* row for nn.Parameter" + OPENS),
        (net("return x.permute(0, 2, 3, 1)"), r"^Line 9: the table has no row for permute" + OPENS),
        (net("return x[:, :2]"), r"^Line 9: a part of a tensor is taken" + OPENS),
        (net("return x - x"), r"^Line 9: tensors are added and multiplied in the table, nothing else; `cnnviz"),
        (net("return x, x"), r"^Line 9: forward returns 2 results, and a table of rows has one" + OPENS),
        (net("return {'out': x}"), r"^Line 9: forward returns a dictionary of one result \(out\), and .*" + OPENS),
        (net("return dict(out=x, aux=x)"), r"^Line 9: forward returns a dictionary of 2 results \(out, aux\), and"),
        (net("return [x]"), r"^Line 9: forward returns a list of one result, and a table"),
        (net("return self.conv(x)"), r"conv is used twice with the same weights, and every row has its own" + OPENS),
        (net("return torch.cat([x, x])"), r"^Line 9: torch.cat goes along axis 0, and only channels, axis 1, .*`cnn"),
        (net("return torch.stack([x, x])"), r"^Line 9: the table has no row for torch.stack of this" + OPENS),
        (net("return x if x.sum() > 0 else x"), r"^Line 9: the table has no row for sum" + OPENS),
        (net("return torch.matmul(x, x)"), r"^Line 9: the table has no row for matmul" + OPENS),
        (net("return F.conv2d(x, self.conv.weight)"), r"^Line 9: the table has no row for conv2d" + OPENS),
        (net("return torch.flatten(x)"), r"^Line 9: torch.flatten\(x\) joins .*; write torch.flatten\(x, 1\); or"),
        (net("return x.view(1, -1)"), r"^Line 9: the view's first axis is 1, .*write x.view\(x.size\(0\), -1\)"),
        (net().replace("(self, x)", "(self, x, mask)"), r"^Line 7: forward reads x and mask, and a table one"),
    ],
)  # fmt: skip
def test_what_no_row_shows_names_its_line_and_what_opens_it(text, sentence):
    with pytest.raises(ModelError, match=sentence):
        from_pytorch(text, (1, 3, 16, 16))


@pytest.mark.parametrize(
    ("forward", "sentence"),
    [
        ("return x + F.max_pool2d(x, 2)", "only tensors of one size are added, not 1x4x{0}x{0} and 1x4x{1}x{1}"),
        ("y = F.max_pool2d(x, 2)\n        y += x\n        return y", "only tensors of one size are added, not "),
        ("y = F.max_pool2d(x, 2)\n        return torch.mul(x, y)", "only tensors of one size are multiplied, not "),
        (
            "y = F.relu(x)\n        return torch.cat([F.max_pool2d(x, 2), y], 1)",
            "branches of 1x4x{1}x{1}, 1x4x{0}x{0} d",
        ),
    ],
)
def test_what_cannot_be_joined_names_its_line_whether_the_input_is_known_or_not(forward, sentence):
    text = net(forward)
    line = 9 + ("y =" in forward)
    with pytest.raises(ModelError, match=f"^Line {line}: {sentence.format(14, 7)}"):
        from_pytorch(text, (1, 3, 16, 16))
    # One small size would fit, where what is left has one position that goes with all others; nobody means that.
    with pytest.raises(
        ModelError, match=f"^No square input .* With 3x224x224: Line {line}: {sentence.format(222, 111)}"
    ):
        with_input(text)
    # A size that follows from what is joined is not asked for.
    flat = text.replace("return", "x =") + "        return x.view(x.size(0), x.size(1) * x.size(2) * x.size(3))\n"
    with pytest.raises(ModelError, match=f"Line {line}: {sentence.format(222, 111)}"):
        with_input(flat)


def test_what_is_meant_to_go_with_all_positions_is_read():
    text = net("return x * torch.sigmoid(F.adaptive_avg_pool2d(x, 1))")
    assert evaluate(with_input(text).rows, (1, 3, 32, 32)).output_size == (1, 4, 30, 30)


def test_what_has_no_row_and_is_never_used_is_noted():
    found = with_input(net(init="self.loss = nn.CrossEntropyLoss()\n        self.rnn = nn.LSTM(3, 4)"))
    assert found.notes == ("Line 6: the table has no row for nn.LSTM; forward does without rnn.",)


def test_branches_that_cross_are_refused_and_those_inside_of_others_are_not():
    inside = "a = F.relu(x)\n        return torch.cat([x, a + torch.tanh(a)], 1)"
    assert len(from_pytorch(net(inside), (1, 3, 16, 16))) == 2
    crossed = "a = F.relu(x)\n        b = torch.tanh(x)\n        return torch.cat([a + b, a * torch.sigmoid(b)], 1)"
    with pytest.raises(ModelError, match=r"its output goes into branches that meet in different places" + OPENS):
        from_pytorch(net(crossed), (1, 3, 16, 16))


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (net("return self.fc(x)"), r"^Line 9: self.fc is never set; set self.fc in `__init__`\.$"),
        (net().replace("super().__init__()", "pass"), r"^Line 4: `super\(\).__init__\(\)` is missing; write it"),
        (net("y = x"), r"forward returns no tensor"),
        ("class A(nn.Module):\n  def __init__(self, n, k):\n    pass\n  def forward(self, x):\n    return x",
         r"^Line 1: A needs its n, k; write below the class, model = A\(n=..., k=...\)\.$"),
        (net() + net().replace("Net", "Other"), r"several networks, Net and Other; .* model = Other\(\)"),
        (net() + "a = Net()\nb = Net()", r"^Line 11: there is something after the network, a and b"),
        (net() + "model = Net(args.width)", r"^Line 10: the name args is not known"),
        ("import torchvision\nmodel = torchvision.models.resnet18()", r"^Line 2: torchvision.models.resnet18 is a"),
        ("from mine import Block\nnet = nn.Sequential(Block(3))", r"^Line 2: mine.Block is not in the text"),
        ("nn.Sequential(nn.ReLU)", r"^Line 1: nn.ReLU without brackets behind it is no layer"),
        ("nn.Sequential([nn.ReLU()])", r"^Line 1: a list is no layer; put a \* before it"),
    ],
)  # fmt: skip
def test_mistakes_are_named(text, sentence):
    with pytest.raises(ModelError, match=sentence):
        from_pytorch(text, (1, 3, 16, 16))


MISSING = r"Line {}: a Flatten is missing before nn.Linear, which is made for {} numbers, and {} arrives; put nn.F"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("nn.Sequential(nn.Conv2d(1, 4, 5),\nnn.MaxPool2d(2),\nnn.Linear(576, 10))",
         MISSING.format(3, "576 = 4·12·12", "4x12x12")),
        ("nn.Sequential(nn.Conv2d(1, 4, 5), nn.AdaptiveAvgPool2d(1), nn.Linear(4, 10))",
         MISSING.format(1, "4 = 4·1·1", "4x1x1")),
    ],
)  # fmt: skip
@pytest.mark.parametrize("read", [lambda text: from_pytorch(text, (1, 1, 28, 28)), with_input])
def test_a_forgotten_flatten_is_said(text, sentence, read):
    with pytest.raises(ModelError, match=sentence):
        read(text)


def test_a_forgotten_flatten_before_another_number_is_said():
    sentence = r"a Flatten is missing before nn.Linear, at which 4x24x24 .* in_features=2304 in the place of 99"
    with pytest.raises(ModelError, match=sentence):
        from_pytorch("nn.Sequential(nn.Conv2d(1, 4, 5), nn.Linear(99, 10))", (1, 1, 28, 28))


def test_a_linear_layer_along_the_last_axis_needs_no_flatten():
    assert len(from_pytorch("nn.Sequential(nn.Conv2d(1, 4, 5), nn.Linear(24, 10))", (1, 1, 28, 28))) == 2


def test_a_view_is_held_against_the_input_that_the_text_tries():
    text = net("return self.fc(x.view(-1, 400))", "self.fc = nn.Linear(400, 10)") + "summary(Net(), (3, 16, 16))"
    with pytest.raises(ModelError, match=r"^With the input 3x16x16 .*: Line 9: the view makes 400 .* write 784"):
        with_input(text)
