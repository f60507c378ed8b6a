"""Pasted PyTorch: what is read is what torch would make of it; nothing in it runs."""

import contextlib
import sys

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from cnnviz.design import evaluate, from_pytorch, parse, write
from cnnviz.design.build import build
from cnnviz.errors import ModelError

NETWORKS = [
    "nn.Sequential(nn.Conv2d(1, 20, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(20*14*14, 10))",
    "torch.nn.Sequential(torch.nn.Conv2d(1, 8, (3, 5), stride=(2, 1), bias=False), torch.nn.BatchNorm2d(8, 1e-3))",
    "net = nn.Sequential(\n  nn.Sequential(nn.Conv2d(1, 6, kernel_size=5), nn.Sigmoid()),\n  nn.AvgPool2d(2, 2),\n)",
    "nn.Sequential(OrderedDict([('c', nn.Conv2d(1, 4, 3, 1, 1)), ('r', nn.ReLU(inplace=True))]))",
    "nn.Sequential(OrderedDict(c=nn.Conv2d(1, 4, 3, padding='same', dilation=2), n=nn.GroupNorm(2, 4)))",
    "nn.Sequential(OrderedDict({'c': nn.ConvTranspose2d(1, 4, 4, 2, 1), 'p': nn.PReLU(4)}))",
    "nn.Sequential(nn.Conv2d(1, 4, 3),nn.Dropout(p=.5),nn.ELU(-1*-0.1), nn.Upsample(scale_factor=2, mode='bilinear'))",
    "nn.Sequential(nn.Flatten(),nn.Linear(28*28, 256//2),nn.Unflatten(1, (8, 4, 4)), nn.AdaptiveAvgPool2d((None, 2)))",
    "nn.Sequential(nn.Identity(), nn.MaxPool2d(3, 2, padding=1, ceil_mode=True), nn.LayerNorm([15, 15]))",
]


@pytest.mark.parametrize("source", NETWORKS)
def test_the_rows_are_what_torch_makes_of_the_text(source):
    from collections import OrderedDict

    size = (2, 1, 28, 28)
    names = {"nn": nn, "torch": torch, "OrderedDict": OrderedDict}
    theirs = eval(source.removeprefix("net = "), names).eval()
    ours = build(from_pytorch(source, size), size).eval()
    image = torch.randn(size)
    assert [tensor.shape for tensor in ours.state_dict().values()] == [t.shape for t in theirs.state_dict().values()]
    ours.load_state_dict(dict(zip(ours.state_dict(), theirs.state_dict().values(), strict=True)))
    with torch.inference_mode():
        assert torch.equal(ours(image.clone()), theirs(image.clone()))


def test_imports_comments_and_names_are_passed_over():
    source = (
        "\n\n  import torch\nfrom torch import nn\n# a comment\n"
        "model: nn.Module = nn.Sequential(\n  nn.LazyConv2d(8, 3), # first\n nn.ReLU())"
    )
    assert write(from_pytorch(source)) == "Conv 8 3, ReLU"


def test_one_layer_alone_is_a_network():
    assert write(from_pytorch("nn.Conv2d(3, 8, 3)")) == "Conv 8 3"
    assert from_pytorch("nn.Sequential()") == ()


@pytest.mark.parametrize(
    ("source", "size", "sentence"),
    [
        ("nn.Sequential(nn.Conv2d(3, 4, 3),\n nn.Conv2d(5, 6, 3))", None, r"Line 2: .* 5, but 4 arrive"),
        ("nn.Sequential(nn.Conv2d(3, 4, 3),\nnn.ReLU(),\nnn.BatchNorm2d(8))", None, r"Line 3: .* is 8, but 4 arrive"),
        ("nn.Sequential(nn.Linear(3, 4),\nnn.Linear(5, 6))", None, r"Line 2: the in_features .* is 5, but 4 arrive"),
        ("nn.Sequential(nn.Conv2d(3, 4, 3))", (1, 1, 8, 8), r"Line 1: the in_channels of nn.Conv2d is 3, but 1 arrive"),
        ("nn.Sequential(nn.Conv2d(1, 4, 3), nn.Flatten(),\nnn.Linear(100, 2))", (1, 1, 8, 8), r"Line 2: .* 144 arrive"),
    ],
)  # fmt: skip
def test_inputs_are_compared_with_what_arrives(source, size, sentence):
    with pytest.raises(ModelError, match=sentence):
        from_pytorch(source, size)


def test_what_follows_from_the_images_size_stays_open_without_one():
    assert len(from_pytorch("nn.Sequential(nn.Conv2d(1, 4, 3), nn.Flatten(), nn.Linear(100, 2), nn.Linear(2, 3))")) == 4
    assert len(from_pytorch("nn.Sequential(nn.Conv2d(1, 4, 3), nn.PixelShuffle(2), nn.Conv2d(1, 2, 3))")) == 3


