"""Rows that cannot work: where, and in which sentence."""

import re

import pytest

from cnnviz.design import evaluate, parse
from cnnviz.design.build import build
from cnnviz.errors import ModelError, ShapeError


def test_the_first_row_that_cannot_work_is_marked():
    report = evaluate(parse("Conv 8 3, Conv 8 40, Conv 8 3, Flatten"), (1, 3, 32, 32))
    good, bad, *rest = report.lines
    assert report.error_at == 1
    assert good.output_size == (1, 8, 30, 30)
    assert good.parameters == 8 * 28
    assert "40" in bad.error
    assert "30" in bad.error
    assert report.error == bad.error
    assert bad.output_size is None
    assert all(line.output_size is None and not line.error and not line.parameters for line in rest)
    assert report.parameters == good.parameters
    assert report.memory == evaluate(parse("Conv 8 3"), (1, 3, 32, 32)).memory
    assert len(report.flat()) == 4


@pytest.mark.parametrize(
    ("text", "size", "sentence"),
    [
        ("Conv", (1, 3, 8, 8), r"Conv needs its out_channels, such as Conv 20 5 p2"),
        ("Conv 20", (1, 3, 8, 8), r"Conv needs its kernel_size"),
        ("Inception 64 96/128", (1, 3, 8, 8), r"Inception needs its branch3.*Inception 64 96/128 16/32 32"),
        ("Inception 64 96 16/32 32", (1, 3, 8, 8), r"Branch 2 .* two numbers of channels, such as 96/128"),
        ("Basic 64", (1, 100), r"Basic reads images \(N, C, H, W\), and a tensor with 2 axes arrives"),
        ("VGG 2 8", (1, 3, 1, 1), r"Inside the block, at pool1 \(MaxPool 2\): .*2.*1"),
        ("VGG 0 8", (1, 3, 8, 8), r"0 convolutions; it may have 1 to 100"),
        ("Conv 9 3 g2", (1, 4, 8, 8), r"9.*2"),
        ("Bottleneck 64 width=0", (1, 4, 8, 8), r"0"),
        ("Basic 64 s0", (1, 4, 8, 8), r"0"),
        ("Basic -1", (1, 4, 8, 8), r"-1"),
    ],
)
def test_sentences_of_rows_that_cannot_work(text, size, sentence):
    (line,) = evaluate(parse(text), size).lines
    assert line.error
    assert re.search(sentence, line.error), line.error
    assert line.error.endswith(".")
    with pytest.raises(ModelError, match="Row 1, "):
        build(parse(text), size)


@pytest.mark.parametrize("size", [(), (3,), (1, 3, 0, 5), (-1, 3)])
def test_an_input_that_is_none(size):
    with pytest.raises(ShapeError, match="should be"):
        evaluate(parse("ReLU"), size)
