"""Steps of a calculation, each from one template: filled with symbols a formula, and with numbers the user's case."""

import re
from collections.abc import Sequence

from cnnviz.arithmetic.checks import AXES
from cnnviz.arithmetic.record import Step

Term = tuple[str, int]
Measure = tuple[str, float]
_PLACE = re.compile(r"<(\w+)>")

BATCH, IN_CHANNELS, OUT_CHANNELS = "N", r"C_\text{in}", r"C_\text{out}"
TIMES = r" \cdot "


def step(name: str, template: str, result: int, **terms: Measure) -> Step:
    """Return a step from a LaTeX template in which <k> stands for the term `k=(symbol, number)`."""

    def numbers(place: re.Match[str]) -> str:
        value = terms[place[1]][1]
        number = str(int(value)) if value == int(value) else str(value)
        return number if value >= 0 else f"({number})"

    return Step(name, _PLACE.sub(lambda place: terms[place[1]][0], template), _PLACE.sub(numbers, template), result)


def product(name: str, result: int, *terms: Term) -> Step:
    """Return a step that multiplies its terms."""
    places = {f"t{place}": term for place, term in enumerate(terms)}
    return step(name, TIMES.join(f"<{place}>" for place in places), result, **places)


def total(weights: int, biases: int) -> Step:
    """Return the step that adds weights and biases."""
    terms: dict[str, Measure] = {"w": (r"\text{weights}", weights), "b": (r"\text{biases}", biases)}
    return step("parameters", "<w> + <b>", weights + biases, **terms)


def letters(rank: int) -> tuple[str, ...]:
    """Return the letters of the axes of positions: L, or H and W, or D, H and W."""
    return tuple(name[0].upper() for name in AXES[rank])


def on_axes(symbol: str, values: Sequence[int]) -> tuple[Term, ...]:
    """Return one term an axis: k_H and k_W, or just k where there is one axis. An empty symbol gives H and W."""
    names = letters(len(values))
    if not symbol:
        return tuple(zip(names, values, strict=True))
    if len(values) == 1:
        return ((symbol, values[0]),)
    return tuple((f"{symbol}_{name}", value) for name, value in zip(names, values, strict=True))
