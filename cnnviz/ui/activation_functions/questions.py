"""Questions about slopes of activation functions: of one, of several, and of their product through layers."""

from random import Random

import numpy as np

from cnnviz.probes.activation_functions import Curves
from cnnviz.ui.function_choice import NAMES, named
from cnnviz.ui.numbers import fixed, short
from cnnviz.ui.question import Question
from cnnviz.ui.words import Words, listed

text = Words("activation_functions").text

_APART = 0.02


def question_about_slopes(name: str, curves: Curves, number: int) -> Question:
    """Return question 0, 1, 2, ...: the slope at an x, which function is steepest there, a product of slopes."""
    return (_slope, _steepest, _product)[number % 3](name, curves, Random(number))


def _slope(name: str, curves: Curves, drawn: Random) -> Question:
    row, x = NAMES.index(name), drawn.choice([-3.0, -2.0, -1.0, 1.0, 2.0, 3.0])
    at = int(np.abs(curves.x - x).argmin())
    value, slope = float(curves.values[row, at]), float(curves.slopes[row, at])
    mirrored = float(curves.slopes[row, -1 - at])
    shown = {"name": named(name), "x": fixed(x, 0), "value": fixed(value, 3), "slope": fixed(slope, 3)}
    slips = (value, mirrored, 1 - slope, slope / 2 + 0.1, slope + 0.5)
    # One that is nearly right would ask for the rounding.
    others = [fixed(each, 3) for each in slips if abs(each - slope) > _APART]
    return Question(text("predict_slope", **shown), shown["slope"], others, text("predict_slope_why", **shown))


def _steepest(name: str, curves: Curves, drawn: Random) -> Question:
    x = drawn.choice([-4.0, -2.5, -1.0, 0.5, 2.5, 4.0])
    at = int(np.abs(curves.x - x).argmin())
    slopes = {each: float(abs(curves.slopes[NAMES.index(each), at])) for each in drawn.sample(NAMES, 5)}
    ordered = sorted(slopes, key=lambda each: -slopes[each])
    # One that is as steep would be right as well.
    rivals = [named(each) for each in ordered[1:] if slopes[each] < 0.99 * slopes[ordered[0]]]
    told = listed(text("predict_told", name=named(each), slope=fixed(slopes[each], 3)) for each in ordered)
    asked, why = text("predict_steepest", x=short(x)), text("predict_steepest_why", slopes=told)
    return Question(asked, named(ordered[0]), rivals, why)


def _product(name: str, curves: Curves, drawn: Random) -> Question:
    layers, steepest = drawn.randint(2, 12), float(np.abs(curves.slopes[NAMES.index(name)]).max())
    right = steepest**layers
    others = [steepest * layers, steepest ** (layers - 1), steepest ** (2 * layers), steepest / layers, 0.5**layers]
    shown = {"name": named(name), "layers": layers, "steepest": short(steepest, 3), "right": short(right, 2)}
    options = [short(each, 2) for each in others]
    return Question(text("predict_product", **shown), shown["right"], options, text("predict_product_why", **shown))
