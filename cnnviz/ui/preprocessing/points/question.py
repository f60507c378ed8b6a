"""Questions about preprocessing and what it does to a loss: new numbers every time."""

from math import sqrt
from random import Random

from cnnviz.engine.results import Probed
from cnnviz.probes.preprocessing import WAYS, Cloud
from cnnviz.ui.numbers import fixed, short
from cnnviz.ui.preprocessing.points.state import WORDS, State
from cnnviz.ui.question import Question

text = WORDS.text
# The first way that makes the valley round, by what is wrong with the data.
_ENOUGH = {"far": "centred", "scales": "standardised", "correlated": "whitened", "both": "whitened", "right": "raw"}


def question(state: State, answer: Probed[Cloud], number: int) -> Question:
    """Return question `number`, the same for the same cloud."""
    draw = Random(f"{state.seed} {number}")
    return (_enough, _fastest, _whitened, _correlation)[number % 4](draw, number // 4)


def _enough(draw: Random, turn: int) -> Question:
    """Ask which way is enough for a round valley."""
    kinds = list(_ENOUGH)
    kind = kinds[turn % len(kinds)] if turn < len(kinds) else draw.choice(kinds)
    first, second = sorted((draw.randint(1, 4), draw.randint(5, 9)))
    numbers = {"x": draw.randint(2, 9), "y": draw.randint(2, 9), "first": first**2, "second": second**2}
    numbers["between"] = (first * second) // 2
    names = {name: WORDS.label(f"way.{name}") for name in WAYS}
    right = names[_ENOUGH[kind]]
    others = [each for each in names.values() if each != right]
    # The right one's neighbours in the order of the ways are those worth considering.
    others.sort(key=lambda each: abs(list(names.values()).index(each) - list(names.values()).index(right)))
    asked = text("predict_enough", data=text(f"data_{kind}", **numbers))
    return Question(asked, right, others, text(f"predict_why_{kind}", **numbers))


def _fastest(draw: Random, turn: int) -> Question:
    """Ask where gradient descent begins to diverge."""
    small, large = draw.randint(1, 9) / 10, draw.choice((2, 4, 5, 8, 10, 20, 25)) + 2 * turn
    right = 1 / large
    slips = [2 / large, 1 / small, 1 / (2 * large), 2 / (large + small), 1 / (large + small)]
    asked = text("predict_fastest", large=large, small=small)
    why = text("predict_why_fastest", curvature=2 * large, right=short(right, 3))
    return Question(asked, short(right, 3), [short(each, 3) for each in slips], why)


def _whitened(draw: Random, turn: int) -> Question:
    """Ask where a decorrelated point lies once it is whitened."""
    roots = draw.sample(range(2, 10), 2)
    roots.sort(reverse=True)
    at = [draw.choice((-1, 1)) * draw.randint(1, 9) * root / 4 for root in roots]
    values = [root**2 for root in roots]
    right = [each / root for each, root in zip(at, roots, strict=True)]
    slips = [
        [each / value for each, value in zip(at, values, strict=True)],
        [at[0] / roots[1], at[1] / roots[0]],
        [each * root for each, root in zip(at, roots, strict=True)],
    ]
    asked = text("predict_whitened", at=_pair(at), first=values[0], second=values[1])
    why = text("predict_why_whitened", first=roots[0], second=roots[1], right=_pair(right))
    return Question(asked, _pair(right), [_pair(each) for each in slips], why)


def _correlation(draw: Random, turn: int) -> Question:
    """Ask for the covariance that is left between standardised coordinates."""
    roots = draw.randint(2, 9), draw.randint(2, 9)
    right = draw.choice((-1, 1)) * draw.randint(1, 9) / 10
    between = right * roots[0] * roots[1]
    slips = [between / (roots[0] * roots[1]) ** 2, 0, 1, between / sqrt(roots[0] * roots[1])]
    asked = text("predict_correlation", first=roots[0] ** 2, second=roots[1] ** 2, between=fixed(between, 1))
    why = text("predict_why_correlation", between=fixed(between, 1), first=roots[0], second=roots[1])
    return Question(asked, fixed(right, 2), [fixed(each, 2) for each in slips], why)


def _pair(place: list[float]) -> str:
    return f"({fixed(place[0], 2)}, {fixed(place[1], 2)})"
