"""The steps of a calculation: worked out from their own LaTeX they give what the layer says."""

import re
from math import ceil, floor, prod

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from cnnviz.arithmetic import KINDS, conv2d, layer
from cnnviz.arithmetic.checks import AXES
from cnnviz.errors import ShapeError
from tests.arithmetic.cases import CASES

FRACTION = re.compile(r"\\t?frac\{([^{}]*)\}\{([^{}]*)\}")
PLAIN = {r"\left\lfloor": "floor(", r"\left\lceil": "ceil(", r"\right\rfloor": ")", r"\right\rceil": ")"}


def worked_out(latex):
    """Return the value of numbers written in the LaTeX that steps use."""
    text = FRACTION.sub(r"((\1)/(\2))", latex)
    for symbol, word in {**PLAIN, r"\cdot": "*", "^": "**"}.items():
        text = text.replace(symbol, word)
    assert re.fullmatch(r"(floor|ceil|[-+*/(). \d])+", text), text
    return eval(text, {"floor": floor, "ceil": ceil})


def fits(kind, size, given_settings):
    try:
        layer(kind, size, **given_settings)
    except ShapeError:
        return False
    return True


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=settings.default.max_examples // 5)
@given(data=st.data())
def test_steps_say_what_the_layer_says(kind, data):
    # Drawn anew where sizes do not fit: of some kinds, most do not.
    size, given_settings = data.draw(CASES[kind].filter(lambda case: fits(kind, *case)))
    found = layer(kind, size, **given_settings)
    results = {step.name: step.result for step in found.steps}
    assert len(results) == len(found.steps)
    for step in found.steps:
        assert worked_out(step.numbers) == step.result, step
        assert "<" not in step.formula + step.numbers
    said = {
        **dict(zip(AXES.get(len(found.output_size) - 2, ()), found.output_size[2:], strict=False)),
        "channels": found.output_size[1] if len(found.output_size) > 1 else None,
        "features": prod(found.output_size[1:2]) if kind == "Flatten" else found.output_size[-1],
        "weights": found.weights,
        "biases": found.biases,
        "parameters": found.parameters,
        "macs": found.macs,
    }
    if kind == "Flatten":
        assume(given_settings.get("start_dim", 1) == 1)
    assert results == {name: said[name] for name in results}
    if found.parameters:
        assert results["parameters"] == found.parameters
    if found.macs:
        assert results["macs"] == found.macs


def test_the_lectures_question_step_by_step():
    steps = conv2d((1, 3, 32, 32), out_channels=10, kernel_size=5, padding=2).steps
    assert [(step.name, step.result) for step in steps] == [
        ("height", 32),
        ("width", 32),
        ("weights", 750),
        ("biases", 10),
        ("parameters", 760),
        ("macs", 768_000),
    ]
    assert steps[0].formula == r"\left\lfloor\frac{H + 2 \cdot p_H - k_H}{s_H}\right\rfloor + 1"
    assert steps[0].numbers == r"\left\lfloor\frac{32 + 2 \cdot 2 - 5}{1}\right\rfloor + 1"


def test_uneven_padding_and_a_dropped_window_are_written_out():
    height = conv2d((1, 1, 5, 5), out_channels=1, kernel_size=4, padding="same").steps[0]
    assert height.numbers == r"\left\lfloor\frac{5 + 1 + 2 - 4}{1}\right\rfloor + 1"
    length = layer("MaxPool1d", (1, 1, 2), kernel_size=1, stride=3, ceil_mode=True).steps[0]
    assert length.numbers == r"\left\lceil\frac{2 - 1}{3}\right\rceil + 1 - 1"
