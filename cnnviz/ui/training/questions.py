"""Questions about a run: its steps, its loss, its accuracy, its targets and what a step changes."""

import math
from collections.abc import Callable
from random import Random

from cnnviz.engine.results import RunView
from cnnviz.ui.numbers import fixed, percent, short, whole
from cnnviz.ui.question import Question
from cnnviz.ui.training.state import WORDS, State

text = WORDS.text


def question(state: State, view: RunView, number: int) -> Question:
    """Return question 0, 1, 2, …: each kind in turn, with numbers of its own."""
    kinds: tuple[Callable[[State, RunView, Random], Question], ...] = (_epoch, _chance, _wrong, _smooth, _update)
    return kinds[number % len(kinds)](state, view, Random(number))


def _epoch(state: State, view: RunView, draw: Random) -> Question:
    batch, count = draw.choice([8, 16, 24, 32, 48, 64, 96, 128, 256]), state.count
    right = -(-count // batch)
    others = [count // batch if count % batch else right + 1, batch, count - batch, right - 2]
    asked = text("predict_epoch", count=whole(count), batch=batch)
    return Question(asked, right, others, text("predict_epoch_why", count=whole(count), batch=batch, result=right))


def _chance(state: State, view: RunView, draw: Random) -> Question:
    classes = draw.choice([2, 4, 10, 20, 100, 1000])
    right = fixed(math.log(classes), 3)
    others = [fixed(each, 3) for each in (1 / classes, math.log2(classes), 1 - 1 / classes, math.log10(classes))]
    others = [each for each in others if each != right]
    asked = text("predict_chance", classes=classes)
    return Question(asked, right, others, text("predict_chance_why", classes=classes, result=right))


def _wrong(state: State, view: RunView, draw: Random) -> Question:
    total = len(view.answers)
    wrong = draw.randrange(1, total // 2)
    right = percent(1 - wrong / total, 2)
    others = [percent(share, 2) for share in (wrong / total, 1 - wrong / total / 10, 1 - 2 * wrong / total)]
    why = text("predict_wrong_why", right=total - wrong, all=total, result=right)
    return Question(text("predict_wrong", wrong=wrong, all=total), right, others, why)


def _smooth(state: State, view: RunView, draw: Random) -> Question:
    epsilon, classes = draw.choice([0.05, 0.1, 0.2, 0.3, 0.4]), draw.choice([2, 5, 10, 100])
    other = epsilon / classes
    right = short(1 - (classes - 1) * other)
    others = [short(each) for each in (1 - epsilon, 1 - other, 1 - epsilon / 2, 1.0)]
    others = [each for each in others if each != right]
    why = text("predict_smooth_why", classes=classes, epsilon=epsilon, result=right, other=short(other))
    return Question(text("predict_smooth", classes=classes, epsilon=epsilon), right, others, why)


def _update(state: State, view: RunView, draw: Random) -> Question:
    weight, gradient = draw.randrange(-9, 10) / 10, draw.choice([-4, -3, -2, 2, 3, 4]) / 2
    rate = draw.choice([0.01, 0.1, 0.2])
    numbers = {"rate": rate, "weight": fixed(weight, 1), "gradient": fixed(gradient, 1)}
    right = short(weight - rate * gradient)
    others = [short(each) for each in (weight + rate * gradient, weight - gradient, weight * (1 - rate))]
    others = [each for each in others if each != right]
    return Question(
        text("predict_update", **numbers), right, others, text("predict_update_why", result=right, **numbers)
    )
