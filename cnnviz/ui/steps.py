"""What follows from any layer: its calculation as LaTeX, ready to be typeset, and what its windows leave out."""

import re
from collections.abc import Sequence

from cnnviz.arithmetic import Layer, Step
from cnnviz.arithmetic.checks import AXES
from cnnviz.arithmetic.formulas import TIMES
from cnnviz.ui.numbers import whole_in_latex
from cnnviz.ui.words import COMMON, Words

_WORD = re.compile(r"\\text\{(weights|biases|rows)\}")
_COMMAND = re.compile(r"\\[a-z]+|[{}]")
_LONG = 24  # characters of numbers beside which a result does not fit on a phone
_SIZES = ("depth", "height", "width", "length", "channels", "features")


def equation(steps: Sequence[Step]) -> str:
    """Return steps below each other, each as formula = numbers = result, in lines that a phone can hold."""
    lines = []
    for step in steps:
        apart = r"\\&\quad" if _length(step.numbers) > _LONG else ""
        result = rf"\mathbf{{{whole_in_latex(step.result)}}}"
        lines.append(rf"&{_in_words(step.formula)}\\&\quad = {_broken(step.numbers)}{apart} = {result}")
    # Without the space at its end it is two pixels wider than its box, which then scrolls.
    return r"\begin{aligned}" + r"\\[0.6em]".join(lines) + r"\end{aligned}\,"


def _in_words(formula: str) -> str:
    """Return a formula with the words in it, those of arithmetic, in the visitor's language."""
    return _WORD.sub(lambda found: rf"\text{{{COMMON.label(f'formula.{found[1]}')}}}", formula)


def _length(numbers: str) -> int:
    return len(_COMMAND.sub("", numbers))


def _broken(numbers: str) -> str:
    """Return a product too long for a phone in two lines; anything else as it is."""
    factors = numbers.split(TIMES)
    if "frac" in numbers or _length(numbers) <= 1.5 * _LONG or len(factors) < 4:
        return numbers
    half = len(factors) // 2
    return TIMES.join(factors[:half]) + r" \cdot\\&\qquad" + TIMES.join(factors[half:])


def distinct(steps: Sequence[Step]) -> tuple[Step, ...]:
    """Return the steps without an axis whose numbers are those of one before: what tells the height tells the width."""
    seen: set[tuple[str, int]] = set()
    kept = []
    for step in steps:
        numbers = step.numbers, step.result
        if step.name not in _SIZES or numbers not in seen:
            kept.append(step)
        seen.add(numbers)
    return tuple(kept)


def grouped(steps: Sequence[Step]) -> dict[str, tuple[Step, ...]]:
    """Return steps under the names of the lesson's headings, without headings that have none."""
    groups: dict[str, list[Step]] = {"formula_size": [], "formula_parameters": [], "formula_macs": []}
    for step in steps:
        size, macs = step.name in _SIZES, step.name == "macs"
        groups["formula_size" if size else "formula_macs" if macs else "formula_parameters"].append(step)
    return {name: tuple(steps) for name, steps in groups.items() if steps}


def step_of(layer: Layer, name: str) -> Step | None:
    """Return the step that computes one number, None if there is none."""
    return next((step for step in layer.steps if step.name == name), None)


def width_step(layer: Layer) -> Step | None:
    """Return the step that computes the output's last axis, None if there is none."""
    return step_of(layer, AXES[len(layer.output_size) - 2][-1])


def say_unseen(words: Words, layer: Layer) -> None:
    """Say how many of the input's last columns no window reads, where there are any."""
    if any(layer.unseen) and layer.window is not None:
        axis = words.label(f"axis.{AXES[len(layer.unseen)][-1]}")
        words.say("unseen", count=layer.unseen[-1], axis=axis, stride=layer.window.stride[-1])
