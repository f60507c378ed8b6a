"""Questions about the warp on the screen: which way the picture moves, how large it becomes, what is read where."""

import math

from cnnviz.arithmetic.affine import SINGULAR, Theta, applied, determinant, inverse
from cnnviz.ui.numbers import fixed
from cnnviz.ui.question import Question
from cnnviz.ui.spatial_transformer.by_hand.state import WORDS

text = WORDS.text
_WAYS = ("left", "right", "up", "down")
_CORNERS = ((1.0, -1.0), (-1.0, 1.0), (1.0, 1.0), (-1.0, -1.0), (0.5, 0.0), (0.0, 0.5))
# By what the four numbers are multiplied, and how long and wide the picture then is.
_ZOOMS = {"0.5": "2", "2": "0.5", "0.25": "4", "4": "0.25"}


def question(theta: Theta, number: int) -> Question:
    """Return question `number` about theta."""
    kinds = (_move, _read, _zoom)
    made = kinds[number % 3](theta, number // 3)
    return _zoom(theta, number) if made is None else made


def _move(theta: Theta, number: int) -> Question | None:
    """Ask which way the picture moves when the box is shifted; where that is no clear direction, ask nothing."""
    if abs(determinant(theta)) <= SINGULAR:
        return None
    amount = (0.5, -0.5)[number // 2 % 2]
    right, down = ((amount, 0.0), (0.0, amount))[number % 2]
    a, b, _, d, e, _ = inverse(theta)
    x, y = -(a * right + b * down), -(d * right + e * down)
    if abs(abs(x) - abs(y)) < 0.2 * max(abs(x), abs(y)):
        return None
    way = ("left" if x < 0 else "right") if abs(x) > abs(y) else ("up" if y < 0 else "down")
    why = text("predict_why", right=fixed(right, 1), down=fixed(down, 1), x=fixed(x, 2), y=fixed(y, 2))
    asked = text("predict", number=("θ₁₃", "θ₂₃")[number % 2], change=text("grew" if amount > 0 else "shrank"))
    return Question(asked, text(f"predict_{way}"), [text(f"predict_{each}") for each in _WAYS], why)


def _zoom(theta: Theta, number: int) -> Question:
    """Ask how large the picture is when the four numbers are multiplied."""
    factor, times = list(_ZOOMS.items())[number % 4]
    others = [text("predict_times", times=each) for each in _ZOOMS.values()]
    why = text("predict_zoom_why", factor=factor, times=times)
    return Question(text("predict_zoom", factor=factor), text("predict_times", times=times), others, why)


def _read(theta: Theta, number: int) -> Question:
    """Ask where the output's pixel at a place reads the input."""
    x, y = _CORNERS[number % len(_CORNERS)]
    a, b, c, d, e, f = theta
    right = applied(theta, x, y)
    # With the matrix transposed, without the shift, with its sign wrong, with both places exchanged, or not at all.
    wrong = [(a * x + d * y + c, b * x + e * y + f), (right[0] - c, right[1] - f), (x, y), right[::-1]]
    wrong += [(-right[0], right[1]), (right[0], -right[1]), (right[0] + 0.5, right[1] - 0.5)]
    apart = [each for each in wrong if math.dist(each, right) > 0.02]
    why = text("predict_read_why", numbers=_sum(a, b, c, x, y), numbers_down=_sum(d, e, f, x, y), right=_pair(right))
    return Question(text("predict_read", place=_pair((x, y))), _pair(right), [_pair(each) for each in apart], why)


def _sum(a: float, b: float, c: float, x: float, y: float) -> str:
    first, second, last = (fixed(each, 2) for each in (a, b, c))
    return f"{first} · {fixed(x, 1)} + ({second}) · {fixed(y, 1)} + ({last})"


def _pair(place: tuple[float, float]) -> str:
    return f"({fixed(place[0], 2)}, {fixed(place[1], 2)})"
