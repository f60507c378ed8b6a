"""Texts that are nearly right, or hostile: each gives a table or one sentence, and none takes long."""

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnviz.design import evaluate, from_pytorch, parse, write
from cnnviz.design.pasted_input import with_input
from cnnviz.errors import CnnvizError, ModelError
from tests.design.pasted import block_networks, more_networks, networks

TEXTS = [
    text
    for module in (networks, more_networks, block_networks)
    for name, text in vars(module).items()
    if name.isupper() and isinstance(text, str)
]
TOKEN = re.compile(r"\w+|[^\w\s]|\s+")
SPARE = [
    *("x", "self", "self.x", "nn", "F", "0", "1", "2", "-1", "10**9", "None", "True", "''", "'M'", "[]", "()", "{}"),
    *("(", ")", "[", "]", ":", ",", ".", "=", "+", "*", "**", "-", "/", "//", "%", "<<", "==", "\n", "\n    "),
    *("for", "in", "if", "else", "return", "while", "lambda", "yield", "del", "class", "def", "range", "super"),
    *("forward", "nn.ReLU()", "nn.Sequential", "torch.cat", "x.size()", "x.view", "print", "*args", "zip", "len"),
]


@st.composite
def mutated(draw):
    """Draw a text of a student with a few of its tokens taken out, doubled, changed or swapped."""
    tokens = TOKEN.findall(draw(st.sampled_from(TEXTS)))
    for _ in range(draw(st.integers(1, 4))):
        place = draw(st.integers(0, len(tokens) - 1))
        how = draw(st.sampled_from(("drop", "double", "change", "insert", "swap")))
        if how == "drop":
            del tokens[place : place + draw(st.integers(1, 5))]
        elif how == "double":
            tokens[place:place] = tokens[place : place + draw(st.integers(1, 9))]
        elif how == "swap":
            other = draw(st.integers(0, len(tokens) - 1))
            tokens[place], tokens[other] = tokens[other], tokens[place]
        else:
            tokens[place : place + (how == "change")] = [draw(st.sampled_from(SPARE))]
        tokens = tokens or [" "]
    return "".join(tokens)


@given(mutated())
def test_a_text_that_is_nearly_right_gives_a_table_or_one_sentence(text):
    begin = time.process_time()  # of this process alone, whatever else the machine does
    try:
        rows = from_pytorch(text, (1, 3, 32, 32))
        evaluate(rows, (1, 3, 32, 32))
    except CnnvizError as error:
        assert str(error).endswith((".", "?"))  # noqa: PT017
        assert "\n" not in str(error)  # noqa: PT017
        assert len(str(error)) < 600  # noqa: PT017
    else:
        assert parse(write(rows)) == rows
    assert time.process_time() - begin < 3


LONG = {
    "loops": "for a in range(9999):\n  for b in range(9999):\n    for c in range(9999):\n      pass",
    "comprehensions": "[0 for a in range(9999) for b in range(9999) for c in range(9999)]",
    "functions": "def f(a): return f(a)\nf(0)",
    "doubled calls": "def f(n):\n  return 0 if n == 0 else f(n - 1) + f(n - 1)\nf(40)",
    "shared lists": (
        "a = [1]\nfor _ in range(60): a = [a, a]\nb = [1]\nfor _ in range(60): b = [b, b]\na == b\nnn.ReLU(a)"
    ),
    "shared networks": "n = nn.Sequential(nn.ReLU())\nfor _ in range(60): n = nn.Sequential(n, n)",
    "large powers": "a = 9\nfor _ in range(9): a = a ** a",
    "small powers": "a = 0.5\nfor _ in range(999): a = a ** a",
    "long strings": "a = 'x' * 3\na = '%s' * 9\nb = 'x'\nfor _ in range(99): b = '%s%s' % (b, b)",
    "sorting": "a = list(range(9999))\nfor _ in range(9999): a = sorted(a)",
    "slices": "a = [0] * 9999\nfor _ in range(9999): b = a[1:]",
    "a class that makes itself": (
        "class A(nn.Module):\n  def __init__(self):\n    super().__init__()\n    self.a = A()\n"
        "  def forward(self, x):\n    return x"
    ),
    "many additions": (
        "class A(nn.Module):\n  def forward(self, x):\n    for _ in range(9999): x = x + x\n    return x"
    ),
    "deep additions": (
        "class A(nn.Module):\n  def forward(self, x):\n    y = x\n"
        "    for _ in range(99): y = x + F.relu(y)\n    return y"
    ),
    "a forward that never ends": "class A(nn.Module):\n  def forward(self, x):\n    while True: x = F.relu(x)",
    "nested operators": "nn.Linear(" + "1-" * 900 + "1, 2)",
    "printed and nested": "Sequential(\n" + "  (0): Sequential(\n" * 5000,
    "printed and many": "Sequential(\n" + "  (0): 9999 x ReLU()\n" * 2000 + ")",
    "sizes asked": (
        "class A(nn.Module):\n  def forward(self, x):\n    n = 0\n"
        "    while n < x.shape[2] * 10000: n += 0.001\n    return x"
    ),
}


@pytest.mark.parametrize("text", LONG.values(), ids=LONG)
@pytest.mark.parametrize("read", [from_pytorch, with_input])
def test_no_text_holds_others_up(text, read):
    begin = time.process_time()
    with pytest.raises(ModelError) as caught:
        read(text)
    assert time.process_time() - begin < 10
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 400