HOSTILE = [
    ("__import__('os').system('touch {file}')", r"Line 1: the name __import__ is not known"),
    ("nn.Sequential(__import__('os').system('touch {file}'))", r"Line 1: the name __import__ is not known"),
    ("import os\nnn.Sequential(os.system('touch {file}'))", r"Line 2: os.system is not in the text"),
    ("from os import system as ReLU\nnn.Sequential(ReLU('touch {file}'))", r"os.system is not in the text"),
    ("nn.Sequential(nn.Conv2d(1, 2, 3),\n\nlambda x: x)", r"Line 3: a lambda is no layer"),
    ("nn.Sequential([nn.ReLU() for _ in range(9)])", r"Line 1: a list is no layer; put a \* before it"),
    ("nn.Sequential(nn.Conv2d(1, [c for c in (1, 2)], 3))", r"out_channels of Conv is a whole number, not \(1, 2\)"),
    ("nn.Sequential(nn.Conv2d(1, open('{file}', 'w').write('x'), 3))", r"Line 1: the name open is not known"),
    ("nn.Sequential(nn.Conv2d.__init__.__globals__['os'])", r"nn.Conv2d.__init__.__globals__ without brackets"),
    ("nn.Sequential(nn.Conv2d.__class__(1, 2, 3))", r"a call of a function is no layer"),
    ("nn.Sequential(nn.functional.relu(3))", r"a call of a function is no layer"),
    ("nn.Sequential(nn.Module())", r"nn.Module alone computes nothing"),
    ("nn.Sequential(eval('1'))", r"the name eval is not known"),
    (
        "nn.Sequential(().__class__.__bases__[0])",
        r"the attribute __bases__ is not known",
    ),
    ("nn.Sequential(getattr(nn, '__loader__').load_module('os'))", r"is no layer|is not allowed"),
    ("'{{0.__class__}}'.format(nn)", r"this way to write a string is not known"),
    ("nn.Sequential(nn.Linear(9**9**9**9, 1))", r"a number is too large; at most 10,000,000"),
    ("nn.Sequential(nn.Linear(2**-2000, 1))", r"a number is too large"),
    ("nn.Sequential(nn.Linear(10000000 * 10000000, 1))", r"a number is too large; at most 10,000,000"),
    ("nn.Sequential(nn.Linear(1 << 99999999, 1))", r"a number is too large; at most 10,000,000"),
    ("nn.Sequential(nn.Linear(1 @ 3, 1))", r"an operator is not allowed"),
    ("nn.Sequential(nn.Linear('a' * 10000000, 1))", r"only numbers are multiplied"),
    ("nn.Sequential(nn.Linear(True * 3, 1))", r"only numbers are multiplied"),
    ("nn.Sequential(nn.Linear(1 // 0, 1))", r"divided by 0"),
    ("nn.Sequential(nn.Linear(" + "9" * 6000 + ", 1))", r"Line 1 is no Python"),
    ("nn.Sequential(nn.Linear(1e999, 1))", r"a number is too large"),
    ("nn.Sequential(nn.Linear(f'{{open(1)}}', 1))", r"the name open is not known"),
    ("nn.Sequential(nn.Linear((x := 3), 1))", r"an assignment inside an expression is not allowed"),
    ("nn.Sequential(nn.Linear(n, 1))", r"the name n is not known"),
    (
        "nn.Sequential(nn.Linear(3, 4, 5, 6))",
        r"nn.Linear has at most 3 arguments; they are in_features, out_features, bias",
    ),
    ("nn.Sequential(nn.Linear(3, 4, out_features=4))", r"out_features twice"),
    ("nn.Sequential(nn.Linear(3, 4, colour=4))", r"no argument colour here; it has in_features, out_features, bias"),
    ("nn.Sequential(nn.Linear(-3, 4))", r"in_features of nn.Linear is no number"),
    ("nn.Sequential(nn.Conv2d(3, 4, 'abc'))", r"Line 1: The kernel_size of Conv is a whole number such as 3"),
    ("nn.Sequential(nn.MaxPool2d(2, return_indices=True))", r"would give a pair of tensors"),
    ("nn.Sequential(nn.ReLu())", r"the layer ReLu is not known; did you mean nn.ReLU"),
    ("nn.Sequential(a=nn.ReLU())", r"nn.Sequential takes no keywords"),
    ("nn.Sequential({{'a': nn.ReLU()}})", r"a plain dictionary is not allowed"),
    ("nn.Sequential(OrderedDict(3))", r"an OrderedDict holds pairs"),
    ("nn.Sequential(OrderedDict([nn.ReLU()]))", r"an OrderedDict holds pairs"),
    ("def f(): pass", r"a function is no network; paste an nn.Sequential"),
    ("class A(nn.Module): pass", r"A has no forward; write one in the class"),
    ("while True: pass", r"more than 200,000 steps"),
    ("x = 1", r"a bare value is no network"),
    ("x", r"the name x is not known"),
    ("nn.ReLU()\nnn.ReLU()", r"Line 2: there is something after the network"),
    ("import os", r"no network in the text"),
    ("", r"no network in the text"),
    ("nn.Sequential(nn.ReLU(", r"Line 1 is no Python"),
    ("nn.Sequential(*[nn.ReLU() for _ in range(5000)])", r"more than 2,000 layers"),
    ("a = [0] * 10000000", r"a list has 10,000,000 items; it may have 10,000"),
    ("a = [1, 2]\nfor _ in range(99): a = a + a\nnn.Sequential(a)", r"items; it may have 10,000"),
    ("a = [[0] * 9999 for i in range(9999)]\nnn.Sequential(a)", r"more than 200,000 steps"),
    ("a = 'x'\nfor _ in range(99): a = f'{{a}}{{a}}'\nnn.Sequential(a)", r"characters; at most 10,000"),
    ("a = ['x' * 1]\nfor _ in range(99): a = [''.join(a * 9999)]\nnn.Sequential(a)", r"only numbers"),
    ("a = 'x'\nfor _ in range(99): a = '{{}}{{}}'.format(a, a)\nnn.Sequential(a)", r"at most 10,000 characters"),
    ("def f(n): return f(n + 1)\nnn.Sequential(f(0))", r"nested more than 50 deep"),
    ("f = lambda g: g(g)\nnn.Sequential(f(f))", r"nested more than 50 deep"),
    ("range(10**9)", r"a number is too large"),
    ("nn.Sequential(*[nn.ReLU() for i in range(9000000)])", r"range has 9,000,000 numbers; at most 10,000"),
    ("\0", r"no Python"),
    ("(" * 3000 + ")" * 3000, r"Line 1 is nested more than 50 deep"),
    ("nn.Sequential(" * 60 + ")" * 60, r"nested more than 50 deep"),
    ("-" * 90_000 + "1", r"nested more than 50 deep"),
    ("not " * 20_000 + "1", r"no Python"),
    ("nn.Sequential(nn.Linear(" + "1+" * 40_000 + "1, 2))", r"no Python|nested more than 50 deep"),
    ("nn.Sequential(nn.Linear(" + "1+" * 300 + "1, 2))", r"nested more than 50 deep"),
    ("x." * 40_000 + "y", r"no Python|not allowed"),
    ("a" * 1_000_000, r"1,000,000 characters; at most 100,000 are read"),
    ("nn.Sequential(" + "nn.ReLU()," * 5000 + ")", r"more than 2,000 layers; it may have 2,000"),
]


