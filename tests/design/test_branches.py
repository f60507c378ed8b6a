"""Rows with branches of their own: typed, computed as torch does it, exported, and refused in one sentence."""

import re

import pytest
import torch
from torch import nn

import cnnviz
from cnnviz.design import evaluate, parse, parse_row, split, to_pytorch, write
from cnnviz.design.build import build
from cnnviz.errors import ModelError

UNET = "Conv 4 3 p1, Concat [MaxPool 2, Concat [MaxPool 2, Conv 8 3 p1, Upsample 2 | ], Upsample 2 | ], Conv 2 1"


class Squeezed(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3, padding=1)
        self.gate = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Conv2d(4, 4, 1), nn.Sigmoid())
        self.head = nn.Conv2d(4, 4, 3, padding=1)

    def forward(self, x):
        x = torch.relu(self.conv(x))
        x = x * self.gate(x)
        return torch.cat([x + self.head(x), x], 1)


def test_branches_compute_what_torch_computes_by_hand():
    rows = parse(
        "Conv 4 3 p1, ReLU, Multiply [ | AdaptiveAvgPool 1, Conv 4 1, Sigmoid], Concat [Add [ | Conv 4 3 p1] | ]"
    )
    ours, theirs = build(rows, (1, 3, 8, 8)).eval(), Squeezed().eval()
    ours.load_state_dict(dict(zip(ours.state_dict(), theirs.state_dict().values(), strict=True)))
    image = torch.randn(1, 3, 8, 8)
    with torch.inference_mode():
        assert torch.equal(ours(image), theirs(image))
    report = evaluate(rows, (1, 3, 8, 8))
    assert report.parameters == sum(each.numel() for each in theirs.parameters())
    assert report.macs == cnnviz.analyze(theirs, (1, 3, 8, 8)).macs


def test_a_network_shaped_like_a_u_is_rows_inside_rows():
    rows = parse(UNET)
    assert write(rows) == UNET
    report = evaluate(rows, (1, 3, 16, 16))
    assert report.output_size == (1, 2, 16, 16)
    names = [line.name for line in report.flat()]
    assert names == [
        *("conv1", "concat1.branch1.pool1", "concat1.branch1.concat1.branch1.pool1"),
        *("concat1.branch1.concat1.branch1.conv1", "concat1.branch1.concat1.branch1.upsample1"),
        *("concat1.branch1.concat1.cat", "concat1.branch1.upsample1", "concat1.cat", "conv2"),
    ]
    code = to_pytorch(rows, (1, 3, 16, 16))
    made = {}
    exec(compile(code, "exported", "exec"), made)
    assert made["output"].shape == (1, 2, 16, 16)
    assert sum(each.numel() for each in made["network"].parameters()) == report.parameters


def test_commas_and_lines_between_brackets_divide_no_items():
    assert split("ReLU, Add [Conv 4 3,\n ReLU | ]\nReLU") == ("ReLU", "Add [Conv 4 3, ReLU | ]", "ReLU")
    assert parse_row("cat[relu|]") == parse_row("Concat [ReLU | ]")


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("Add [ReLU |", r"a bracket is not closed; write it as Add \[Conv 64"),
        ("Add [ReLU | ] 3", r"'3' stands behind the bracket"),
        ("Conv 8 [ReLU]", r"brackets hold the branches of Add and Multiply and Concat alone"),
        ("Add [Konv 3 | ]", r"no layer 'Konv'"),
        ("Add [" * 30 + "]" * 30, r"nested more than 20 deep"),
        ("Add [" * 5000 + "]" * 5000, r"more than 2,000 brackets"),
        ("Add [" + "|" * 70 + "]", r"Add has 71 branches; it may have 64"),
    ],
)
def test_mistakes_in_brackets_are_named(typed, sentence):
    with pytest.raises(ModelError, match=sentence) as caught:
        parse(typed)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 400


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("Add", r"Add needs two branches or more, with \| between them, such as Add \[Conv 64"),
        ("Add [ReLU]", r"needs two branches or more"),
        ("Add [Conv 4 3 | ]", r"Only tensors of one size are added, not 1x4x6x6 and 1x3x8x8"),
        ("Multiply [Conv 4 3 | Conv 4 1]", r"Only tensors of one size are multiplied, not 1x4x6x6 and 1x4x8x8"),
        ("Concat [Conv 4 3 | ]", r"Branches of 1x4x6x6, 1x3x8x8 differ in more than channels"),
        (
            "Add [Concat [Conv 4 9 | ] | ]",
            r"Inside the block, at branch1.concat1 .*: Inside the block, at branch1.conv1",
        ),
    ],
)
def test_branches_that_do_not_fit_have_a_sentence(text, sentence):
    assert re.search(sentence, evaluate(parse(text), (1, 3, 8, 8)).error)
