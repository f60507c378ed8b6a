"""Questions about a layer on features: its parameters, what is held out, what one photo counts, and its map."""

import math
from collections.abc import Callable
from random import Random

from cnnviz.training.live.photos import held_out
from cnnviz.training.live.settings import FEATURES
from cnnviz.ui.numbers import percent, short, whole
from cnnviz.ui.own_classes.own import WORDS
from cnnviz.ui.own_classes.state import Found, State
from cnnviz.ui.question import Question

text = WORDS.text


def question(state: State, found: Found, number: int) -> Question:
    """Return question 0, 1, 2, …: each kind in turn, with numbers of its own."""
    kinds: tuple[Callable[[Random], Question], ...] = (_parameters, _held_out, _one_photo, _softmax)
    return kinds[number % len(kinds)](Random(number))


def _parameters(draw: Random) -> Question:
    classes = draw.randrange(2, 11)
    right = (FEATURES + 1) * classes
    others = [whole(each) for each in (FEATURES * classes, FEATURES + classes, FEATURES * classes + 1)]
    why = text("predict_parameters_why", classes=classes, result=whole(right))
    return Question(text("predict_parameters", classes=classes), whole(right), others, why)


def _held_out(draw: Random) -> Question:
    classes, count = draw.randrange(2, 6), draw.randrange(8, 40)
    each = sum(held_out([0] * count))
    right = classes * each
    others = [classes * (count - each), classes * count // 4, classes * (each + 1), each]
    others = [other for other in others if other != right]
    numbers = {"classes": classes, "count": count}
    return Question(
        text("predict_out", **numbers), right, others, text("predict_out_why", each=each, result=right, **numbers)
    )


def _one_photo(draw: Random) -> Question:
    out = draw.choice([3, 4, 5, 8, 10, 20, 25])
    right = percent(1 / out, 1)
    others = [percent(share, 1) for share in (1 / (5 * out), 0.01, 2 / out, 1 / out**2)]
    others = [other for other in others if other != right]
    return Question(text("predict_one", out=out), right, others, text("predict_one_why", out=out, result=right))


def _softmax(draw: Random) -> Question:
    gap = draw.choice([0.5, 1.0, 1.5, 2.0, 3.0])
    sure = 1 / (1 + math.exp(-gap))
    right = percent(sure, 1)
    others = [percent(share, 1) for share in (1 - sure, 0.5, gap / (gap + 1), min(0.999, sure + 0.08))]
    others = [other for other in others if other != right]
    numbers = {"gap": short(gap), "result": right}
    return Question(text("predict_softmax", gap=short(gap)), right, others, text("predict_softmax_why", **numbers))