@pytest.mark.parametrize(("source", "sentence"), HOSTILE, ids=range(len(HOSTILE)))
def test_nothing_runs_and_everything_is_answered(source, sentence, tmp_path, monkeypatch):
    file = tmp_path / "pwned"
    source = source.replace("{file}", str(file)).replace("{{", "{").replace("}}", "}")
    ran = []
    sys.addaudithook(lambda event, _: ran.append(event) if event in ("exec", "os.system") and watching else None)
    watching = True
    try:
        with pytest.raises(ModelError, match=sentence) as caught:
            from_pytorch(source)
    finally:
        watching = False
    assert not file.exists()
    assert not ran
    assert str(caught.value).endswith(".")
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 400


@given(st.text(max_size=200))
def test_any_text_is_answered(text):
    with contextlib.suppress(ModelError):
        from_pytorch(text)


@given(
    st.lists(
        st.sampled_from(
            [
                "nn.",
                "Sequential",
                "Conv2d",
                "(",
                ")",
                "1",
                ",",
                "=",
                "[",
                "]",
                "'a'",
                "-",
                "*",
                "\n",
                "ReLU",
                "bias",
                "OrderedDict",
                "{",
                "}",
                ":",
                "x",
            ]
        ),
        max_size=30,
    )
)
def test_any_tokens_are_answered(tokens):
    with contextlib.suppress(ModelError):
        rows = from_pytorch("".join(tokens))
        assert parse(write(rows)) == rows


def test_the_rows_of_a_paste_show_what_they_cost():
    rows = from_pytorch(NETWORKS[0])
    assert evaluate(rows, (1, 1, 28, 28)).parameters == 520 + 39210
